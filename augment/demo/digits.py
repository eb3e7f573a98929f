"""Written digits as pictures: how ink, a form with a box for each digit, and a scanner show them."""

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 48
"""Pixels."""
_WRITING = 30
_STRAY = 3
_BOX = (36, 42)
_PAPER, _PRINT = 0.92, 0.55
_GRAIN = 0.025

Plane = NDArray[np.float32]


def draw_digit(
    digit: NDArray[np.float64], generator: np.random.Generator, *, fading: float = 0.0, angle_deg: float = 0.0
) -> NDArray[np.uint8]:
    """Return a picture of a digit that was written into a box of a form.

    The box has a size and a place of its own, and so has the digit in it: without that, many digits of 8 x 8 pixels
    are so alike that they would pass for copies of each other.

    Args:
        digit: How much ink there is, 0 to 16, shape (8, 8), as scikit-learn has them.
        generator: Where the form and the paper come from.
        fading: How much of the contrast is gone, 0 to 1.
        angle_deg: How far the sheet is turned, counter-clockwise.

    Returns:
        uint8, shape (48, 48).
    """
    marks: Plane = np.maximum(_written(digit, generator), _printed(generator))
    # The paper is a little darker on one side, as scanners leave it: a slope of at most 0.06 over the picture.
    across, down = generator.uniform(-0.03, 0.03, 2)
    place = np.linspace(-1, 1, SIDE, dtype=np.float32)
    paper: Plane = np.asarray(_PAPER + across * place[None, :] + down * place[:, None], np.float32)
    if angle_deg:
        # The form turns with the writing: the paper around it has no edge to be seen.
        matrix = cv2.getRotationMatrix2D(((SIDE - 1) / 2, (SIDE - 1) / 2), angle_deg, 1.0)
        marks = np.asarray(cv2.warpAffine(marks, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.float32)
    grey: Plane = np.subtract(paper, np.float32(1 - fading) * marks)
    grey += generator.normal(0, _GRAIN, grey.shape).astype(np.float32)
    return np.round(np.clip(grey, 0, 1) * 255).astype(np.uint8)


def _written(digit: NDArray[np.float64], generator: np.random.Generator) -> Plane:
    """Return how much darker than paper the writing is."""
    large = cv2.resize((digit / 16).astype(np.float32), (_WRITING, _WRITING), interpolation=cv2.INTER_CUBIC)
    plane = np.zeros((SIDE, SIDE), np.float32)
    top, left = (SIDE - _WRITING) // 2 + generator.integers(-_STRAY, _STRAY + 1, 2)
    plane[top : top + _WRITING, left : left + _WRITING] = np.clip(large, 0, 1)
    return plane * np.float32(generator.uniform(0.6, 0.8))


def _printed(generator: np.random.Generator) -> Plane:
    """Return how much darker than paper the box is: lines of two pixels."""
    height, width = generator.integers(_BOX[0], _BOX[1] + 1, 2)
    top, left = ((SIDE - side) // 2 + generator.integers(-_STRAY, _STRAY + 1) for side in (height, width))
    plane = np.zeros((SIDE, SIDE), np.float32)
    corners = (int(left), int(top)), (int(left + width - 2), int(top + height - 2))
    cv2.rectangle(plane, *corners, _PRINT, thickness=2)
    return plane
