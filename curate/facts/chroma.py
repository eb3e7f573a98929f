"""Chroma: how colourful the picture is."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def chroma(planes: "NDArray[np.uint8]") -> float:
    """Return the mean over pixels of (largest - smallest of R, G, B) / 255, 0 (grey) to 1.

    Chroma as in the HSV and HSL models.

    Args:
        planes: Red, green and blue, uint8, shape (3, height, width).
    """
    red, green, blue = planes
    spread: NDArray[np.uint8] = np.maximum(np.maximum(red, green), blue)
    spread -= np.minimum(np.minimum(red, green), blue)
    return int(spread.sum(dtype=np.uint64)) / (255 * spread.size)
