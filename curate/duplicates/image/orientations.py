"""How one picture may lie on another, flipped, turned or rotated: told from descriptors, hundreds of pairs at once.

The hashes bring together what is alike at its coarsest, such as two garments on one backdrop. Of 23,000 such pairs
among 10,000 photos a quarter is left here, at a hundredth of what a comparison costs; of 4,000 copies of 200 photos
(5 % cropped at two edges or at all, flipped, turned, rotated, darker, grey, of half the size) none was lost.
"""

import math
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.image.box_waves import WHOLE, refined, waves
from curate.duplicates.image.descriptor import ANGLES, Descriptors, Packed, Planes, unpacked

Waves = NDArray[np.complex64]
AnyPlanes = TypeVar("AnyPlanes", Planes, Packed)
Turn = tuple[tuple[float, float], tuple[float, float]]

_SYMMETRIES: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {
    "": ((1, 0), (0, 1)),
    "flipped": ((-1, 0), (0, 1)),
    "flipped vertically": ((1, 0), (0, -1)),
    "turned by 180°": ((-1, 0), (0, -1)),
    "turned by 90°": ((0, 1), (-1, 0)),
    "turned by 270°": ((0, -1), (1, 0)),
    "flipped, turned by 90°": ((0, -1), (-1, 0)),
    "flipped, turned by 270°": ((0, 1), (1, 0)),
}
"""What became of the first picture, in this order and clockwise; where in it a point (x, y) of the second was."""

_MOST_ORIENTATIONS = 3
"""A symmetrical thing looks much the same flipped, so the second or third guess may be the right one."""

MOST_CROOKED = 15
"""Degrees."""

_SMALL_TURN = 0.06
_COARSEST_TURNS = 5
"""Waves of fewer periods around the centre are what lighting and backdrop make: alike in thousands of pictures."""

_COARSEST_CELLS = 2.5
"""The same on the grid: the standard deviation of the blur that leaves them."""

_NO_CHROMA = np.float32(128)
_FLAT, _PLAIN, _LEAST_COLOUR, _CHROMA_NOISE = 4.0, 1.0, 0.5, 4.0  # levels


class Orientation(NamedTuple):
    """A guess at how the second picture lies on the first.

    Attributes:
        change: What was done to the first: `flipped`, `turned by 90°`, `rotated by 30°`; empty for nothing.
        turn: From a point of the second to one of the first, both seen from the centre, shape (2, 2).
        stretched: The whole of one picture lies on the whole of the other, whatever their aspects.
        alike: Correlation of the coarse patterns, -1 to 1.
    """

    change: str
    turn: Turn
    stretched: bool
    alike: float


class _Limits(NamedTuple):
    """How alike two pictures must be, laid on each other in one orientation.

    Attributes:
        alike: Least correlation of the brightness.
        detail: The same without its coarsest waves.
        unlike: Most that the chroma may differ, as a share of what there is of it.
    """

    alike: float
    detail: float
    unlike: float


# Of the copies: upright 0.50, 0.48, 0.52 (10 % cropped); flipped and turned 0.74, 0.80, 0.30; rotated 0.87, 0.78, 0.32.
_UPRIGHT, _TURNED, _ROTATED = _Limits(0.45, 0.42, 0.62), _Limits(0.6, 0.65, 0.42), _Limits(0.78, 0.68, 0.42)
# Of 145 crops, laid where they come from, 144; of 700 pairs of others that are as alike by their grids, a quarter.
_CROPPED = _Limits(0.935, 0.75, 0.4)
_CROP_ORDERS, _CROP_POWER = 10, 1.0
# Of 12,500 pairs that come to .935 one in a thousand is less alike before these steps.
_CROP_STEPS = (0.02, 0.0), (0.01, 0.86), (0.01, 0.905), (0.005, 0.92)
_VAGUELY_ALIKE = 0.5
"""Enough for small pictures and for those that are all coarsest waves."""


