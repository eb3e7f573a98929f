"""A picture in four kilobytes: enough to tell how one may lie on another, and for most pairs that it does not."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.image.thumbnail import Pixels
from curate.media.opencv import opencv

Packed = NDArray[np.uint8]
Planes = NDArray[np.float32]

SIDE = 96
"""A JPEG is decoded at the fraction of its size that leaves its longer side this many pixels."""

ANGLES = 120
_GRID, _DISC, _RINGS = 16, 48, 10
_SMALL = 48


def _polar() -> tuple[Planes, Planes]:
    """Return where in the disc the points of each ring are, x and y, each of shape (rings, angles)."""
    radius = (np.arange(_RINGS)[:, None] + 1) / (_RINGS + 0.5) * _DISC / 2
    angle = np.arange(ANGLES) * (2 * np.pi / ANGLES)
    # The middle of a pixel is at 0, not at 1/2.
    middle = _DISC / 2 - 0.5
    x, y = middle + radius * np.cos(angle), middle + radius * np.sin(angle)
    return np.asarray(x, np.float32), np.asarray(y, np.float32)


_ON_RINGS = _polar()


class Descriptors(NamedTuple):
    """What is known of n pictures: brightness in levels, and chroma in levels around 128.

    Attributes:
        luma: On a grid over the picture whatever its aspect, float32, shape (n, 16, 16).
        chroma: The same of red and blue less brightness, uint8, shape (n, 16, 16, 2).
        ring_luma: On rings in the largest disc, float32, shape (n, rings, angles).
        ring_chroma: Uint8, shape (n, rings, angles, 2).
        small: Which have fewer than 48 pixels on their longer side: their copies are blurred, shape (n,).
    """

    luma: Planes
    chroma: Packed
    ring_luma: Planes
    ring_chroma: Packed
    small: NDArray[np.bool_]


def descriptor(pixels: Pixels, size: tuple[int, int]) -> Packed:
    """Return what is kept of a picture.

    Args:
        pixels: RGB of shape (height, width, 3), perhaps reduced.
        size: Width and height of the picture.
    """
    cv2 = opencv()
    height, width = pixels.shape[:2]
    # Rotation is looked for in the largest disc: it is all that a rotated copy is sure to show.
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    coded = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)
    square = np.ascontiguousarray(coded[top : top + side, left : left + side])
    # INTER_AREA is the mean over what a point covers; picking pixels would make a descriptor of the noise.
    grid, disc = (
        cv2.resize(plane, (points, points), interpolation=cv2.INTER_AREA)
        for plane, points in ((coded, _GRID), (square, _DISC))
    )
    rings = cv2.remap(disc, *_ON_RINGS, cv2.INTER_LINEAR)
    return np.concatenate([grid.ravel(), rings.ravel(), np.array([max(size) < _SMALL], np.uint8)])


def unpacked(packed: Packed) -> Descriptors:
    """Return the descriptors of n pictures, each packed by `descriptor`, shape (n, bytes)."""
    count, cells = len(packed), 3 * _GRID * _GRID
    grid = packed[:, :cells].reshape(count, _GRID, _GRID, 3)
    rings = packed[:, cells:-1].reshape(count, _RINGS, ANGLES, 3)
    luma, ring_luma = (np.asarray(points[..., 0], np.float32) for points in (grid, rings))
    return Descriptors(luma, grid[..., 1:], ring_luma, rings[..., 1:], packed[:, -1].astype(bool))
