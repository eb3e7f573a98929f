"""Room for what operations add: a recording that would clip is scaled down as a whole."""

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from augment.operations.media import Missed

FULL_SCALE = 1 - 2**-15
"""The largest value that 16-bit files hold without clipping."""

_HEARD_DB = 0.1


def fit_full_scale(samples: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """Return the recording, scaled so that it does not clip, and the scale: 1 where it did not need to be.

    Args:
        samples: float32, shape (frames, channels), of any level; finite.
    """
    peak = largest(samples)
    if peak <= FULL_SCALE:
        return samples, 1.0
    # Clipped afterwards as well: the product is rounded, and may come out a step above.
    scale = FULL_SCALE / peak
    return np.clip(samples * np.float32(scale), -FULL_SCALE, FULL_SCALE), scale


def softer_by(scale: float) -> "dict[str, Missed]":
    """Return that a level was not reached, where a recording was scaled down by a tenth of a decibel or more.

    For operations that say that the level stays.
    """
    level_db = 20 * math.log10(scale)
    return {} if level_db > -_HEARD_DB else {"level_db": {"by": round(level_db, 4), "why": "it would clip"}}


def largest(samples: NDArray[np.float32]) -> float:
    """Return the largest absolute value."""
    return max(float(samples.max()), -float(samples.min()))


def mean_square(samples: NDArray[np.float32]) -> float:
    """Return the mean power over all frames and channels, added up in double precision and always in one order."""
    return float(np.square(samples, dtype=np.float64).mean())
