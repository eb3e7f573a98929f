"""Tones and noises to try operations on."""

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from augment.operations.media import Media

Sound = NDArray[np.float32]


def tone(hz: float, seconds: float, rate: int = 16000, amplitude: float = 0.5, channels: int = 1) -> Sound:
    """Return a sine, shape (frames, channels)."""
    time_s = np.arange(round(seconds * rate)) / rate
    one = amplitude * np.sin(2 * np.pi * hz * time_s)
    return np.repeat(one[:, None], channels, axis=1).astype(np.float32)


def noise(frames: int, channels: int = 1, level: float = 0.1, seed: int = 0) -> Sound:
    """Return white noise, shape (frames, channels)."""
    values = level * np.random.default_rng(seed).standard_normal((frames, channels))
    return values.astype(np.float32)


def silence(seconds: float, rate: int = 16000, channels: int = 1) -> Sound:
    """Return zeros, shape (frames, channels)."""
    return np.zeros((round(seconds * rate), channels), np.float32)


def heard(media: Media) -> Sound:
    """Return the samples of a recording."""
    assert media.array.dtype == np.float32
    return cast(Sound, media.array)


def power_db(samples: NDArray[np.floating[Any]]) -> float:
    """Return 10 log10 of the mean square."""
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


def strongest_hz(samples: Sound, rate: int) -> float:
    """Return the frequency of the largest peak of the spectrum of the first channel, from a Hann window."""
    windowed = samples[:, 0] * np.hanning(len(samples))
    return float(np.abs(np.fft.rfft(windowed)).argmax() * rate / len(samples))


def delay(before: Sound, after: Sound) -> int:
    """Return by how many samples the first channel of one lags that of the other."""
    size = 2 * max(len(before), len(after))
    product = np.fft.rfft(after[:, 0], size) * np.conj(np.fft.rfft(before[:, 0], size))
    at = int(np.fft.irfft(product, size).argmax())
    return at if at < size // 2 else at - size
