"""How one picture lies on another: mirrored, turned, stretched, cropped; found coarsely, then to a part of a pixel."""

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.view import ANGLES, SIDE, Plane, View

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
LEAST_ALIKE_ROUGHLY = 0.8
SURE_ALIKE = 0.97
MOST_STARTS = 3
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
    """Return the guesses that are not hopeless, the best first."""
    found = [start for start in (*_symmetric(a, b), *_rotated(a, b)) if start.alike >= LEAST_ALIKE]
    return sorted(found, key=lambda start: -start.alike)


def align(a: View, b: View) -> tuple[str, Matrix] | None:
    """Return what was done to the first picture, and the affine map, 2 x 3, from pixels of the second to its own.

    Maximises the enhanced correlation coefficient, which gain and offset do not change: in a small copy from each
    of the likeliest guesses, then in full from the best of these. None where nothing comes close.
    """
    found: list[tuple[float, str, Matrix]] = []
    for start in starts(a, b)[:MOST_STARTS]:
        rough = _improved(a, b, start.matrix, SIDE / _COARSE_SIDE)
        if rough is not None:
            found.append((rough[0], start.change, rough[1]))
            if rough[0] >= SURE_ALIKE:
                break
    alike, change, matrix = max(found, key=lambda rough: rough[0], default=(0.0, "", np.eye(2, 3)))
    if alike < LEAST_ALIKE_ROUGHLY:
        return None
    fine = _improved(a, b, matrix, 1.0)
    return None if fine is None else (change, fine[1])


def _improved(a: View, b: View, matrix: Matrix, factor: float) -> tuple[float, Matrix] | None:
    """Return the correlation and the map, found on copies that are smaller by a factor; None where it diverges."""
    cv2 = opencv()
    below, above = (_shrunk(cv2, picture.luma, factor) for picture in (a, b))
    before = _rescaled(matrix, 1 / factor)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _MAX_STEPS, _LEAST_GAIN)
    try:
        alike, after = cv2.findTransformECC(above, below, before, cv2.MOTION_AFFINE, criteria, None, _BLUR)
    except cv2.error:
        return None
    return float(alike), _rescaled(np.asarray(after, np.float32), factor)


def opencv() -> Any:
    # Imported late, because it takes a tenth of a second; typed loosely, because its stubs know no default masks.
    import cv2

    cv2.setNumThreads(0)
    return cv2


def _shrunk(cv2: Any, plane: Plane, factor: float) -> Plane:
    if factor == 1:
        return plane
    size = max(8, round(plane.shape[1] / factor)), max(8, round(plane.shape[0] / factor))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


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
        yield Start(change, _about_centres(a, b, scales), float(np.vdot(turned, b.grid)))


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
