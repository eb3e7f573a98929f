"""How one picture lies on another: mirrored, turned, stretched, cropped; found coarsely, then to a part of a pixel."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.view import ANGLES, SIDE, Pixels, View
from curate.media.opencv import opencv

Matrix = NDArray[np.float32]

_SYMMETRIES: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "": ((1, 0), (0, 1)),
    "flipped": ((-1, 0), (0, 1)),
    "flipped vertically": ((1, 0), (0, -1)),
    "turned by 180°": ((-1, 0), (0, -1)),
    "turned by 90°": ((0, 1), (-1, 0)),
    "turned by 270°": ((0, -1), (1, 0)),
    "flipped, turned by 90°": ((0, 1), (1, 0)),
    "flipped, turned by 270°": ((0, -1), (-1, 0)),
}
"""What became of the first picture (clockwise); where in it a point (x, y) of the second was, from the centre."""

LEAST_ALIKE = 0.5
"""Of the coarse patterns, before anything is aligned: 0.6 and more with 5 % cropped at each edge."""

MOST_STARTS = 3
"""A symmetrical thing looks much the same flipped, so the second or third guess may be the right one."""

_MIRROR = np.diag((-1.0, 1.0))
_COARSE_SIDE = 64
_MAX_STEPS, _LEAST_GAIN, _BLUR = 50, 1e-4, 3


class Start(NamedTuple):
    """A guess at how the second picture lies on the first.

    Attributes:
        change: What was done to the first: a key of `_SYMMETRIES`, or `rotated by …°`.
        matrix: 2 x 3, from a pixel (x, y, 1) of the second view to one of the first.
        alike: Correlation of the coarse patterns, -1 to 1.
    """

    change: str
    matrix: Matrix
    alike: float


def starts(a: View, b: View) -> list[Start]:
    """Return the guesses that are worth trying, the best first."""
    found = [start for start in (*_symmetric(a, b), *_rotated(a, b)) if start.alike >= LEAST_ALIKE]
    return sorted(found, key=lambda start: -start.alike)[:MOST_STARTS]


def whole(a: View, b: View) -> Matrix:
    """Return the map that lays the whole of one picture on the whole of the other, 2 x 3."""
    return _about_centres(a, b, np.diag(_half(a) / _half(b)))


def inverse(change: str) -> str:
    """Return what undoes a change. A mirror image that was turned is undone by the same again."""
    if "flipped" in change or "°" not in change:
        return change
    verb, _, angle = change.rpartition(" ")
    return f"{verb} {360 - int(angle[:-1])}°"


def improve_roughly(a: View, b: View, matrix: Matrix) -> tuple[float, Matrix] | None:
    """Do as `improve` does, on copies of 64 pixels: farther and faster, but not to the pixel."""
    return improve(a, b, matrix, SIDE / _COARSE_SIDE)


def improve(a: View, b: View, matrix: Matrix, factor: float = 1.0) -> tuple[float, Matrix] | None:
    """Return the enhanced correlation coefficient, and the affine map near `matrix` that maximises it.

    Gain and offset do not change that coefficient. None where the search leads nowhere.

    Args:
        a: The first.
        b: The second.
        matrix: 2 x 3, from a pixel (x, y, 1) of the second view to one of the first.
        factor: By how much smaller the copies are that are looked at.
    """
    cv2 = opencv()
    below, above = (_shrunk(cv2, picture.luma, factor) for picture in (a, b))
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _MAX_STEPS, _LEAST_GAIN)
    before = _rescaled(matrix, 1 / factor)
    try:
        alike, after = cv2.findTransformECC(above, below, before, cv2.MOTION_AFFINE, criteria, None, _BLUR)
    except cv2.error:
        return None
    return float(alike), _rescaled(np.asarray(after, np.float32), factor)


def misfit(a: View, b: View, matrix: Matrix) -> float:
    """Return by how much neither picture lies within the other, nor centre on centre: a share of the longer side.

    A copy holds the whole of the original, or a part of it, or is turned about its centre: 0.0006 and less in 1,200
    copies. Two scans of one thing, or two pictures of one burst, each show what the other does not.
    """
    back = np.linalg.inv(np.vstack([matrix, (0, 0, 1)]))[:2]
    centre = matrix[:, :2] @ (_half(b) - 0.5) + matrix[:, 2] + 0.5 - _half(a)
    off_centre = float(np.abs(centre).max() / _half(a).max() / 2)
    return min(off_centre, _spill(b, a, matrix), _spill(a, b, back))


def _spill(inner: View, outer: View, matrix: NDArray[np.floating[Any]]) -> float:
    """Return how far the corners of one picture are outside the other, as a share of its longer side."""
    size = 2 * _half(outer)
    corners = np.array([(x, y) for x in (0.0, 1.0) for y in (0.0, 1.0)]) * 2 * _half(inner) - 0.5
    there = corners @ matrix[:, :2].T + matrix[:, 2] + 0.5
    return float(np.maximum(-there, there - size).max(initial=0.0) / size.max())


def _shrunk(cv2: Any, plane: Pixels, factor: float) -> Pixels:
    if factor == 1:
        return plane
    size = max(8, round(plane.shape[1] / factor)), max(8, round(plane.shape[0] / factor))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA))


def _rescaled(matrix: Matrix, factor: float) -> Matrix:
    """Return the map between pictures that are larger by a factor; the middle of a pixel is at 0, not at 1/2."""
    half = np.full(2, 0.5)
    offset = (matrix[:, 2] + half - matrix[:, :2] @ half) * factor + matrix[:, :2] @ half - half
    return np.hstack([matrix[:, :2], offset[:, None]]).astype(np.float32)


def _symmetric(a: View, b: View) -> Iterator[Start]:
    for change, turn in _SYMMETRIES.items():
        (xx, xy), (yx, yy) = turn
        turned = a.grid[::yy, ::xx] if xx else a.grid[::yx, ::xy].T
        scales = np.diag(_half(a)) @ np.array(turn) @ np.diag(1 / _half(b))
        yield Start(change, _about_centres(a, b, scales), float(np.vdot(turned, b.grid).real))


def _rotated(a: View, b: View) -> Iterator[Start]:
    """Yield the best rotation, and the best of the mirrored picture, where it is not by quarters."""
    scale = _half(a).min() / _half(b).min()
    mirrored = a.rings.conj() * (-1.0) ** np.arange(a.rings.shape[1])
    for prefix, rings, mirror in (("", a.rings, np.eye(2)), ("flipped, ", mirrored, _MIRROR)):
        alike = np.fft.irfft((rings.conj() * b.rings).sum(axis=0), ANGLES)
        best = int(alike.argmax())
        if best % (ANGLES // 4) == 0:
            continue
        angle = best * 2 * math.pi / ANGLES
        back = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
        name = f"{prefix}rotated by {round(math.degrees(angle))}°"
        yield Start(name, _about_centres(a, b, scale * mirror @ back), float(alike[best]))


def _half(picture: View) -> NDArray[np.float64]:
    height, width = picture.luma.shape
    return np.array((width, height)) / 2


def _about_centres(a: View, b: View, linear: NDArray[np.float64]) -> Matrix:
    offset = _half(a) - 0.5 - linear @ (_half(b) - 0.5)
    return np.hstack([linear, offset[:, None]]).astype(np.float32)
