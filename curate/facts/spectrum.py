"""The one short-time spectrum that all spectral facts of a recording share."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.facts.temporaries import keep_freed_memory

HOPS_PER_S = 50
DIGITAL_SILENCE = 1e-10
"""What the power of a frame has to pass to be heard at all: -100 dBFS."""
FINGERPRINT_BANDS = slice(1, 17)
"""The bands between 200 and 3400 Hz, which a recording at 8 kHz has too."""

_EDGES_HZ = (50.0, *np.geomspace(200, 3400, 17).tolist(), 5000.0, 7000.0, 10000.0, 14000.0, np.inf)
_BLOCK_VALUES = 1 << 15
_MAX_RATE = 768000
"""A header that claims more is not believed when it comes to the length of a frame."""


keep_freed_memory()


class Spectrum(NamedTuple):
    """Powers of a mono signal in frames of 40 ms, every 20 ms, under a Hann window.

    A full-scale square wave has the power 1. Below 50 Hz nothing counts, so that an offset is no sound.

    Attributes:
        bands: float32, shape (frames, 22): power in bands with the edges 50, 200 ... 3400 (geometric), 5000,
            7000, 10000, 14000 Hz and half the sample rate; 0 in those that the sample rate does not reach.
        powers: float32, shape (frames,): power in all bands.
        low: float32, shape (frames,): power below 50 Hz, without the offset of the frames that sound.
        average: float64, shape (bins,): power in each bin, mean over the frames.
        bin_hz: Distance of the bins.
    """

    bands: NDArray[np.float32]
    powers: NDArray[np.float32]
    low: NDArray[np.float32]
    average: NDArray[np.float64]
    bin_hz: float


class _Plan(NamedTuple):
    hop: int
    window: NDArray[np.float32]
    bands: NDArray[np.float32]
    scale: float


@lru_cache(maxsize=16)
def _plan(sample_rate: int) -> _Plan:
    hop = max(8, round(min(sample_rate, _MAX_RATE) / HOPS_PER_S))
    size = 2 * hop
    window = np.hanning(size + 1)[:-1]
    hz = np.fft.rfftfreq(size, 1 / sample_rate)
    band = np.searchsorted(_EDGES_HZ, hz, side="right") - 1
    weights = (band[:, None] == np.arange(len(_EDGES_HZ) - 1)).astype(np.float32)
    # Real and imaginary parts lie side by side; the factor makes the sum over all bins the mean square.
    scale = 2 / (size * float(np.square(window).sum()))
    weights = np.repeat(weights, 2, axis=0) * np.float32(scale)
    return _Plan(hop, window.astype(np.float32), weights, scale)


def spectrum(mono: NDArray[np.float32], sample_rate: int) -> Spectrum:
    """Return the short-time spectrum, computed in blocks, so that the length costs no memory.

    Args:
        mono: float32, shape (frames,), at least one; a clip of less than 40 ms is padded with zeros.
        sample_rate: Hz.
    """
    hop, window, weights, scale = _plan(sample_rate)
    size = 2 * hop
    if len(mono) < size:
        mono = np.concatenate((mono, np.zeros(size - len(mono), np.float32)))
    mono = np.ascontiguousarray(mono)
    count = (len(mono) - size) // hop + 1
    frames: NDArray[np.float32] = np.ndarray((count, size), np.float32, mono, 0, (4 * hop, 4))
    bands = np.empty((count, weights.shape[1]), np.float32)
    lowest = np.empty((count, 4), np.float32)
    total = np.zeros(size + 2)
    rows = max(1, _BLOCK_VALUES // size)
    ones = np.ones(min(rows, count), np.float32)
    for at in range(0, count, rows):
        power = np.fft.rfft(frames[at : at + rows] * window).view(np.float32)
        lowest[at : at + rows] = power[:, :4]
        power *= power
        np.matmul(power, weights, out=bands[at : at + rows])
        total += ones[: len(power)] @ power
    average = (total[::2] + total[1::2]) * (scale / count)
    powers = bands.sum(axis=1)
    return Spectrum(bands, powers, _low(lowest, powers > DIGITAL_SILENCE, scale), average, sample_rate / size)


def _low(lowest: NDArray[np.float32], heard: NDArray[np.bool_], scale: float) -> NDArray[np.float32]:
    """Return the power of the two lowest bins, from their real and imaginary parts; a constant is none."""
    # Not the mean of the whole clip: zeros that pad it have no offset, and would have one without it.
    offset = float(np.dot(lowest[:, 0], heard)) / max(1, int(np.count_nonzero(heard)))
    # A constant c has c times the sum of the window in the first bin, and half of that, negative, in the next.
    lowest -= np.array([offset, 0, -offset / 2, 0], np.float32)
    lowest *= lowest
    # The first bin has no twin at negative frequencies, for which `scale` makes up.
    power: NDArray[np.float32] = lowest @ np.array([scale / 2, 0, scale, scale], np.float32)
    power *= heard
    return power
