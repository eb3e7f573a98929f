"""What is left of the difference of two pictures when one was laid on the other and its tones were matched."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.image.alignment import Matrix
from curate.duplicates.image.thumbnail import Pixels, Plane, Thumbnail, excess
from curate.media.opencv import opencv

Mask = NDArray[np.uint8]

LEAST_ALIKE = 0.8
"""Correlation below which nothing else is looked at: with its tones matched, a copy has 0.94 and more."""

_LEVELS = 32
_LEAST_SHARE = 0.002
_EDGE = 7
_SPOT, _COLOUR_SPOT = 5, 13
_LEAST_CONTRAST = 1.0
_LEAST_MASK = 0.1
_RED_LUMA, _BLUE_LUMA = 0.299, 0.114
_CLIPPED, _MOST_LIGHT = 250, 1.8
_SURFACE_PX, _THREAD, _LEAST_SURFACE = 3.0, 3.0, 0.7


class Difference(NamedTuple):
    """How far two aligned pictures are from each other.

    Attributes:
        peak: Largest local difference of brightness (mean of a spot), in standard deviations of the picture.
        rms: Root mean square of the difference of brightness, in the same unit.
        gain: Contrast of the one with more over that of the other.
        shift: Difference of the mean brightness, in levels of 255.
        overlap: Share of the picture that both show: the smaller of the two.
    """

    peak: float
    rms: float
    gain: float
    shift: float
    overlap: float


def difference(a: Thumbnail, b: Thumbnail, matrix: Matrix) -> Difference | None:
    """Compare the brightness of what both pictures show; None where that is too little, or plainly different.

    The mean of a spot of 5 x 5 pixels, signs kept, is what a changed place leaves; noise, blur and edges that are
    a part of a pixel off are of both signs, and vanish in it.

    Args:
        a: The first.
        b: The second.
        matrix: From pixels of the second to the first, as `improve` gives it.
    """
    # The first is laid onto the pixels of the second, the smaller one: then noise is averaged, not blown up.
    under, mask = aligned(a, b, matrix)
    inside = float(mask.mean())
    if inside < _LEAST_MASK:
        return None
    shown = mask.astype(bool)
    x, y = under[shown], b.luma[shown]
    # The lower contrast is the unit, so that a strong difference is not made small by the strength of one of the two.
    low, high = sorted((float(x.std()), float(y.std())))
    # A third of the pixels will do. Sums of products, because long dot products start threads in every worker.
    first, second = (values - values.mean(dtype=np.float64) for values in (x[::3], y[::3]))
    size = float(np.square(first).sum() * np.square(second).sum()) ** 0.5
    if float((first * second).sum() / max(size, 1e-9)) < LEAST_ALIKE:
        return None
    contrast = max(_LEAST_CONTRAST, low)
    # Both ways, because a brighter copy whose whites are clipped follows from the original, but not the reverse.
    ways = ((b.luma - tones(x, y)[under]) * mask, (under - tones(y, x)[b.luma]) * mask)
    left = [float(np.square(way).sum()) for way in ways]
    return Difference(
        peak=_peak(ways[left[0] > left[1]], mask, _SPOT) / contrast,
        rms=float(np.sqrt(min(left) / len(x))) / contrast,
        gain=high / contrast,
        shift=abs(float(x.mean() - y.mean())),
        overlap=inside * min(1.0, abs(float(np.linalg.det(matrix[:, :2]))) * b.luma.size / a.luma.size),
    )


def colour_difference(a: Thumbnail, b: Thumbnail, matrix: Matrix, enough: float = 0.0) -> float:
    """Return the largest local difference of blue or red in levels, once the saturation or the light is matched.

    The light is not looked at where the saturation leaves no more than `enough`: it can only leave less.
    """
    mask = _shared(a, matrix, b)
    x, y = (excess(chroma) for chroma in (warped(a.chroma, matrix, b), b.chroma))
    found = _saturated(x, y, b.luma, mask)
    if found <= enough:
        return found
    luma = warped(a.luma, matrix, b).astype(np.float32)
    return min(found, _in_other_light((luma, x), (b.luma.astype(np.float32), y), mask))


def _saturated(x: Plane, y: Plane, luma: Pixels, mask: Mask) -> float:
    x, y = x * mask[:, :, None], y * mask[:, :, None]
    # Least squares; a copy may be more or less saturated, but not by any factor.
    gain = float((x * y).sum()) / max(float(np.square(x).sum()), 1e-6)
    rest = y - np.float32(min(max(gain, 0.5), 2.0)) * x
    # A warmer light moves all colours, and those of bright places more: the line through them is taken away.
    shown = mask.astype(bool)
    bright = luma.astype(np.float32)
    for plane in (0, 1):
        values, levels = rest[:, :, plane][shown], bright[shown]
        mean, middle = float(values.mean()), float(levels.mean())
        slope = float(((values - mean) * (levels - middle)).mean()) / max(float(levels.var()), 1e-6)
        rest[:, :, plane] -= (mean + slope * (bright - middle)) * mask
    return max(_peak(np.ascontiguousarray(rest[:, :, plane]), mask, _COLOUR_SPOT) for plane in (0, 1))


def _in_other_light(a: tuple[Plane, Plane], b: tuple[Plane, Plane], mask: Mask) -> float:
    """Return the difference of two pictures, each brightness and what red and blue exceed it by, in one light.

    A lamp or a white balance is a factor for each of red, green and blue, and moves saturated colours more than a line
    through all of them says.
    """
    shown = mask.astype(bool)
    lit = []
    for one, other in zip(_rgb(*a), _rgb(*b), strict=True):
        values, levels = one[shown], other[shown]
        # What is clipped in one of them says nothing of the factor.
        inside = (np.maximum(values, levels) < _CLIPPED) & (values > 0)
        values, levels = values[inside], levels[inside]
        factor = float(np.square(levels).sum()) / max(float((values * levels).sum()), 1e-6) if len(values) else 1.0
        lit.append(np.clip(np.float32(min(max(factor, 1 / _MOST_LIGHT), _MOST_LIGHT)) * one, 0, 255))
    red, green, blue = lit
    luma = _RED_LUMA * red + (1 - _RED_LUMA - _BLUE_LUMA) * green + _BLUE_LUMA * blue
    # How bright each place is the brightness has to say; here only colours count.
    times = b[0] / np.maximum(luma, 1.0)
    rest = ((times * colour - b[0] - b[1][:, :, plane]) * mask for plane, colour in enumerate((red, blue)))
    return max(_peak(np.ascontiguousarray(plane, np.float32), mask, _COLOUR_SPOT) for plane in rest)


def _rgb(luma: Plane, exceeding: Plane) -> tuple[Plane, Plane, Plane]:
    """Return red, green and blue of brightness and what red and blue exceed it by."""
    red, blue = (np.clip(luma + exceeding[:, :, plane], 0, 255) for plane in (0, 1))
    green = (luma - _RED_LUMA * red - _BLUE_LUMA * blue) / (1 - _RED_LUMA - _BLUE_LUMA)
    return red, np.clip(green, 0, 255), blue


def surface_alike(a: Thumbnail, b: Thumbnail, matrix: Matrix) -> float | None:
    """Return the correlation of the fine structure of what both pictures show; None where there is hardly any.

    Strong edges count for no more than a thread: two shirts on one cloth have their outline in common, once one was
    stretched a little, and of each thread none.
    """
    cv2 = opencv()
    under, mask = aligned(a, b, matrix)
    shown = mask.astype(bool)
    first, second = (
        np.clip((exact := plane.astype(np.float32)) - cv2.GaussianBlur(exact, (0, 0), _SURFACE_PX), -_THREAD, _THREAD)
        for plane in (under, b.luma)
    )
    x, y = first[shown], second[shown]
    energies = float(np.square(x).sum()), float(np.square(y).sum())
    if min(energies) < _LEAST_SURFACE**2 * len(x):
        return None
    return float((x * y).sum()) / math.sqrt(energies[0] * energies[1])


def raw_difference(a: Thumbnail, b: Thumbnail) -> float:
    """Return the largest local difference of brightness or colour in levels of 255, nothing matched or aligned.

    Only for pictures without detail: whatever is laid on them, it would seem to fit.
    """
    cv2 = opencv()
    height, width = b.luma.shape
    spot = min(_SPOT, width), min(_SPOT, height)
    largest = 0.0
    for one, other in ((a.luma, b.luma), (a.chroma, b.chroma)):
        rest = cv2.resize(one, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) - other
        largest = max(largest, float(np.abs(cv2.blur(rest, spot)).max()))
    return largest


def aligned(a: Thumbnail, b: Thumbnail, matrix: Matrix) -> tuple[Pixels, Mask]:
    """Return the brightness of the first on the pixels of the second, and 1 where both show something, else 0."""
    return warped(a.luma, matrix, b), _shared(a, matrix, b)


def warped(pixels: Pixels, matrix: Matrix, b: Thumbnail) -> Pixels:
    """Return pixels of a first picture where they lie on the second."""
    cv2 = opencv()
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(pixels, matrix, b.luma.shape[::-1], flags=flags))


def _shared(a: Thumbnail, matrix: Matrix, b: Thumbnail) -> Mask:
    """Return 1 where a pixel of the second picture lies well within the first, else 0."""
    inside = warped(np.full_like(a.luma, 255), matrix, b) == 255
    return np.asarray(opencv().erode(inside.astype(np.uint8), np.ones((_EDGE, _EDGE), np.uint8), borderValue=1))


def tones(x: Pixels, y: Pixels) -> Plane:
    """Return for each of 256 levels of x the level of y that fits it best: a line, and the mean of y around it."""
    counts = np.bincount(x, minlength=256)
    sums = np.bincount(x, y, minlength=256)
    levels = np.arange(256)
    mean_x, mean_y = counts @ levels / len(x), sums.sum() / len(x)
    gain = (sums @ levels / len(x) - mean_x * mean_y) / max(counts @ (levels - mean_x) ** 2 / len(x), 1e-6)
    line = mean_y + gain * (levels - mean_x)
    count, at, rest = (
        values.reshape(_LEVELS, -1).sum(axis=1) for values in (counts, counts * levels, sums - counts * line)
    )
    # A level that hardly occurs would learn the very spot that was changed.
    known = count >= max(20, _LEAST_SHARE * len(x))
    if known.any():
        # The line carries the trend to levels that are rare; the correction follows the curve (gamma, clipped whites)
        # where there is enough to learn from.
        line = line + np.interp(levels, at[known] / count[known], rest[known] / count[known])
    return np.asarray(line, np.float32)


def _peak(rest: Plane, mask: Mask, spot: int) -> float:
    """Return the largest mean of a spot, of what is in the mask; `rest` is 0 outside."""
    cv2 = opencv()
    # Divided by the share of the spot that is in the mask: at the border a mean over zeros would hide what was changed.
    weight = cv2.blur(mask.astype(np.float32), (spot, spot), borderType=cv2.BORDER_CONSTANT)
    mean = cv2.blur(rest, (spot, spot), borderType=cv2.BORDER_CONSTANT)
    return float((np.abs(mean) * mask / np.maximum(weight, 1e-3)).max())
