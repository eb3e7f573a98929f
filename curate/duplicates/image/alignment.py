"""How one picture lies on another, from a guess to a part of a pixel."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.image.orientations import Orientation
from curate.duplicates.image.thumbnail import Pixels, Thumbnail, shrunk
from curate.media.opencv import opencv

Matrix = NDArray[np.float32]

CORNERS = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64)
"""Of any picture, in its sides."""

_MAX_STEPS, _MOST_ROUGH_STEPS, _BLUR = 50, 12, 3

_COARSE, _LEAST_ROUGH_GAIN = 4, 1e-3
_DETAIL_PX, _LEAST_LAID = 1.0, 0.7
_LEAST_DETAIL_ALIKE = {_COARSE: 0.5, 2: 0.6}
"""By how much smaller the copies are. Of 2,700 copies all are above the second, and of 87 that had to be aligned all
are above 0.77 at a quarter of the size; of 400 others that are coarsely alike, 2 % are above the second."""

CROPS_DETAIL_ALIKE = {_COARSE: 0.6, 2: 0.7}
"""Of what begins where it was found, within a few percent of a side: of 240 crops one is below the first (1 % of them
0.76), of 1,500 pairs of others more than a half."""


def laid(a: Thumbnail, b: Thumbnail, orientation: Orientation) -> Matrix:
    """Return the map that lays one picture on the other, centre on centre, 2 x 3."""
    turn = np.array(orientation.turn)
    # A flip or a quarter turn leaves the whole picture in the frame, so sides lie on sides, each axis by its own scale.
    # A free rotation is about the inner circle: one scale, that of the shorter sides.
    if orientation.stretched:
        return _about_centres(a, b, turn * _half(a)[:, None] / _half(b))
    return _about_centres(a, b, _half(a).min() / _half(b).min() * turn)


def may_lie(a: Thumbnail, b: Thumbnail, matrix: Matrix) -> bool:
    """Tell whether one picture may lie on the other as it is laid, before looking closely."""
    return _detail_alike(a.coarse, b.coarse, _rescaled(matrix, 1 / _COARSE)) >= _LEAST_LAID


def improve(
    below: Pixels, above: Pixels, matrix: Matrix, least_gain: float = 1e-4, most_steps: int = _MAX_STEPS
) -> tuple[float, Matrix] | None:
    """Return the enhanced correlation coefficient, and the affine map near `matrix` that maximises it.

    Gain and offset do not change that coefficient. None where the search leads nowhere.

    Args:
        below: Brightness of the first.
        above: Brightness of the second.
        matrix: 2 x 3, from a pixel (x, y, 1) of the second to one of the first.
        least_gain: Of the coefficient: a step that brings less is the last.
        most_steps: What has not come to its end by then is given up as it is.
    """
    cv2 = opencv()
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, most_steps, least_gain)
    try:
        alike, after = cv2.findTransformECC(above, below, matrix.copy(), cv2.MOTION_AFFINE, criteria, None, _BLUR)
    except cv2.error:  # it raises where it does not converge, or where the two no longer overlap
        return None
    return float(alike), np.asarray(after, np.float32)


def improve_roughly(
    a: Thumbnail,
    b: Thumbnail,
    matrix: Matrix,
    scale: float = 1.0,
    least_detail: Mapping[int, float] = _LEAST_DETAIL_ALIKE,
) -> tuple[float, Matrix] | None:
    """Do as `improve` does, on copies of a quarter of the size and then of a half: farther and faster.

    None also where what the copies have in common is only their coarsest patterns.

    Args:
        a: The first.
        b: The second.
        matrix: From pixels of the second to the first.
        scale: Of both, where they are smaller than thumbnails of their pictures would be, but for `coarse`.
        least_detail: How much of the detail has to be alike in copies that are so many times smaller.
    """
    alike = 0.0
    # From small to large: the search climbs the nearest hill, and on a small blurred copy hills are wide.
    for factor, least in least_detail.items():
        times = factor * scale
        below, above = (one.coarse if factor == _COARSE else shrunk(one.luma, times) for one in (a, b))
        # Copies are there after five steps; it is others that wander.
        found = improve(below, above, _rescaled(matrix, 1 / times), _LEAST_ROUGH_GAIN, _MOST_ROUGH_STEPS)
        if found is None or _detail_alike(below, above, found[1]) < least:
            return None
        alike, matrix = found[0], _rescaled(found[1], times)
    return alike, matrix


def inverted(matrix: Matrix) -> Matrix:
    """Return the map that undoes one."""
    return np.asarray(np.linalg.inv(np.vstack([matrix, (0, 0, 1)]))[:2], np.float32)


def misfit(a: Thumbnail, b: Thumbnail, matrix: Matrix) -> float:
    """Return by how much neither picture lies within the other, nor centre on centre: a share of the longer side.

    A copy holds the whole of the original, or a part of it, or is turned about its centre: 0.0006 and less in 1,200
    copies. Two scans of one thing, or two pictures of one burst, each show what the other does not.
    """
    # Three ways in which a copy may lie: about the same centre, within the other, or around it; the one that fits best
    # counts.
    back = np.linalg.inv(np.vstack([matrix, (0, 0, 1)]))[:2]
    centre = matrix[:, :2] @ (_half(b) - 0.5) + matrix[:, 2] + 0.5 - _half(a)
    off_centre = float(np.abs(centre).max() / _half(a).max() / 2)
    return min(off_centre, _spill(b, a, matrix), _spill(a, b, back))


def corners_on(
    picture: Thumbnail, matrix: Matrix | NDArray[np.float64], outline: NDArray[np.float64] = CORNERS
) -> NDArray[np.float64]:
    """Return where the corners of a second picture lie on the first, in its pixels from its corner, shape (4, 2).

    Of the edges of pixels, whose middles a matrix maps: half a pixel is a share that matters in pictures of 64 pixels.
    An outline of something else that lies on the second is in its sides.
    """
    corners = outline * 2 * _half(picture) - 0.5
    return np.asarray(corners @ matrix[:, :2].T + matrix[:, 2] + 0.5)


def _spill(inner: Thumbnail, outer: Thumbnail, matrix: Matrix | NDArray[np.float64]) -> float:
    """Return how far the corners of one picture are outside the other, as a share of its longer side."""
    size = 2 * _half(outer)
    there = corners_on(inner, matrix)
    return float(np.maximum(-there, there - size).max(initial=0.0) / size.max())


def _detail_alike(below: Pixels, above: Pixels, matrix: Matrix) -> float:
    """Return the correlation of what a blur takes away, where both pictures show something; -1 where they do not."""
    cv2 = opencv()
    # What the warp fills in beyond the border is no picture; a white one, laid the same way, shows where it is.
    size, flags = above.shape[::-1], cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    shown = cv2.warpAffine(np.full_like(below, 255), matrix, size, flags=flags) == 255
    inside = cv2.erode(shown.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1).astype(bool)
    if not inside.any():
        return -1.0
    under = cv2.warpAffine(below.astype(np.float32), matrix, size, flags=flags)
    x, y = (
        (plane - cv2.GaussianBlur(plane, (0, 0), _DETAIL_PX))[inside] for plane in (under, above.astype(np.float32))
    )
    # The floor of the divisor keeps a flat pair at 0 instead of 0 / 0.
    x, y = x - x.mean(), y - y.mean()
    return float((x * y).sum() / max(float(np.square(x).sum() * np.square(y).sum()) ** 0.5, 1e-9))


def _rescaled(matrix: Matrix, factor: float) -> Matrix:
    """Return the map between pictures that are larger by a factor; the middle of a pixel is at 0, not at 1/2."""
    half = np.full(2, 0.5)
    offset = (matrix[:, 2] + half - matrix[:, :2] @ half) * factor + matrix[:, :2] @ half - half
    return np.hstack([matrix[:, :2], offset[:, None]]).astype(np.float32)


def _half(picture: Thumbnail) -> NDArray[np.float64]:
    height, width = picture.luma.shape
    return np.array((width, height)) / 2


def _about_centres(a: Thumbnail, b: Thumbnail, linear: NDArray[np.float64]) -> Matrix:
    offset = _half(a) - 0.5 - linear @ (_half(b) - 0.5)
    return np.hstack([linear, offset[:, None]]).astype(np.float32)
