"""Levels of the waveform: peak, root mean square, offset, clipping."""

import math

import numpy as np
from numpy.typing import NDArray

FLOOR_DBFS = -150.0
"""What digital silence reads: under the last bit of 24 bit PCM (-138 dBFS)."""

_FULL_SCALE = 0.999
_FULL_SCALE_OF = {"PCM_S8": 127 / 128, "PCM_U8": 127 / 128, "ULAW": 32124 / 32768, "ALAW": 32256 / 32768}
_RAIL_FROM = 0.25
_RUN = 3
_BLOCK = 1 << 16


def decibels(power: float) -> float:
    """Return 10 log10(power), not below `FLOOR_DBFS`."""
    return max(FLOOR_DBFS, 10 * math.log10(power)) if power > 0 else FLOOR_DBFS


def peak_dbfs(samples: NDArray[np.float32]) -> float:
    """Return 20 log10(max |x|) over all channels, in dB re full scale; `FLOOR_DBFS` for digital silence.

    Args:
        samples: float32, shape (frames, channels).
    """
    peak = max(float(samples.max()), -float(samples.min()))
    return decibels(peak * peak)


def rms_dbfs(samples: NDArray[np.float32]) -> float:
    """Return 10 log10(mean x^2) over all channels, in dB re full scale: a full-scale sine reads -3.01.

    Args:
        samples: float32, shape (frames, channels).
    """
    values = samples.reshape(-1)
    # Sums of blocks, so that the rounding of float32 does not grow with the length.
    blocks = (values[at : at + _BLOCK] for at in range(0, len(values), _BLOCK))
    return decibels(sum(float(np.dot(block, block)) for block in blocks) / len(values))


def dc_offset(samples: NDArray[np.float32]) -> float:
    """Return the mean over time of the channel in which it is farthest from zero, -1 to 1.

    Args:
        samples: float32, shape (frames, channels).
    """
    means = [float(channel.mean(dtype=np.float64)) for channel in samples.T]
    return max(means, key=abs)


def clipping_ratio(samples: NDArray[np.float32], subtype: str | None) -> float:
    """Return the share of samples that stand in runs of 3 or more at a rail, 0 to 1.

    A rail is full scale, or, where a recording was turned down after it was clipped, the largest or smallest
    value of the channel itself. One or two samples at the top are how any wave looks there; from three on a run
    is flat. Full scale is 0.999 (-0.009 dBFS: converters stop a few steps before the last code) and the largest
    code in 8 bit and companded formats. Below a peak of 0.25 (-12 dBFS), and in those formats, steps are so
    coarse that waves are flat of themselves: there only full scale counts.

    Args:
        samples: float32, shape (frames, channels).
        subtype: As in the facts.
    """
    full = _FULL_SCALE_OF.get(subtype or "", _FULL_SCALE)
    clipped = sum(_clipped(channel, full, own=subtype not in _FULL_SCALE_OF) for channel in samples.T)
    return clipped / samples.size


def _clipped(channel: NDArray[np.float32], full: float, *, own: bool) -> int:
    top, bottom = float(channel.max()), float(channel.min())
    if own:
        top, bottom = max(_RAIL_FROM, min(top, full)), min(-_RAIL_FROM, max(bottom, -full))
    else:
        top, bottom = full, -full
    return _in_runs(channel >= np.float32(top)) + _in_runs(channel <= np.float32(bottom))


def _in_runs(at_rail: NDArray[np.bool_]) -> int:
    if np.count_nonzero(at_rail) < _RUN:
        return 0
    edges = np.flatnonzero(np.diff(at_rail, prepend=False, append=False))
    lengths = edges[1::2] - edges[::2]
    return int(lengths[lengths >= _RUN].sum())
