"""Whether two pictures are copies of one: the same pixels, or the same picture once one is laid on the other."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from curate.duplicates.image.alignment import (
    CORNERS,
    CROPS_DETAIL_ALIKE,
    Matrix,
    improve,
    improve_roughly,
    inverted,
    laid,
    may_lie,
    misfit,
)
from curate.duplicates.image.common_part import common, goes_on, on_page, two_tones
from curate.duplicates.image.descriptor import descriptor
from curate.duplicates.image.difference import Difference, colour_difference, difference, raw_difference, surface_alike
from curate.duplicates.image.feature_candidates import Guess, lay
from curate.duplicates.image.features import find_features
from curate.duplicates.image.margins import Inner, find_inner, whole
from curate.duplicates.image.match import AROUND, RECOLOURED, SHIFTED, SPOT, ImageMatch
from curate.duplicates.image.orientations import Orientation, change_of, find_orientations, inverse, reverse
from curate.duplicates.image.parts import FRAME, MOST_GAIN, SCREEN, SMALL, find_part, margin_hides, overlaps
from curate.duplicates.image.spots import strongest_spot
from curate.duplicates.image.thumbnail import Pixels, Thumbnail, thumbnail

MOST_PEAK = 0.75
"""Standard deviations of the picture: copies 0.69 at most (3,600 of 200 photos, rotated and cropped ones among them),
circuit boards and their defective twins 0.95 at least."""

MOST_PEAK_OF_SMALL = 0.28
"""The same where both pictures are small: re-encoded, rescaled or brighter copies of 90 photos of 32 to 64 px 0.23 at
most; of 600 handwritten digits of 32 px three pairs are below it, because so little can be turned into its like by
stretching it. Cropped copies of such pictures (0.4 and more) are not found."""

MOST_PEAK_OF_CROP = 0.4
"""Where only a grid says that one was cut out of the other: of such copies 0.27 at most, two others 0.48 and 0.63."""

MOST_RMS = 0.35
"""Standard deviations of the picture: copies 0.32 at most, among them JPEGs of quality 20 and of 30 % size."""

MOST_COLOUR = 40.0
"""Levels: copies 31 at most, among them brighter ones whose whites are clipped."""

MOST_MISFIT = 0.003
"""Of the longer side: copies 0.0006 at most; two scans of one layout that are shifted 0.0064 at least."""

LEAST_OVERLAP = 0.52
"""Of the larger: a half, or less, is a part of it. Rotated by 30 degrees, a copy shows 0.74 of its original."""

MOST_SPOT = 0.75
"""Over the contrast around it. Copies of 29 photos, brighter, darker, warm, blurred or of quality 20, 0.73 at most; one
digit of 16 px that is another (8 and 9, 8 and 3, 1 and 7), on photos and displays, re-encoded or not, 0.87 at least."""

_MOST_SPOT_OF_SMALL, _MOST_SPOT_ACROSS_LABELS = 0.3, 0.15
"""The same where both pictures are small. Copies of 12 photos at 24 to 64 px, of quality 60 and 80, smaller, twice as
large or brighter, 0.29 at most, of quality 30 0.32; at 32 px signs with a 6 and an 8, an O and a Q 0.32 at least. At
24 px, whose letters have 9, such signs have 0.17 to 0.31, and copies of quality 80 0.13 at most: where the labels
differ, whatever is not surely a copy is none."""

LEAST_SURFACE_ALIKE = 0.48
"""Correlation. Of 2,000 pairs of copies, re-encoded at quality 20, blurred, cropped or in other light, 0.66 at least;
of the three pairs among 10,000 photos that all else took for copies, shirts on one cloth, 0.33 at most."""

_MOST_SHIFT = 90.0
_LEAST_COLOUR = 0.5

_LEAST_DETAIL = 1.0
"""Of the photos and boards here the least has 8: what is below is one colour, or a ramp, and fits every other."""

_MOST_FLAT = 3.0
_LEAST_ROUGHLY, _LEAST_SECOND, _LEAST_CROPPED = 0.85, 0.93, 0.95
"""Of the right guess 0.85 at least; a second guess needs more, because symmetrical things nearly fit flipped."""

_UPRIGHT = Orientation("", ((1, 0), (0, 1)), True, 1.0)
_SAME_ASPECT = 0.02
_MOST_SKEW, _MOST_STRETCH = 0.01, 0.02
_WHOLE = 0.98
_BARS = 0.99
"""Of what lies around a picture, the share that is of two levels: of the bars beside a film more, of a screen less."""

_HALF = 0.5
_LEAST_ROUGH_SHARE, _LEAST_WRITTEN_OVER = 0.05, 0.4


def confirm(a: Pixels, b: Pixels) -> ImageMatch:
    """Compare two pictures, RGB, upright, uint8, each of shape (height, width, 3)."""
    if np.array_equal(a, b):
        return ImageMatch("exact", 0.0)
    inner = find_inner(a), find_inner(b)
    found = _confirmed(*inner)
    if found.relation == "near" or (inner[0].pixels is a and inner[1].pixels is b):
        return found
    # Where a margin ends is not the same in a copy: a JPEG rings around a drawing.
    with_margins = _confirmed(whole(a), whole(b))
    return with_margins if with_margins.relation == "near" else found


def _confirmed(a: Inner, b: Inner) -> ImageMatch:
    one, other = thumbnail(a.pixels), thumbnail(b.pixels)
    # In one order for both directions: a search that begins from the other end ends a little elsewhere.
    turned = _turned(one, other)
    if turned:
        a, b, one, other = b, a, other, one
    first, second = (descriptor(pixels, pixels.shape[1::-1])[None] for pixels, _ in (a, b))
    features = find_features(a.pixels), find_features(b.pixels)
    guesses = [guess for mirrored in (False, True) if (guess := lay(0, 1, features, mirrored=mirrored))]
    found, matrix = compare(one, other, find_orientations(first, second)[0], guesses)
    if matrix is not None:
        found = without_spots(found, (a, b), (one, other), matrix)
    return msgspec.structs.replace(found, change=inverse(found.change)) if turned else found


def without_spots(
    found: ImageMatch,
    pictures: tuple[Inner, Inner],
    thumbnails: tuple[Thumbnail, Thumbnail],
    matrix: Matrix,
    *,
    same_label: bool = True,
) -> ImageMatch:
    """Return what a comparison of thumbnails found, but `none` where the pictures differ in a spot at full scale.

    Or in their margins: of a page without a signature and the same page with it, one would be a crop of the other.

    Args:
        found: What was found.
        pictures: Both, at full size, without their margins.
        thumbnails: Of both.
        matrix: As `compare` returns it.
        same_label: Whether nobody says that they are different things.
    """
    if margin_hides((pictures[0].outline, pictures[1].outline), thumbnails, matrix):
        return ImageMatch("none", found.distance, reason=AROUND)
    (height, width), (other_height, other_width) = (one.luma.shape for one in thumbnails)
    sizes = (width, height), (other_width, other_height)
    framed = any((one.outline != CORNERS).any() for one in pictures)
    one, other = pictures[0].pixels, pictures[1].pixels
    small = max(width, height, other_width, other_height) < SMALL
    most = MOST_SPOT if not small else _MOST_SPOT_OF_SMALL if same_label else _MOST_SPOT_ACROSS_LABELS
    if strongest_spot(one, other, matrix, sizes, most, framed=framed) <= most:
        return found
    return ImageMatch("none", found.distance, reason=SPOT)


def _turned(a: Thumbnail, b: Thumbnail) -> bool:
    return (a.luma.size, a.luma.tobytes()) < (b.luma.size, b.luma.tobytes())


def compare(
    a: Thumbnail, b: Thumbnail, orientations: Sequence[Orientation], guesses: Sequence[Guess] = ()
) -> tuple[ImageMatch, Matrix | None]:
    """Compare two pictures by their thumbnails; never `exact`, because a thumbnail does not show every pixel.

    With it goes, where they are near, the map from pixels of the second to the first that lays them on each other.

    Args:
        a: The first.
        b: The second.
        orientations: How the second may lie on the first.
        guesses: Where in the first it may lie, by features that both have.
    """
    # The larger is laid on the smaller, so that none is blown up; and one order for both directions.
    if _turned(a, b):
        found, matrix = _compare(
            b, a, [reverse(orientation) for orientation in orientations], [g.reversed() for g in guesses]
        )
        back = None if matrix is None else inverted(matrix)
        return msgspec.structs.replace(found, change=inverse(found.change)), back
    return _compare(a, b, orientations, guesses)


def hopeless(a: Thumbnail, b: Thumbnail, orientations: Sequence[Orientation]) -> bool:
    """Tell from halves of thumbnails, which a brief look leaves, whether the comparison of two would be in vain.

    Args:
        a: The first.
        b: The second.
        orientations: How the second may lie on the first.
    """
    if min(a.detail, b.detail) < _LEAST_DETAIL:
        return False
    if _turned(a, b):
        a, b, orientations = b, a, [reverse(orientation) for orientation in orientations]
    for orientation in orientations:
        matrix = laid(a, b, orientation)
        if not orientation.change and _same_aspect(a, b) and (may_lie(a, b, matrix) or _written_over(a, b, matrix)):
            return False
        if improve_roughly(a, b, matrix, _HALF):
            return False
    return True


def settle(a: Thumbnail, b: Thumbnail, guess: Guess) -> Guess | None:
    """Return by halves of thumbnails how one picture was cut out of the other; None where it was not.

    Args:
        a: The first.
        b: The second.
        guess: Where in the first the second lies, or the reverse, within a few percent.
    """
    if min(a.detail, b.detail) < _LEAST_DETAIL:
        return None
    side_a, side_b = max(a.luma.shape), max(b.luma.shape)
    found = improve_roughly(a, b, guess.between(side_a, side_b), _HALF, CROPS_DETAIL_ALIKE)
    if found is None or found[0] < _LEAST_CROPPED:
        return None
    matrix = found[1].copy()
    matrix[:, :2] *= side_b / side_a
    matrix[:, 2] /= side_a
    return guess._replace(matrix=matrix)


def _written_over(a: Thumbnail, b: Thumbnail, matrix: Matrix) -> bool:
    """Tell whether two pictures may be the same but for a caption or a watermark, which leads a search astray."""
    # Both ways: of the tones of a picture with a black strip, those of the other may not follow.
    ways = (common(*pair) for pair in ((a, b, matrix), (b, a, inverted(matrix))))
    return any(found is not None and found.share >= _LEAST_WRITTEN_OVER for found in ways)


def _compare(
    a: Thumbnail, b: Thumbnail, orientations: Sequence[Orientation], guesses: Sequence[Guess]
) -> tuple[ImageMatch, Matrix | None]:
    if min(a.detail, b.detail) < _LEAST_DETAIL:
        if _same_aspect(a, b) and (flat := raw_difference(a, b)) <= _MOST_FLAT:
            return ImageMatch("near", round(flat / 255, 4)), laid(a, b, _UPRIGHT)
        return ImageMatch("none", reason="too little detail to tell copies from others"), None
    best = ImageMatch("none", reason="different pictures")
    tried: list[tuple[str, Matrix]] = []
    for change, matrix, cropped in _alignments(a, b, orientations, guesses):
        tried.append((change, matrix))
        found = difference(a, b, matrix)
        if found is None:
            continue
        problem, distance = _problem(a, b, matrix, found), round(min(1.0, found.peak), 4)
        if cropped and not problem and (found.peak > MOST_PEAK_OF_CROP or not _cuts_only(matrix)):
            problem = "alike but for its shape"
        if not problem:
            return ImageMatch("near", distance, change), matrix
        # Of several guesses that failed, the reason of the one that came nearest is told.
        if distance <= best.distance:
            best = ImageMatch("none", distance, reason=problem)
    # As they are, too: a strip that was written over a picture pulls every search towards itself.
    if _same_aspect(a, b) and any(not orientation.change for orientation in orientations):
        tried.append(("", laid(a, b, _UPRIGHT)))
    return find_part(a, b, tried, best, agreed=any(not guess.cropped for guess in guesses)) or best, None


def _alignments(
    a: Thumbnail, b: Thumbnail, orientations: Sequence[Orientation], guesses: Sequence[Guess]
) -> Iterator[tuple[str, Matrix, bool]]:
    """Yield what may have been done, the map that undoes it, and whether only a grid says so: the cheapest first."""
    # As it is laid, without any search: all that re-encoded and rescaled copies need.
    upright = [laid(a, b, orientation) for orientation in orientations if not orientation.change]
    if upright and _same_aspect(a, b) and may_lie(a, b, upright[0]):
        yield "", upright[0], False
    for guess in guesses:
        matrix = guess.between(max(a.luma.shape), max(b.luma.shape))
        if not _hopeless(a, b, matrix):
            fine = improve(a.luma, b.luma, matrix)
            if fine is not None:
                yield change_of(fine[1]), fine[1], guess.cropped
        # A strip that was written over a picture pulls the search towards itself: what the features say stays a guess.
        yield change_of(matrix), matrix, guess.cropped
    least = _LEAST_ROUGHLY
    for orientation in orientations:
        rough = improve_roughly(a, b, laid(a, b, orientation))
        if rough is not None and rough[0] >= least:
            fine = improve(a.luma, b.luma, rough[1])
            if fine is not None:
                yield orientation.change, fine[1], False
        least = _LEAST_SECOND


def _hopeless(a: Thumbnail, b: Thumbnail, matrix: Matrix) -> bool:
    """Tell whether nothing is the same where features lay one picture on the other: then a search is in vain."""
    found = common(a, b, matrix)
    return found is None or found.share < _LEAST_ROUGH_SHARE


def _cuts_only(matrix: Matrix) -> bool:
    """Tell whether a map neither turns nor stretches: two shirts of one cut fit where one may be stretched."""
    (xx, xy), (yx, yy) = np.abs(matrix[:, :2]).tolist()
    return bool(max(xy, yx) <= _MOST_SKEW * yy and abs(xx / max(yy, 1e-6) - 1) <= _MOST_STRETCH)


def _same_aspect(a: Thumbnail, b: Thumbnail) -> bool:
    (height_a, width_a), (height_b, width_b) = a.luma.shape, b.luma.shape
    return bool(abs(width_a * height_b / (width_b * height_a) - 1) < _SAME_ASPECT)


def _problem(a: Thumbnail, b: Thumbnail, matrix: Matrix, found: Difference) -> str:
    small = max(*a.luma.shape, *b.luma.shape) < SMALL
    of_a, of_b = overlaps(a, b, matrix)
    around, on_other = 1.0, False
    if min(of_a, of_b) < _WHOLE:
        both = (a, b, matrix) if of_a < of_b else (b, a, inverted(matrix))
        around = two_tones(*both)
        on_other = (around < _BARS and on_page(*both)) or (SCREEN <= around < FRAME and not goes_on(*both))
    # In the order in which they are told; all are cheap beside the alignment that went before. Colour is asked last,
    # and only where both have some: a grey copy of a colour picture is a copy.
    problems = {
        "too little of both lies together": max(of_a, of_b) < LEAST_OVERLAP
        or (around < FRAME and min(of_a, of_b) < LEAST_OVERLAP),
        AROUND: on_other,
        "different pictures": found.rms > MOST_RMS,
        SPOT: found.peak > (MOST_PEAK_OF_SMALL if small else MOST_PEAK),
        "alike but for brightness or contrast": found.gain > MOST_GAIN or found.shift > _MOST_SHIFT,
        # Half a pixel may be lost in rounding the size of a small copy.
        SHIFTED: misfit(a, b, matrix) > max(MOST_MISFIT, 0.75 / min(*a.luma.shape, *b.luma.shape)),
    }
    problem = next((problem for problem, met in problems.items() if met), "")
    both_coloured = min(a.colour, b.colour) >= _LEAST_COLOUR
    if not problem and both_coloured and colour_difference(a, b, matrix, MOST_COLOUR) > MOST_COLOUR:
        return RECOLOURED
    if not problem and not small:
        alike = surface_alike(a, b, matrix)
        if alike is not None and alike < LEAST_SURFACE_ALIKE:
            return "alike but for its surface"
    return problem
