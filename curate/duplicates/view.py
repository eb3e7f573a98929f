"""A picture as far as a comparison needs it: a small copy in colour, and its coarsest patterns."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.media.opencv import opencv

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float32]

SIDE = 256
"""Pixels of the longer side of a view: at 128 the smallest defect of a circuit board is lost in a copy's noise."""

ANGLES = 120
_GRID, _DISC, _RINGS, _STEP = 24, 48, 10, 8
_PER_CHROMA = np.array((1.402, 1.772), np.float32)
_NO_CHROMA = 128


def _polar() -> NDArray[np.intp]:
    """Return where in the flattened disc the points of each ring are, shape (rings, angles)."""
    radius = (np.arange(_RINGS)[:, None] + 1) / (_RINGS + 0.5) * _DISC / 2
    angle = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    x, y = _DISC / 2 + radius * np.cos(angle), _DISC / 2 + radius * np.sin(angle)
    return np.asarray(y.astype(np.intp) * _DISC + x.astype(np.intp))


ON_RINGS = _polar()


class View(NamedTuple):
    """A small copy of a picture.

    Attributes:
        luma: Brightness, 0 to 255, shape (height, width), at most `SIDE` on the longer side; a smaller picture is
            left as it is.
        chroma: Red and blue less brightness, around 128 and scaled as in JPEG, shape (height, width, 2).
        grid: Brightness on 24 x 24 points, whatever the aspect, with mean 0 and length 1; zeros if flat.
        rings: Fourier transform over the angle of the brightness on rings in the largest disc, with mean 0 and
            length 1 before it; shape (rings, frequencies).
        detail: Mean size of the second difference of the brightness over 8 pixels: 0 for flat pictures and ramps.
        colour: Mean size of what red and blue exceed brightness by: 0 for greys.
    """

    luma: Pixels
    chroma: Pixels
    grid: Plane
    rings: NDArray[np.complex64]
    detail: float
    colour: float


def view(pixels: Pixels) -> View:
    """Return the view of a picture, RGB of shape (height, width, 3)."""
    cv2 = opencv()
    small = _reduced(cv2, pixels)
    # Integer conversion: matrix products would start the threads of the linear algebra in every worker.
    coded = cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb)
    luma, chroma = np.ascontiguousarray(coded[:, :, 0]), np.ascontiguousarray(coded[:, :, 1:])
    grid = cv2.resize(luma.astype(np.float32), (_GRID, _GRID), interpolation=cv2.INTER_AREA)
    colour = float(np.abs(excess(chroma)).mean())
    return View(luma, chroma, _unit(grid), _rings(cv2, luma), _detail(luma), colour)


def excess(chroma: Pixels) -> Plane:
    """Return by how many levels red and blue exceed brightness, shape (height, width, 2)."""
    return np.asarray((chroma.astype(np.float32) - _NO_CHROMA) * _PER_CHROMA, np.float32)


def _reduced(cv2: Any, pixels: Pixels) -> Pixels:
    height, width = pixels.shape[:2]
    share = SIDE / max(height, width)
    if share >= 1:
        return pixels
    size = max(1, round(width * share)), max(1, round(height * share))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _unit(values: Plane) -> Plane:
    apart = values - values.mean()
    length = float(np.sqrt(np.square(apart).sum()))
    return np.asarray(apart / length if length > 1e-3 else 0 * apart, np.float32)


def _rings(cv2: Any, luma: Pixels) -> NDArray[np.complex64]:
    height, width = luma.shape
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    square = luma[top : top + side, left : left + side].astype(np.float32)
    disc = cv2.resize(square, (_DISC, _DISC), interpolation=cv2.INTER_AREA)
    return np.fft.rfft(_unit(disc.ravel()[ON_RINGS]), axis=1).astype(np.complex64)


def _detail(luma: Pixels) -> float:
    exact = luma.astype(np.float32)
    found = [
        float(np.abs(plane[2 * _STEP :] + plane[: -2 * _STEP] - 2 * plane[_STEP:-_STEP]).mean())
        for plane in (exact, exact.T)
        if len(plane) > 2 * _STEP
    ]
    return max(found, default=0.0)
