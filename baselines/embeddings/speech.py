"""Google's speech embedding, as the package `pyopen-wakeword` carries it: 96 numbers for 775 ms of speech.

The network (Lin and others, "Training keyword spotters with limited and synthesized speech data", 2020; Apache-2.0)
takes 76 frames of 32 log-mel bands. The package computes these with a second TFLite network; the formula below is the
same, from its constants: within 2e-5 dB of it on noise and speech. Only the data of the package are used, never its
library, so that what runs is the same on every platform.
"""

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAMPLE_RATE = 16_000
FRAMES, BANDS, LENGTH = 76, 32, 96
HOP_FRAMES = 8
"""Between two windows: 80 ms, as openWakeWord steps."""
LEAD_S = 0.5
"""Silence that is put before every clip. The network expects speech to begin inside its window: without it, spoken
digits of speakers who were held out are 90 % right, with it 96 %, before and behind or only before alike."""
_WINDOW, _HOP, _FFT = 400, 160, 512
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 3800.0
_RANGE_DB, _SMALLEST = 80.0, 1e-10
_FULL_SCALE = 32768.0
_MOST_WINDOWS = 750
"""A minute of sound; of longer clips as many windows are taken, evenly spaced."""


def mel(samples: "NDArray[np.floating]") -> "NDArray[np.float32]":
    """Return log-mel frames as the network takes them, float32 of shape (frames, 32).

    Formula: 10 log10(max(mel power, 1e-10)), not lower than 80 dB under the largest of the clip, / 10 + 2; Hann
    windows of 25 ms every 10 ms, no padding; Slaney's mel scale and normalization, 60 to 3,800 Hz.

    Args:
        samples: Mono at 16 kHz, -32768 to 32767; at least 512.
    """
    window, bands = _analysis()
    frames = np.lib.stride_tricks.sliding_window_view(samples, _FFT)[::_HOP]
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    level = 10 * np.log10(np.maximum(power @ bands, _SMALLEST))
    return np.asarray(np.maximum(level, level.max() - _RANGE_DB) / 10 + 2, np.float32)


def windows(samples: "NDArray[np.float32]", sample_rate: int) -> "NDArray[np.float32]":
    """Return the windows of a clip, float32 of shape (windows, 1, 76, 32).

    Args:
        samples: -1 to 1, shape (frames,) or (frames, channels), which are mixed.
        sample_rate: Hz.
    """
    import soxr

    mono = samples.mean(axis=1) if samples.ndim == 2 else samples
    if sample_rate != SAMPLE_RATE:
        mono = soxr.resample(mono, sample_rate, SAMPLE_RATE)
    shortest = (FRAMES - 1) * _HOP + _FFT
    lead = max(int(LEAD_S * SAMPLE_RATE), shortest - len(mono))
    frames = mel(np.concatenate((np.zeros(lead, np.float32), mono)) * _FULL_SCALE)
    starts = np.arange(0, len(frames) - FRAMES + 1, HOP_FRAMES)
    if len(starts) > _MOST_WINDOWS:
        starts = starts[np.linspace(0, len(starts) - 1, _MOST_WINDOWS).astype(np.int64)]
    return np.stack([frames[start : start + FRAMES] for start in starts])[:, None]


@cache
def _analysis() -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """Return the window, padded to the length of the transform, and the weights of the bands, (257, 32)."""
    import librosa
    import scipy.signal

    around = (_FFT - _WINDOW) // 2
    window = np.pad(scipy.signal.get_window("hann", _WINDOW), around)
    bands = librosa.filters.mel(
        sr=SAMPLE_RATE, n_fft=_FFT, n_mels=BANDS, fmin=_LOWEST_HZ, fmax=_HIGHEST_HZ, norm="slaney", htk=False
    )
    return np.asarray(window, np.float32), np.ascontiguousarray(bands.T, np.float32)
