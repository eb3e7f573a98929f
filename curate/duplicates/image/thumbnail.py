"""A picture as far as a comparison needs it: a small copy in colour."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.media.opencv import opencv

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float32]

SIDE = 256
"""Pixels of the longer side of a thumbnail: at 128 the smallest defect of a circuit board is lost in a copy's noise."""

_STEP = 8
_PER_CHROMA = np.array((1.402, 1.772), np.float32)
_NO_CHROMA = 128
_NO_COLOUR = (128.0, 128.0, 0.0, 0.0)


class Thumbnail(NamedTuple):
    """A small copy of a picture.

    Attributes:
        luma: Brightness, 0 to 255, shape (height, width), at most `SIDE` on the longer side; a smaller picture is
            left as it is.
        chroma: Red and blue less brightness, around 128 and scaled as in JPEG, shape (height, width, 2).
        coarse: Brightness at a quarter of the size, at least 8 pixels on each side.
        detail: Mean size of the second difference of the brightness over 8 pixels: 0 for flat pictures and ramps.
        colour: Mean size of what red and blue exceed brightness by: 0 for greys.
    """

    luma: Pixels
    chroma: Pixels
    coarse: Pixels
    detail: float
    colour: float


def thumbnail(pixels: Pixels) -> Thumbnail:
    """Return the thumbnail of a picture, RGB of shape (height, width, 3)."""
    cv2 = opencv()
    height, width = pixels.shape[:2]
    small, share = pixels, SIDE / max(height, width)
    if share < 1:
        size = max(1, round(width * share)), max(1, round(height * share))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    # Integer conversion: matrix products would start the threads of the linear algebra in every worker.
    coded = cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb)
    luma, red, blue = cv2.split(coded)
    chroma = cv2.merge([red, blue])
    colour = float(_PER_CHROMA @ cv2.mean(cv2.absdiff(chroma, _NO_COLOUR))[:2]) / 2
    return Thumbnail(luma, chroma, shrunk(luma, 4), _detail(luma), colour)


def half_thumbnail(luma: Pixels) -> Thumbnail:
    """Return what half a thumbnail, of `SIDE` / 2 pixels, tells of a picture: no colours.

    Args:
        luma: Brightness, shape (height, width).
    """
    return Thumbnail(luma, np.zeros((0, 0, 2), np.uint8), shrunk(luma, 2), _detail(luma), 0.0)


def shrunk(plane: Pixels, factor: float) -> Pixels:
    """Return a copy that is smaller by a factor, but at least 8 pixels on each side."""
    height, width = plane.shape
    size = max(8, round(width / factor)), max(8, round(height / factor))
    return np.asarray(opencv().resize(plane, size, interpolation=opencv().INTER_AREA))


def excess(chroma: Pixels) -> Plane:
    """Return by how many levels red and blue exceed brightness, shape (height, width, 2)."""
    return np.asarray((chroma.astype(np.float32) - _NO_CHROMA) * _PER_CHROMA, np.float32)


def _detail(luma: Pixels) -> float:
    exact = luma.astype(np.float32)
    # A ramp has a second difference of 0: it is light falling off, not a picture of something.
    found = [
        float(np.abs(plane[2 * _STEP :] + plane[: -2 * _STEP] - 2 * plane[_STEP:-_STEP]).mean())
        for plane in (exact, exact.T)
        if len(plane) > 2 * _STEP
    ]
    return max(found, default=0.0)