def find_orientations(first: Packed, second: Packed) -> list[tuple[Orientation, ...]]:
    """Return for each of n pairs of pictures the orientations worth trying, the best first; mostly there are none.

    Args:
        first: One picture of each pair, as `descriptor` gives it, shape (n, bytes).
        second: The other.
    """
    a, b = unpacked(first), unpacked(second)
    detail = _detail(a.luma), _detail(b.luma)
    flat = np.minimum(_spread(a.luma), _spread(b.luma)) < _FLAT
    # Of these the fine patterns say nothing (blurred by enlarging, or not there), so coarse likeness has to do.
    vague = a.small | b.small | flat | (np.minimum(_spread(detail[0]), _spread(detail[1])) < _PLAIN)
    found: list[list[Orientation]] = [[] for _ in flat]
    _add_symmetric(found, a, b, detail, vague)
    _add_rotated(found, a, b, vague)
    # One colour fits every other; whether the two are of one colour, the comparison will say.
    for place in np.flatnonzero(flat):
        found[place] = found[place] or [_symmetric("", 1.0)]
    return [
        tuple(sorted(orientations, key=lambda orientation: -orientation.alike)[:_MOST_ORIENTATIONS])
        for orientations in found
    ]


def lie_in_boxes(
    outer: Packed, inner: Packed, boxes: NDArray[np.float32], mirrored: NDArray[np.bool_]
) -> tuple[Planes, Planes]:
    """Return for n pairs of pictures how alike one is to what is in a box of the other, and that box more exactly.

    0 where they are too little alike to be looked at more closely.

    Args:
        outer: The pictures that show more, as `descriptor` gives them, shape (n, bytes).
        inner: Those that were cut out.
        boxes: Left, right, top and bottom in shares of the outer, shape (n, 4), within a few percent.
        mirrored: Which of the inner are mirror images, shape (n,).
    """
    a, b = unpacked(outer), unpacked(inner)
    other, chroma = b.luma.copy(), b.chroma.copy()
    other[mirrored], chroma[mirrored] = other[mirrored, :, ::-1], chroma[mirrored, :, ::-1]
    sought = waves(other, WHOLE, _CROP_ORDERS, _CROP_POWER)
    alike, boxes = refined(a.luma, sought, boxes, _CROP_STEPS, _CROP_POWER)
    along, down = (_read_between(boxes[:, side : side + 2], a.luma.shape[1]) for side in (0, 2))
    shown, *both = (
        down @ plane.astype(np.float32) @ along.swapaxes(1, 2) for plane in (a.luma, *np.moveaxis(a.chroma, 3, 0))
    )
    fits = (alike >= _CROPPED.alike) & (_product(_unit(_detail(shown)), _unit(_detail(other))) >= _CROPPED.detail)
    coloured = np.round(np.stack(both, axis=3)).astype(np.uint8)
    fits &= _chroma_unlike(coloured, chroma) <= _CROPPED.unlike
    return np.asarray(alike * fits, np.float32), boxes


def _read_between(ends: NDArray[np.float32], size: int) -> Planes:
    """Return the matrices that read a part of a side of so many cells at as many places, shape (n, size, size)."""
    middles = (np.arange(size, dtype=np.float32) + np.float32(0.5)) / size
    at = (ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * middles) * size - np.float32(0.5)
    at = np.clip(at, 0, size - 1)
    return np.asarray(np.maximum(0, 1 - np.abs(at[:, :, None] - np.arange(size))), np.float32)


def change_of(matrix: NDArray[np.float32]) -> str:
    """Return what was done to the first picture, from the map that lays the second on it, shape (2, 3).

    Of what the map turns, stretches and shears, the turn counts; a few degrees are a crooked scan, and have no name.
    """
    left, _, right = np.linalg.svd(matrix[:, :2].astype(np.float64))
    (xx, xy), (yx, yy) = (left @ right).tolist()
    quarter = (round(xx), round(xy)), (round(yx), round(yy))
    name = next((change for change, turn in _SYMMETRIES.items() if turn == quarter), None)
    if name is not None and max(abs(xx - quarter[0][0]), abs(xy - quarter[0][1])) <= _SMALL_TURN:
        return name
    flipped = "flipped, " if xx * yy - xy * yx < 0 else ""
    return f"{flipped}rotated by {round(math.degrees(math.atan2(-yx, yy))) % 360}°"


def is_flip(change: str) -> bool:
    """Tell whether a change has a mirror in it."""
    return "flipped" in change


def is_turn(change: str) -> bool:
    """Tell whether a change turns a picture by more than a crooked scan does, so that it may show something else."""
    angle = int(change.rpartition(" ")[2][:-1]) if change.endswith("°") else 0
    return min(angle, 360 - angle) > MOST_CROOKED


