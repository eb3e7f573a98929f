"""Levels of the waveform: peak, root mean square, offset, and the steps in which it is stored."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FLOOR_DBFS = -150.0
"""What digital silence reads: under the last bit of 24 bit PCM (-138 dBFS)."""

STEP, STEP_8_BIT = 2.0**-15, 2.0**-7
"""Distance of neighbouring values in 16 bits, and in 8."""

EIGHT_BIT = {"PCM_S8", "PCM_U8"}
_COMPANDED = {"ULAW": (132, 128), "ALAW": (0, 256)}
"""What is added to a value of 16 bits before its leading bit says how far it is to the next one (ITU-T G.711), and the
smallest value for which it does."""
COARSE = EIGHT_BIT | _COMPANDED.keys()
"""Subtypes of 8 bits a sample, in which a few steps are as much as quiet speech."""

_STILL_STEPS = 2
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


def step(subtype: str | None, level: float) -> float:
    """Return how far it is from a level to the next one that a subtype can store; finer ones are taken as 16 bit."""
    return float(steps(subtype, np.array([level], np.float32))[0]) if subtype in COARSE else STEP


def steps(subtype: str | None, levels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return `step` of many levels at once, float32 of their shape."""
    if subtype not in _COMPANDED:
        return np.full_like(levels, STEP_8_BIT if subtype in EIGHT_BIT else STEP)
    # From each power of two to the next there are 16 steps, but for those next to zero.
    bias, least = _COMPANDED[subtype]
    exponent = np.frexp(np.maximum(np.abs(levels) / np.float32(STEP) + np.float32(bias), np.float32(least)))[1]
    return np.asarray(np.ldexp(np.float32(STEP), exponent - 5), np.float32)


def stands_still(top: float, bottom: float, subtype: str | None) -> bool:
    """Return whether a channel of such extremes is one value, or moves by a step or two: there is no signal."""
    return top - bottom <= _STILL_STEPS * step(subtype, max(top, -bottom))


def swings_dbfs(samples: NDArray[np.float32], means: Sequence[Sequence[float]], subtype: str | None) -> list[float]:
    """Return how far each of several clips swings from its offset: the peak without it, in dB re full scale.

    Of the channel that swings most. A dead microphone with an offset reads what its noise is. In 8 bit, u-law and A-law
    what moves by no more than two steps, which in 8 bit is 1.6 % of full scale, reads `FLOOR_DBFS`.

    Args:
        samples: float32, shape (clips, frames, channels).
        means: As `channel_means` returns them.
        subtype: As in the facts.
    """
    tops, bottoms = samples.max(axis=1).tolist(), samples.min(axis=1).tolist()
    swings = []
    for extremes in zip(tops, bottoms, means, strict=True):
        farthest = [
            0.0
            if top == bottom or (subtype in COARSE and stands_still(top, bottom, subtype))
            else max(top - mean, mean - bottom)
            for top, bottom, mean in zip(*extremes, strict=True)
        ]
        swings.append(decibels(max(farthest) ** 2))
    return swings


def dc_offset(samples: NDArray[np.float32]) -> float:
    """Return the mean over time of the channel in which it is farthest from zero, -1 to 1.

    Args:
        samples: float32, shape (frames, channels).
    """
    return max(channel_means(samples[None])[0], key=abs)


def channel_means(samples: NDArray[np.float32]) -> list[list[float]]:
    """Return the mean over time of each channel of each of several clips of one length.

    Args:
        samples: float32, shape (clips, frames, channels).
    """
    # Blocks are summed in float32, which for float64 would be widened first.
    frames = samples.shape[1]
    blocks = [
        # Contiguous, where numpy sums in pairs: one after the other, a constant lost its last digits.
        np.ascontiguousarray(samples[:, at : at + _BLOCK].swapaxes(1, 2)).sum(axis=2).tolist()
        for at in range(0, frames, _BLOCK)
    ]
    return [[sum(parts) / frames for parts in zip(*of_clip, strict=True)] for of_clip in zip(*blocks, strict=True)]
