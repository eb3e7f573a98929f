"""Mel bands: the short-time spectrum of a recording as the ear spaces it."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16000
"""Hz. Speech has little above 8 kHz; a recording at a lower rate has silence in the upper bands."""
HOP = 160
"""Samples from one frame to the next."""
WINDOW = 400
"""Samples of a frame."""
BANDS = 40
COEFFICIENTS = 13

_SIZE = 512
_LOWEST_HZ = 60.0
_FLOOR_DB = -100.0
_BLOCK_FRAMES = 1024
_NOISE_SHARE = 0.1
_LEAST_SHARE = 0.1


def log_mel(signal: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the power in mel bands, dB re full scale, not below -100.

    Frames of 25 ms every 10 ms under a Hann window; HTK's mel scale, 2595 log10(1 + Hz / 700), triangles of height 1.

    Args:
        signal: float32, shape (frames,), at 16 kHz; less than one frame is padded with zeros.

    Returns:
        float32, shape (frames, 40).
    """
    if len(signal) < WINDOW:
        signal = np.pad(signal, (0, WINDOW - len(signal)))
    windows = np.lib.stride_tricks.sliding_window_view(signal, WINDOW)[::HOP]
    # The windows are views of the signal, but their spectra are not: 1,024 at a time take 2 MB, however long it is.
    shape, filters = _window(), _filters()
    bands = np.empty((len(windows), BANDS), np.float32)
    for start in range(0, len(windows), _BLOCK_FRAMES):
        spectrum = np.fft.rfft(windows[start : start + _BLOCK_FRAMES] * shape, _SIZE)
        bands[start : start + _BLOCK_FRAMES] = (spectrum.real**2 + spectrum.imag**2) @ filters
    return np.asarray(10 * np.log10(bands + np.float32(10 ** (_FLOOR_DB / 10))), np.float32)


def without_noise(bands: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return mel bands less the power that each of them has in nine tenths of the frames: its steady noise.

    Spectral subtraction (Boll, 1979) with the tenth percentile over time for the noise; a tenth of the power stays.

    Args:
        bands: float32, shape (frames, 40), dB, at least one frame.

    Returns:
        float32, same shape, dB.
    """
    power = np.power(np.float32(10), bands / 10)
    place = int(_NOISE_SHARE * (len(power) - 1))
    noise = np.partition(power, place, axis=0)[place]
    # A steady sound, a machine or a horn, is its own noise: without this it would be gone but for rounding.
    return np.asarray(10 * np.log10(np.maximum(power - noise, np.float32(_LEAST_SHARE) * power)), np.float32)


def mfcc(bands: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return mel-frequency cepstral coefficients 1 to 13: the DCT-II over the bands, without the level.

    Args:
        bands: float32, shape (frames, 40), dB.

    Returns:
        float32, shape (frames, 13).
    """
    return bands @ _cosines()


@lru_cache(maxsize=1)
def _window() -> NDArray[np.float32]:
    window = np.hanning(WINDOW + 1)[:-1]
    # A full-scale square wave has power 1, summed over all bins.
    return np.asarray(window * np.sqrt(2 / (_SIZE * np.square(window).sum())), np.float32)


@lru_cache(maxsize=1)
def _filters() -> NDArray[np.float32]:
    """Return the triangles, shape (257, 40)."""
    hz = np.fft.rfftfreq(_SIZE, 1 / SAMPLE_RATE)[:, None]
    lowest, highest = (2595 * np.log10(1 + end / 700) for end in (_LOWEST_HZ, SAMPLE_RATE / 2))
    edges = 700 * (10 ** (np.linspace(lowest, highest, BANDS + 2) / 2595) - 1)
    # Height 1, as HTK has them, not area 1 (Slaney): noise of even power then rises with the width of the bands.
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (hz - low) / (middle - low), (high - hz) / (high - middle)
    return np.clip(np.minimum(rising, falling), 0, None).astype(np.float32)


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float32]:
    places = (np.arange(BANDS)[:, None] + 0.5) * np.arange(1, COEFFICIENTS + 1)
    return np.asarray(np.sqrt(2 / BANDS) * np.cos(np.pi / BANDS * places), np.float32)
