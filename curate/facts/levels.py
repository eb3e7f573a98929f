"""Levels of the waveform: peak, root mean square, offset."""

import math

import numpy as np
from numpy.typing import NDArray

FLOOR_DBFS = -150.0
"""What digital silence reads: under the last bit of 24 bit PCM (-138 dBFS)."""

_BLOCK = 1 << 16


def decibels(power: float) -> float:
    """Return 10 log10(power), not below `FLOOR_DBFS`."""
    return max(FLOOR_DBFS, 10 * math.log10(power)) if power > 0 else FLOOR_DBFS


def peaks(monos: NDArray[np.float32]) -> tuple[list[float], list[float]]:
    """Return the largest and the smallest sample of each clip.

    Args:
        monos: float32, shape (clips, ...).
    """
    values = monos.reshape(len(monos), -1)
    return values.max(axis=1).tolist(), values.min(axis=1).tolist()


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
    return dc_offsets(samples[None])[0]


def dc_offsets(samples: NDArray[np.float32]) -> list[float]:
    """Return `dc_offset` of each of several clips of one length.

    Args:
        samples: float32, shape (clips, frames, channels).
    """
    # Blocks are summed in float32, which for float64 would be widened first.
    frames = samples.shape[1]
    blocks = [samples[:, at : at + _BLOCK].swapaxes(1, 2).sum(axis=2).tolist() for at in range(0, frames, _BLOCK)]
    return [
        max((sum(parts) / frames for parts in zip(*of_clip, strict=True)), key=abs)
        for of_clip in zip(*blocks, strict=True)
    ]