def inverse(change: str) -> str:
    """Return what undoes a change. A mirror image that was turned is undone by the same again."""
    if "flipped" in change or "°" not in change:
        return change
    verb, _, angle = change.rpartition(" ")
    return f"{verb} {360 - int(angle[:-1])}°"


def reverse(orientation: Orientation) -> Orientation:
    """Return how the first picture lies on the second."""
    (xx, xy), (yx, yy) = orientation.turn
    return orientation._replace(change=inverse(orientation.change), turn=((xx, yx), (xy, yy)))


def _symmetric(change: str, alike: float) -> Orientation:
    return Orientation(change, _SYMMETRIES[change], True, alike)


def _add_symmetric(
    found: list[list[Orientation]],
    a: Descriptors,
    b: Descriptors,
    detail: tuple[Planes, Planes],
    vague: NDArray[np.bool_],
) -> None:
    """Add the orientations in which the first picture is flipped or turned by quarters, or left as it is."""
    luma_a, luma_b, detail_a, detail_b = map(_unit, (a.luma, b.luma, *detail))
    for change in _SYMMETRIES:
        limits = _TURNED if change else _UPRIGHT
        alike = _product(_turned(luma_a, change), luma_b)
        fits = (alike >= limits.alike) & (_product(_turned(detail_a, change), detail_b) >= limits.detail)
        # Colour costs most and is asked last, only of pairs that fit by brightness.
        some = np.flatnonzero(fits)
        fits[some] = _chroma_unlike(_turned(a.chroma[some], change), b.chroma[some]) <= limits.unlike
        for place in np.flatnonzero(fits | (vague & (alike >= _VAGUELY_ALIKE))):
            found[place].append(_symmetric(change, float(alike[place])))


def _turned(planes: AnyPlanes, change: str) -> AnyPlanes:
    """Return pictures, shape (n, height, width, ...), as the change leaves them."""
    # A step of -1 turns an axis around; where x comes from y, the axes change places as well.
    (xx, xy), (yx, yy) = _SYMMETRIES[change]
    return planes[:, ::yy, ::xx] if xx else planes[:, ::yx, ::xy].swapaxes(1, 2)


