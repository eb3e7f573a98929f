"""What is left of the difference of two pictures when one was laid on the other and its tones were matched."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.alignment import Matrix, opencv
from curate.duplicates.view import Plane, View

Mask = NDArray[np.bool_]

_LEVELS = 32
_LEAST_SHARE = 0.002
_EDGE = 7
_SPOT, _COLOUR_SPOT = 5, 13
_LEAST_CONTRAST = 1.0


class Difference(NamedTuple):
    """How far two aligned pictures are from each other.

    Attributes:
        peak: Largest local difference of brightness (mean of a spot), in standard deviations of the picture.
        rms: Root mean square of the difference of brightness, in the same unit.
        colour: Largest local difference of colour, in levels of 255.
        overlap: Share of the picture that both show: the smaller of the two.
    """

    peak: float
    rms: float
    colour: float
    overlap: float


def difference(a: View, b: View, matrix: Matrix) -> Difference | None:
    """Compare what both pictures show; None where that is too little.

    The mean of a spot of 5 x 5 pixels, signs kept, is what a changed place leaves; noise, blur and edges that are
    a part of a pixel off are of both signs, and vanish in it.

    Args:
        a: The first.
        b: The second.
        matrix: From pixels of the second to the first, as `align` gives it.
    """
    cv2 = opencv()
    height, width = b.luma.shape
    below = [_warped(cv2, plane, matrix, (width, height)) for plane in (a.luma, a.chroma, np.ones_like(a.luma))]
    inside = below[2] > 0.999
    mask = cv2.erode(inside.astype(np.uint8), np.ones((_EDGE, _EDGE), np.uint8), borderValue=0) > 0
    if mask.mean() < 0.1:
        return None
    rest = _least_rest(below[0], b.luma, mask)
    contrast = max(_LEAST_CONTRAST, float(min(below[0][mask].std(), b.luma[mask].std())))
    return Difference(
        peak=_peak(cv2, rest, mask, _SPOT) / contrast,
        rms=float(np.sqrt(np.square(rest[mask]).mean())) / contrast,
        colour=_colour(cv2, below[1], b.chroma, mask),
        overlap=min(float(inside.mean()), float(inside.sum() * abs(np.linalg.det(matrix[:, :2])) / a.luma.size)),
    )


def _warped(cv2: Any, plane: Plane, matrix: Matrix, size: tuple[int, int]) -> Plane:
    return np.asarray(cv2.warpAffine(plane, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP), np.float32)


def _least_rest(a: Plane, b: Plane, mask: Mask) -> Plane:
    """Return the difference once the tones of one are matched to the other's, whichever way leaves less.

    Both ways, because a brighter copy whose whites are clipped follows from the original, but not the other way.
    """
    rests = [second - _toned(first, second, mask) for first, second in ((a, b), (b, a))]
    return min(rests, key=lambda rest: float(np.square(rest[mask]).sum()))


def _toned(source: Plane, target: Plane, mask: Mask) -> Plane:
    """Return the source with the tone curve that comes closest to the target: a line, then the mean by level."""
    x, y = source[mask], target[mask]
    spread = x - x.mean()
    gain = float(np.dot(spread, y) / max(np.dot(spread, spread), 1e-6))
    offset = float(y.mean() - gain * x.mean())
    level = np.clip(x * (_LEVELS / 256), 0, _LEVELS - 1).astype(np.intp)
    count = np.bincount(level, minlength=_LEVELS)
    # A level that hardly occurs would learn the very spot that was changed.
    known = count >= max(20, _LEAST_SHARE * len(x))
    line = gain * source + offset
    if not known.any():
        return np.asarray(line, np.float32)
    at = np.bincount(level, x, _LEVELS)[known] / count[known]
    more = np.bincount(level, y - gain * x - offset, _LEVELS)[known] / count[known]
    return np.asarray(line + np.interp(source, at, more), np.float32)


def _peak(cv2: Any, rest: Plane, mask: Mask, spot: int) -> float:
    weight = cv2.blur(mask.astype(np.float32), (spot, spot), borderType=cv2.BORDER_CONSTANT)
    mean = cv2.blur(rest * mask, (spot, spot), borderType=cv2.BORDER_CONSTANT)
    return float(np.abs(mean[mask] / weight[mask]).max())


def _colour(cv2: Any, a: Plane, b: Plane, mask: Mask) -> float:
    """Return the largest local difference of colour once the saturation is matched."""
    x, y = a[mask], b[mask]
    gain = float(np.vdot(x, y)) / max(float(np.vdot(x, x)), 1e-6)
    rest = b - np.clip(gain, 0.5, 2.0) * a
    return max(_peak(cv2, np.ascontiguousarray(rest[:, :, plane]), mask, _COLOUR_SPOT) for plane in (0, 1))
