"""Room for what operations add: a recording that would clip is scaled down as a whole."""

import numpy as np
from numpy.typing import NDArray

FULL_SCALE = 1 - 2**-15
"""The largest value that 16-bit files hold without clipping."""


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


def largest(samples: NDArray[np.float32]) -> float:
    """Return the largest absolute value."""
    return max(float(samples.max()), -float(samples.min()))


def mean_square(samples: NDArray[np.float32]) -> float:
    """Return the mean power over all frames and channels, added up in double precision and always in one order."""
    return float(np.square(samples, dtype=np.float64).mean())
