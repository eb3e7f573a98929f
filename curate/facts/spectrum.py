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
_TOGETHER_VALUES = 1 << 17
_MAX_RATE = 768000
"""A header that claims more is not believed when it comes to the length of a frame."""


keep_freed_memory()


class Spectrum(NamedTuple):
    """Powers of mono signals in frames of 40 ms, every 20 ms, under a Hann window.

    A full-scale square wave has the power 1. Below 50 Hz nothing counts, so that an offset is no sound. Of one signal
    the arrays are without their first axis.

    Attributes:
        bands: float32, shape (clips, frames, 22): power in bands with the edges 50, 200 ... 3400 (geometric), 5000,
            7000, 10000, 14000 Hz and half the sample rate; 0 in those that the sample rate does not reach.
        powers: float32, shape (clips, frames): power in all bands.
        low: float32, shape (clips, frames): power below 50 Hz, without the offset of the frames that sound.
        average: float64, shape (clips, bins): power in each bin, mean over the frames.
        bin_hz: Distance of the bins.
    """

    bands: NDArray[np.float32]
    powers: NDArray[np.float32]
    low: NDArray[np.float32]
    average: NDArray[np.float64]
    bin_hz: float

    def of(self, clip: int) -> "Spectrum":
        """Return the spectrum of one of several signals."""
        return Spectrum(self.bands[clip], self.powers[clip], self.low[clip], self.average[clip], self.bin_hz)


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
    """Return the short-time spectrum of one signal; as `spectra`.

    Args:
        mono: float32, shape (frames,), at least one.
        sample_rate: Hz.
    """
    return spectra(mono[None], sample_rate).of(0)


def spectra(monos: NDArray[np.float32], sample_rate: int) -> Spectrum:
    """Return the short-time spectra of signals of one length, computed in blocks, so that the length costs no memory.

    Each is what it is alone, bit for bit: short clips share the calls, which take longer than their arithmetic.

    Args:
        monos: float32, shape (clips, frames), at least one each; clips of less than 40 ms are padded with zeros.
        sample_rate: Hz.
    """
    hop, window, weights, scale = _plan(sample_rate)
    size = 2 * hop
    if monos.shape[1] < size:
        monos = np.pad(monos, ((0, 0), (0, size - monos.shape[1])))
    monos = np.ascontiguousarray(monos)
    clips, count = len(monos), (monos.shape[1] - size) // hop + 1
    frames: NDArray[np.float32] = np.ndarray((clips, count, size), np.float32, monos, 0, (monos.strides[0], 4 * hop, 4))
    bands = np.empty((clips, count, weights.shape[1]), np.float32)
    lowest = np.empty((clips, count, 4), np.float32)
    total = np.zeros((clips, size + 2))
    # As many clips, or else as many frames of one, as leave the block in the processor's cache.
    rows = min(count, max(1, _BLOCK_VALUES // size))
    together = min(clips, max(1, _TOGETHER_VALUES // size // count))
    windowed = np.empty((together, rows, size), np.float32)
    transformed = np.empty((together, rows, hop + 1), np.complex64)
    ones = np.ones(rows, np.float32)
    for first in range(0, clips, together):
        some = slice(first, first + together)
        for at in range(0, count, rows):
            part = some, slice(at, at + rows)
            of_part = frames[part]
            here = slice(of_part.shape[0]), slice(of_part.shape[1])
            under_window = np.multiply(of_part, window, out=windowed[here])
            power = np.fft.rfft(under_window, out=transformed[here]).view(np.float32)
            lowest[part] = power[..., :4]
            power *= power
            np.matmul(power, weights, out=bands[part])
            for clip, of_one in enumerate(power, start=first):
                total[clip] += ones[: len(of_one)] @ of_one
    average = (total[:, ::2] + total[:, 1::2]) * (scale / count)
    powers = bands.sum(axis=2)
    return Spectrum(bands, powers, _low(lowest, powers > DIGITAL_SILENCE, scale), average, sample_rate / size)


def _low(lowest: NDArray[np.float32], heard: NDArray[np.bool_], scale: float) -> NDArray[np.float32]:
    """Return the power of the two lowest bins, from their real and imaginary parts; a constant is none."""
    # Not the mean of the whole clip: zeros that pad it have no offset, and would have one without it.
    offsets = [float(np.dot(bins[:, 0], sounds)) for bins, sounds in zip(lowest, heard, strict=True)]
    offset = np.array(offsets) / np.maximum(1, np.count_nonzero(heard, axis=1))
    # A constant c has c times the sum of the window in the first bin, and half of that, negative, in the next.
    lowest[..., 0] -= offset[:, None].astype(np.float32)
    lowest[..., 2] -= (-offset / 2)[:, None].astype(np.float32)
    lowest *= lowest
    # The first bin has no twin at negative frequencies, for which `scale` makes up.
    power: NDArray[np.float32] = lowest @ np.array([scale / 2, 0, scale, scale], np.float32)
    power *= heard
    return power
