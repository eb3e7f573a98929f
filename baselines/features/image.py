"""What a baseline sees: gradients, colours and a thumbnail."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from baselines.features.hog import histogram_of_gradients

Vector = NDArray[np.float32]

_SIDE = 64
_COARSE_SIDE = 32
_GRID = 4
_HUES, _GREYS = 12, 6
_THUMBNAIL = 8
# By these a family varies, over the clothing photos, by 0.6, 0.1 and 0.1 (sum of the variances of its numbers).
_WEIGHT = {"hog": 1.0, "colour": 0.115, "thumbnail": 0.14}


def describe_image(pixels: NDArray[np.uint8]) -> dict[str, Vector]:
    """Return the features of a picture by family, scaled so that a distance between two pictures is about 1.

    Args:
        pixels: RGB, uint8, shape (height, width, 3), any size.

    Returns:
        `hog`: roots of the histograms of oriented gradients of the picture squeezed to 64 x 64 and to 32 x 32, and of
        the picture with its edges drawn out to a square; `colour`: roots of histograms of hue and of grey in 4 x 4
        cells; `thumbnail`: 8 x 8 in CIE Lab.
    """
    import cv2

    cv2.setNumThreads(0)
    squeezed, square = _resize(pixels, _SIDE), _resize(_square(pixels), _SIDE)
    lab = cv2.cvtColor(squeezed.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    found = {
        "hog": np.concatenate([_gradients(one) for one in (_resize(pixels, _COARSE_SIDE), squeezed, square)]),
        "colour": _colours(cv2.cvtColor(squeezed, cv2.COLOR_RGB2HSV)),
        "thumbnail": _resize(lab, _THUMBNAIL).ravel() / 100,
    }
    return {name: (values * _WEIGHT[name]).astype(np.float32) for name, values in found.items()}


def _resize(pixels: NDArray[Any], side: int) -> NDArray[Any]:
    import cv2

    return np.asarray(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA))


def _square(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the picture in the middle of a square; its outermost rows or columns fill the rest."""
    import cv2

    height, width = pixels.shape[:2]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    edges = (top, side - height - top, left, side - width - left)
    return np.asarray(cv2.copyMakeBorder(pixels, *edges, cv2.BORDER_REPLICATE))


def _gradients(pixels: NDArray[Any]) -> Vector:
    """Return the roots of the histograms, of length 1 about: roots let strong edges drown faint ones less."""
    import cv2

    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32) / np.float32(255)
    found = np.sqrt(histogram_of_gradients(grey))
    return np.asarray(found / np.sqrt(len(found) / 9))


def _colours(hsv: NDArray[Any]) -> Vector:
    """Return the roots of the shares of pixels in each bin of each cell: hues weighted by saturation, then greys."""
    hue, saturation, value = (hsv[..., channel].astype(np.float32) for channel in range(3))
    colourful = saturation / 255 * np.sqrt(value / 255)
    hues = np.minimum((hue * _HUES / 180).astype(int), _HUES - 1)
    greys = np.minimum((value * _GREYS / 256).astype(int), _GREYS - 1)
    step = _SIDE // _GRID
    cell = (np.arange(_SIDE) // step)[:, None] * _GRID + np.arange(_SIDE) // step
    bins = _HUES + _GREYS
    place = np.concatenate([(cell * bins + hues).ravel(), (cell * bins + _HUES + greys).ravel()])
    weight = np.concatenate([colourful.ravel(), 1 - colourful.ravel()])
    counts = np.bincount(place, weight, _GRID * _GRID * bins) / step**2
    return np.sqrt(counts).astype(np.float32)
