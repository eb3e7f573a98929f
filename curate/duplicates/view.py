"""A picture as far as a comparison needs it: a small copy, in brightness and colour, and its coarsest patterns."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Plane = NDArray[np.float32]

SIDE = 256
"""Pixels of the longer side of a view."""

GRID = 24
"""Pixels of each side of the coarse pattern, however long or wide the picture is."""

ANGLES = 120
_DISC, _RINGS = 48, 10
_WEIGHTS = np.array([0.299, 0.587, 0.114], np.float32)


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
        luma: Brightness, 0 to 255, shape (height, width), at most `SIDE` on the longer side.
        chroma: Blue and red less brightness, shape (height, width, 2).
        grid: Brightness on `GRID` x `GRID` points, whatever the aspect, with mean 0 and length 1; zeros if flat.
        rings: Fourier transform over the angle of the brightness around the centre, in the largest disc; its
            inverse has mean 0 and length 1.
        contrast: Standard deviation of the brightness.
        colour: Mean size of the chroma: 0 for greys.
    """

    luma: Plane
    chroma: Plane
    grid: Plane
    rings: NDArray[np.complex128]
    contrast: float
    colour: float


def view(pixels: Pixels) -> View:
    """Return the view of a picture, RGB of shape (height, width, 3)."""
    small = _reduced(Image.fromarray(pixels), SIDE)
    rgb = np.asarray(small, np.float32)
    luma = rgb @ _WEIGHTS
    chroma = np.ascontiguousarray(rgb[:, :, 2::-2] - luma[:, :, None])
    grey = Image.fromarray(luma)
    grid = unit(np.asarray(grey.resize((GRID, GRID), Image.Resampling.BOX)))
    return View(luma, chroma, grid, _rings(grey), float(luma.std()), float(np.abs(chroma).mean()))


def unit(values: Plane) -> Plane:
    """Return values with mean 0 and length 1; zeros where they are all alike."""
    apart = values - values.mean()
    length = float(np.sqrt(np.vdot(apart, apart)))
    return np.asarray(apart / length if length > 1e-3 else 0 * apart, np.float32)


def _reduced(image: Image.Image, side: int) -> Image.Image:
    share = side / max(image.size)
    if share >= 1:
        return image
    size = max(1, round(image.width * share)), max(1, round(image.height * share))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def _rings(grey: Image.Image) -> NDArray[np.complex128]:
    side = min(grey.size)
    left, top = (grey.width - side) / 2, (grey.height - side) / 2
    disc = grey.resize((_DISC, _DISC), Image.Resampling.BOX, (left, top, left + side, top + side))
    return np.fft.rfft(unit(np.asarray(disc).ravel()[_ON_RINGS]), axis=1)
