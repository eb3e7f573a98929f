"""A picture as far as a comparison needs it: a small copy in colour, and its coarsest patterns."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float32]

SIDE = 256
"""Pixels of the longer side of a view: at 128 the smallest defect of a circuit board is lost in a copy's noise."""

ANGLES = 120
_GRID, _DISC, _RINGS, _STEP = 24, 48, 10, 8
_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)
_TO_CHROMA = np.array([(0, 0, 1), (1, 0, 0)], np.float32).T - _WEIGHTS[:, None]


def _polar() -> NDArray[np.intp]:
    """Return where in the flattened disc the points of each ring are, shape (rings, angles)."""
    radius = (np.arange(_RINGS)[:, None] + 1) / (_RINGS + 0.5) * _DISC / 2
    angle = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    x, y = _DISC / 2 + radius * np.cos(angle), _DISC / 2 + radius * np.sin(angle)
    return np.asarray(y.astype(np.intp) * _DISC + x.astype(np.intp))


_ON_RINGS = _polar()


class View(NamedTuple):
    """A small copy of a picture.

    Attributes:
        rgb: Shape (height, width, 3), at most `SIDE` on the longer side; a smaller picture as it is.
        luma: Its brightness, shape (height, width).
        grid: Brightness on 24 x 24 points, whatever the aspect, with mean 0 and length 1; zeros if flat.
        rings: Fourier transform over the angle of the brightness on rings in the largest disc, with mean 0 and
            length 1 before it; shape (rings, frequencies).
        detail: Mean size of the second difference of the brightness over 8 pixels: 0 for flat pictures and ramps.
        colour: Mean size of the difference of red and blue from brightness: 0 for greys.
    """

    rgb: Pixels
    luma: Pixels
    grid: Plane
    rings: NDArray[np.complex64]
    detail: float
    colour: float


def view(pixels: Pixels) -> View:
    """Return the view of a picture, RGB of shape (height, width, 3)."""
    small = _reduced(Image.fromarray(pixels))
    rgb = np.asarray(small)
    exact = np.asarray(rgb @ _WEIGHTS, np.float32)
    grey = Image.fromarray(exact)
    grid = _unit(np.asarray(grey.resize((_GRID, _GRID), Image.Resampling.BOX)))
    luma = np.rint(exact).astype(np.uint8)
    return View(rgb, luma, grid, _rings(grey), _detail(exact), float(np.abs(chroma(rgb)).mean()))


def chroma(rgb: Pixels) -> Plane:
    """Return by how much blue and red exceed brightness, shape (height, width, 2)."""
    return np.asarray(rgb @ _TO_CHROMA, np.float32)


def _reduced(image: Image.Image) -> Image.Image:
    share = SIDE / max(image.size)
    if share >= 1:
        return image
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _unit(values: Plane) -> Plane:
    apart = values - values.mean()
    length = float(np.sqrt(np.vdot(apart, apart)))
    return np.asarray(apart / length if length > 1e-3 else 0 * apart, np.float32)


def _rings(grey: Image.Image) -> NDArray[np.complex64]:
    side = min(grey.size)
    left, top = (grey.width - side) / 2, (grey.height - side) / 2
    disc = grey.resize((_DISC, _DISC), Image.Resampling.BOX, (left, top, left + side, top + side))
    return np.fft.rfft(_unit(np.asarray(disc).ravel()[_ON_RINGS]), axis=1).astype(np.complex64)


def _detail(luma: Plane) -> float:
    found = [
        float(np.abs(plane[2 * _STEP :] + plane[: -2 * _STEP] - 2 * plane[_STEP:-_STEP]).mean())
        for plane in (luma, luma.T)
        if len(plane) > 2 * _STEP
    ]
    return max(found, default=0.0)
