"""What two pictures have in common that are no copies: a caption, a watermark, a screen around it, less than half."""

from collections.abc import Sequence

import msgspec
import numpy as np

from curate.duplicates.image.alignment import Matrix, corners_on, improve, inverted
from curate.duplicates.image.common_part import MOST_APART, common, entropy, shrunk_onto, two_tones
from curate.duplicates.image.feature_candidates import Guess, shares
from curate.duplicates.image.margins import Outline
from curate.duplicates.image.match import RECOLOURED, SHIFTED, SPOT, ImageMatch
from curate.duplicates.image.orientations import change_of, inverse
from curate.duplicates.image.thumbnail import Thumbnail

SMALL = 96
"""Pixels of the longer side."""

MOST_OF_PART = 0.51
"""What features say of the overlap is a percent off: below, one is a part of the other, or in a frame."""

LEAST_SHARE, LEAST_DETAIL_SHARE = 0.5, 0.3
"""Of the blocks, and of the edges, that a part must have in common: photos of others 0.11 and 0.02 at most."""

MOST_SHARE, FEW_BLOCKS = 0.97, 9
"""Of the blocks, where both show the same place: what is left then is one spot, of 3 x 3 blocks at most. Watermarks
take 23 blocks and 7 % at least."""

LEAST_TEXTURE = 0.6
"""Correlation of the fine structure where both are the same."""

MOST_APART_ALONE, LEAST_TEXTURE_ALONE = 0.05, 0.8
"""Of what is left, and of the fine structure, where no features say so: captions and watermarks on 100 photos .05 at
most and .84 at least; of 300 pairs of photos of other things on one cloth, three pass the looser limits, with .06 to
.10."""

LEAST_PART = 0.15
"""Of the larger picture."""

LEAST_ENTROPY = 4.5
"""Bits. A drawing of a few tones that is alike but for a part is another drawing: a board and its twin, 8 and 9."""

FRAME, SCREEN = 0.97, 0.8
"""Of what lies around a picture, the share that is of two levels: of a frame more than the first, of a screen or a page
with something on it more than the second, and of the rest of a photo mostly less."""

MOST_GAIN = 2.6

_MOST_HIDDEN = 0.025
"""Of what one shows, the share that lies on the margin of the other: where a frame ends is told to a few pixels. What
is written in a margin has a wider strip of ground around it."""


def find_part(
    a: Thumbnail, b: Thumbnail, tried: Sequence[tuple[str, Matrix]], best: ImageMatch, *, agreed: bool
) -> ImageMatch | None:
    """Return what two pictures have in common that are no copies; None where that is too little, or no evidence.

    Where no features agreed on it, it has to be the same more exactly: two shirts on one cloth have hems and folds.
    """
    most_apart, least_texture = (MOST_APART, LEAST_TEXTURE) if agreed else (MOST_APART_ALONE, LEAST_TEXTURE_ALONE)
    if max(*a.luma.shape, *b.luma.shape) < SMALL or min(entropy(a), entropy(b)) < LEAST_ENTROPY:
        return None
    if best.reason in (SHIFTED, RECOLOURED):
        return None
    parts = []
    for change, matrix in tried:
        found = common(a, b, matrix)
        if found is None or min(found.share / LEAST_SHARE, found.detail / LEAST_DETAIL_SHARE) < 1:
            continue
        if found.texture < least_texture or found.apart > most_apart:
            continue
        # A caption or a watermark takes a strip or more; a defect, or another digit, is one spot and another picture.
        if best.reason == SPOT and (found.share > MOST_SHARE or found.others <= FEW_BLOCKS):
            continue
        # As much of both as they show of each other, and of that what is the same.
        shared = min(overlaps(a, b, matrix)) * found.share
        if shared >= LEAST_PART and 1 / MOST_GAIN <= found.gain <= MOST_GAIN:
            parts.append(ImageMatch("part", best.distance, change, best.reason, round(min(1.0, shared), 4)))
    return max(parts, key=lambda part: part.share, default=None)


def plain_part(a: Thumbnail, b: Thumbnail, guesses: Sequence[Guess]) -> ImageMatch | None:
    """Return what is surely no more than a part of the other picture; None where it takes a closer look to tell."""
    unlike = ImageMatch("none", reason="too little of both lies together")
    for guess in guesses:
        matrix = guess.between(max(a.luma.shape), max(b.luma.shape))
        turned = abs(np.linalg.det(matrix[:, :2])) > 1
        outer, inner, onto = (b, a, inverted(matrix)) if turned else (a, b, matrix)
        if overlaps(outer, inner, onto)[0] >= MOST_OF_PART or two_tones(outer, inner, onto) >= FRAME:
            continue
        found = find_part(outer, inner, [(change_of(onto), onto)], unlike, agreed=True)
        if not found:
            inner, onto = shrunk_onto(inner, onto)
            fine = improve(outer.luma, inner.luma, onto)
            found = find_part(outer, inner, [(change_of(fine[1]), fine[1])], unlike, agreed=True) if fine else None
        if found:
            return msgspec.structs.replace(found, change=inverse(found.change)) if turned else found
    return None


def margin_hides(outlines: tuple[Outline, Outline], thumbnails: tuple[Thumbnail, Thumbnail], matrix: Matrix) -> bool:
    """Tell whether the margin of one picture lies where the other shows something.

    Args:
        outlines: Of both pictures with their margins, as `Inner` has them.
        thumbnails: Of both without these.
        matrix: From pixels of the second to the first.
    """
    inner, outer = [], []
    # Laid by nothing, the first lies where it is.
    maps = np.eye(2, 3, dtype=np.float32), matrix
    for picture, outline, laid in zip(thumbnails, outlines, maps, strict=True):
        inner.append(np.asarray(corners_on(picture, laid), np.float32))
        outer.append(np.asarray(corners_on(picture, laid, outline), np.float32))
    shown = shares(inner[0], inner[1])
    with_margin = shares(inner[0], outer[1])[0], shares(outer[0], inner[1])[1]
    return bool(np.subtract(with_margin, shown).max() > _MOST_HIDDEN)


def overlaps(a: Thumbnail, b: Thumbnail, matrix: Matrix) -> tuple[float, float]:
    """Return the share of each picture that the other shows too."""
    # Laid by nothing, the first lies where it is.
    upright, laid = corners_on(a, np.eye(2, 3)), corners_on(b, matrix)
    return shares(np.asarray(upright, np.float32), np.asarray(laid, np.float32))