def _add_rotated(found: list[list[Orientation]], a: Descriptors, b: Descriptors, vague: NDArray[np.bool_]) -> None:
    """Add the orientations in which the first picture, or its mirror image, is rotated by other angles."""
    waves_a, waves_b = _waves(a.ring_luma), _waves(b.ring_luma)
    norm = np.sqrt(_energy_of_detail(waves_a) * _energy_of_detail(waves_b))
    # A rotation of a ring is a shift of its samples, so that one inverse transform of the product of both spectra gives
    # the correlation at every angle at once. A mirror image runs the other way around: there the spectrum is not
    # conjugated, and a wave of odd order changes its sign, for a picture is flipped left to right, at half a turn.
    signs = np.float32(-1) ** np.arange(waves_a.shape[2], dtype=np.float32)
    for mirrored in (False, True):
        shared = ((waves_a * signs if mirrored else waves_a.conj()) * waves_b).sum(axis=1)
        by_angle = np.fft.irfft(shared, ANGLES)
        best = by_angle.argmax(axis=1)
        alike = by_angle.max(axis=1)
        shared[:, :_COARSEST_TURNS] = 0
        # Without the coarse waves the peak may be at the step of 3° beside the best.
        beside = (best[:, None] + (-1, 0, 1)) % ANGLES
        detail = np.take_along_axis(np.fft.irfft(shared, ANGLES), beside, axis=1).max(axis=1) / norm
        # Quarter turns were tried on the grid, which shows the corners too.
        others = best % (ANGLES // 4) != 0
        fits = others & (alike >= _ROTATED.alike) & (detail >= _ROTATED.detail)
        some = np.flatnonzero(fits)
        rotated = _rotated(a.ring_chroma[some], best[some], mirrored=mirrored)
        fits[some] = _chroma_unlike(rotated, b.ring_chroma[some]) <= _ROTATED.unlike
        for place in np.flatnonzero(fits | (vague & others & (alike >= _VAGUELY_ALIKE))):
            found[place].append(_rotation(int(best[place]), mirrored=mirrored, alike=float(alike[place])))


def _rotated(rings: Packed, angles: NDArray[np.intp], *, mirrored: bool) -> Packed:
    """Return rings, shape (n, rings, angles, 2), rotated by their angles; mirrored before, if asked for."""
    back = (np.arange(ANGLES) - angles[:, None]) % ANGLES
    if mirrored:
        back = (ANGLES // 2 - back) % ANGLES
    return np.take_along_axis(rings, back[:, None, :, None], axis=2)


def _rotation(steps: int, *, mirrored: bool, alike: float) -> Orientation:
    angle = steps * 2 * math.pi / ANGLES
    cosine, sine, sign = math.cos(angle), math.sin(angle), -1 if mirrored else 1
    change = f"{'flipped, ' if mirrored else ''}rotated by {round(math.degrees(angle))}°"
    return Orientation(change, ((sign * cosine, sign * sine), (-sine, cosine)), False, alike)


def _waves(rings: Planes) -> Waves:
    """Return the Fourier transform over the angle, shape (n, rings, frequencies)."""
    return np.asarray(np.fft.rfft(_unit(rings), axis=2), np.complex64)


def _energy_of_detail(waves: Waves) -> Planes:
    """Return the sum of squares, over rings and angles, of what is left without the coarsest waves, shape (n,)."""
    # Parseval: energy over angles is energy over frequencies; the factor 2 stands for the negative ones, which `rfft`
    # leaves out.
    fine = np.square(np.abs(waves[:, :, _COARSEST_TURNS:])).sum(axis=(1, 2))
    return np.asarray(np.maximum(fine * 2 / ANGLES, 1e-9), np.float32)


def _detail(luma: Planes) -> Planes:
    """Return brightness on the grid, shape (n, size, size), without its coarse patterns: less a blur of itself."""
    size = luma.shape[1]
    beyond = np.arange(-size, 2 * size)
    weights = np.exp(-np.square((np.arange(size)[:, None] - beyond) / _COARSEST_CELLS) / 2)
    # A matrix that blurs a column; what lies beyond its ends is its mirror image.
    blur = weights[:, size : 2 * size] + weights[:, size - 1 :: -1][:, :size] + weights[:, : 2 * size - 1 : -1]
    blur = np.asarray(blur / blur.sum(axis=1, keepdims=True), np.float32)
    return np.asarray(luma - blur @ luma @ blur.T, np.float32)


def _spread(planes: Planes) -> Planes:
    return np.asarray(planes.std(axis=(1, 2)), np.float32)


def _unit(planes: Planes) -> Planes:
    """Return each picture with mean 0 and length 1; zeros where it is flat."""
    apart = planes - planes.mean(axis=(1, 2), keepdims=True)
    length = np.sqrt(np.square(apart).sum(axis=(1, 2), keepdims=True))
    return np.asarray(apart / np.maximum(length, 1e-3), np.float32)


def _product(x: Planes, y: Planes) -> Planes:
    return np.asarray(np.einsum("nij,nij->n", x, y), np.float32)


def _chroma_unlike(first: Packed, second: Packed) -> Planes:
    """Return the share of the changes of chroma over a picture that the other does not have, 0 to about 1.

    A cast of colour does not count, nor a loss of saturation; where one picture has no colour, nothing does.
    """
    axes = (1, 2, 3)
    x, y = (chroma.astype(np.float32) - _NO_CHROMA for chroma in (first, second))
    # One grey picture is enough to ask nothing: taking the colours away is a change that a copy survives.
    coloured = np.minimum(np.abs(x).mean(axis=axes), np.abs(y).mean(axis=axes)) >= _LEAST_COLOUR
    x, y = (chroma - chroma.mean(axis=(1, 2), keepdims=True) for chroma in (x, y))
    # As in `difference.colour_difference`: the saturation that fits best, within a factor of 2.
    gain = np.clip((x * y).sum(axis=axes) / np.maximum(np.square(x).sum(axis=axes), 1e-6), 0.5, 2.0)
    x = gain[:, None, None, None] * x
    apart, of_x, of_y = (np.sqrt(np.square(chroma).mean(axis=axes)) for chroma in (y - x, x, y))
    return np.asarray(coloured * apart / (_CHROMA_NOISE + np.maximum(of_x, of_y)), np.float32)
