"""How far a model's confidence is from what it promises."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_CALIBRATION_ERROR = 0.05
"""From here on a mean confidence is no promise: an accuracy that moves by less is what drift would be told by."""
_BINS = 10


def calibration_error(confidence: "NDArray[np.float64]", right: "NDArray[np.bool_]") -> float:
    """Return the expected calibration error: Σ n_b / n · |accuracy - mean confidence| over ten equal bins.

    Guo et al. 2017, "On Calibration of Modern Neural Networks".

    Args:
        confidence: 0 to 1, one or more.
        right: Whether each prediction is right.
    """
    import numpy as np

    place = np.minimum((confidence * _BINS).astype(np.int64), _BINS - 1)
    off = np.bincount(place, right.astype(np.float64) - confidence, minlength=_BINS)
    return float(np.abs(off).sum() / len(confidence))
