"""Whether two pictures are copies of one: the same pixels, or the same picture once one is laid on the other."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
import numpy as np
from msgspec import Struct

from curate.duplicates.alignment import Matrix, improve, improve_roughly, laid, may_lie, misfit
from curate.duplicates.descriptor import descriptor
from curate.duplicates.difference import Difference, colour_difference, difference, raw_difference
from curate.duplicates.orientations import Orientation, find_orientations, inverse, reverse
from curate.duplicates.thumbnail import Pixels, Thumbnail, thumbnail

MOST_PEAK = 0.75
"""Standard deviations of the picture: copies 0.69 at most (3,600 of 200 photos, rotated and cropped ones among them),
circuit boards and their defective twins 0.95 at least."""

MOST_PEAK_OF_SMALL = 0.28
"""The same where both pictures are small: re-encoded, rescaled or brighter copies of 90 photos of 32 to 64 px 0.23 at
most; of 600 handwritten digits of 32 px three pairs are below it, because so little can be turned into its like by
stretching it. Cropped copies of such pictures (0.4 and more) are not found."""

SMALL = 96
"""Pixels of the longer side."""

MOST_RMS = 0.35
"""Standard deviations of the picture: copies 0.32 at most, among them JPEGs of quality 20 and of 30 % size."""

MOST_COLOUR = 40.0
"""Levels: copies 31 at most, among them brighter ones whose whites are clipped."""

MOST_MISFIT = 0.003
"""Of the longer side: copies 0.0006 at most; two scans of one layout that are shifted 0.0064 at least."""

_LEAST_OVERLAP = 0.6
"""Rotated by 30 degrees, a copy shows 0.74 of its original."""

_MOST_GAIN, _MOST_SHIFT = 2.0, 64.0
_LEAST_COLOUR = 0.5

_LEAST_DETAIL = 1.0
"""Of the photos and boards here the least has 8: what is below is one colour, or a ramp, and fits every other."""

_MOST_FLAT = 3.0
_LEAST_ROUGHLY, _LEAST_SECOND = 0.85, 0.93
"""Of the right guess 0.85 at least; a second guess needs more, because symmetrical things nearly fit flipped."""

_SAME_ASPECT = 0.02


class ImageMatch(Struct, frozen=True):
    """What the comparison of two pictures found.

    Attributes:
        relation: `exact`: the same pixels at full size, upright, as 8-bit RGB over white; `near`: the same
            picture re-encoded, rescaled, flipped, turned, a little cropped, brighter or without its colours;
            `none`: neither, or it cannot be told.
        distance: The largest local difference that is left, in standard deviations of the picture: 0 (the same)
            to 1 (and more).
        change: What turns the first into the second, such as `flipped` or `turned by 90°` (clockwise); empty
            where they stand alike.
        reason: Why the relation is `none`.
    """

    relation: Literal["exact", "near", "none"]
    distance: float = 1.0
    change: str = ""
    reason: str = ""


def confirm(a: Pixels, b: Pixels) -> ImageMatch:
    """Compare two pictures, RGB, upright, uint8, each of shape (height, width, 3)."""
    if np.array_equal(a, b):
        return ImageMatch("exact", 0.0)
    first, second = (descriptor(pixels, pixels.shape[1::-1])[None] for pixels in (a, b))
    return compare(thumbnail(a), thumbnail(b), find_orientations(first, second)[0])


def compare(a: Thumbnail, b: Thumbnail, orientations: Sequence[Orientation]) -> ImageMatch:
    """Compare two pictures by their thumbnails; never `exact`, because a thumbnail does not show every pixel.

    Args:
        a: The first.
        b: The second.
        orientations: How the second may lie on the first.
    """
    # The larger is laid on the smaller, so that none is blown up; and one order for both directions.
    if (a.luma.size, a.luma.tobytes()) < (b.luma.size, b.luma.tobytes()):
        found = _compare(b, a, [reverse(orientation) for orientation in orientations])
        return msgspec.structs.replace(found, change=inverse(found.change))
    return _compare(a, b, orientations)


def _compare(a: Thumbnail, b: Thumbnail, orientations: Sequence[Orientation]) -> ImageMatch:
    if min(a.detail, b.detail) < _LEAST_DETAIL:
        if _same_aspect(a, b) and (flat := raw_difference(a, b)) <= _MOST_FLAT:
            return ImageMatch("near", round(flat / 255, 4))
        return ImageMatch("none", reason="too little detail to tell copies from others")
    reason, least = "different pictures", 1.0
    for change, matrix in _alignments(a, b, orientations):
        found = difference(a, b, matrix)
        if found is None:
            continue
        problem, distance = _problem(a, b, matrix, found), round(min(1.0, found.peak), 4)
        if not problem:
            return ImageMatch("near", distance, change)
        # Of several guesses that failed, the reason of the one that came nearest is told.
        if distance <= least:
            reason, least = problem, distance
    return ImageMatch("none", least, reason=reason)


def _alignments(a: Thumbnail, b: Thumbnail, orientations: Sequence[Orientation]) -> Iterator[tuple[str, Matrix]]:
    """Yield what may have been done, and the map that undoes it: the cheapest to find first."""
    # As it is laid, without any search: all that re-encoded and rescaled copies need.
    upright = [laid(a, b, orientation) for orientation in orientations if not orientation.change]
    if upright and _same_aspect(a, b) and may_lie(a, b, upright[0]):
        yield "", upright[0]
    least = _LEAST_ROUGHLY
    for orientation in orientations:
        rough = improve_roughly(a, b, laid(a, b, orientation))
        if rough is not None and rough[0] >= least:
            fine = improve(a.luma, b.luma, rough[1])
            if fine is not None:
                yield orientation.change, fine[1]
        least = _LEAST_SECOND


def _same_aspect(a: Thumbnail, b: Thumbnail) -> bool:
    (height_a, width_a), (height_b, width_b) = a.luma.shape, b.luma.shape
    return bool(abs(width_a * height_b / (width_b * height_a) - 1) < _SAME_ASPECT)


def _problem(a: Thumbnail, b: Thumbnail, matrix: Matrix, found: Difference) -> str:
    small = max(*a.luma.shape, *b.luma.shape) < SMALL
    # In the order in which they are told; all are cheap beside the alignment that went before. Colour is asked last,
    # and only where both have some: a grey copy of a colour picture is a copy.
    problems = {
        "too little of both lies together": found.overlap < _LEAST_OVERLAP,
        "different pictures": found.rms > MOST_RMS,
        "alike but for a part": found.peak > (MOST_PEAK_OF_SMALL if small else MOST_PEAK),
        "alike but for brightness or contrast": found.gain > _MOST_GAIN or found.shift > _MOST_SHIFT,
        # Half a pixel may be lost in rounding the size of a small copy.
        "each shows what the other does not": misfit(a, b, matrix)
        > max(MOST_MISFIT, 0.75 / min(*a.luma.shape, *b.luma.shape)),
    }
    problem = next((problem for problem, met in problems.items() if met), "")
    both_coloured = min(a.colour, b.colour) >= _LEAST_COLOUR
    if not problem and both_coloured and colour_difference(a, b, matrix) > MOST_COLOUR:
        return "alike but for the colour"
    return problem
