"""What two aligned pictures have in common where they are not the same all over: a caption, a watermark, a screenshot.

A picture that was written over is, elsewhere, the very same picture. Two pictures of one place, or a board and its
twin, are alike nearly everywhere and the same hardly anywhere: it is by how little is left of the difference where they
do agree that they are told apart.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.image.alignment import Matrix, corners_on
from curate.duplicates.image.difference import Mask, aligned, tones, warped
from curate.duplicates.image.thumbnail import Pixels, Thumbnail, excess
from curate.media.opencv import opencv

Blocks = NDArray[np.float32]

BLOCK = 12
"""Pixels of a thumbnail: small enough to lie between letters."""

MOST_APART = 0.16
"""Root mean square of what is left in a block that agrees, in standard deviations of the picture."""

_LEAST_LEVELS, _MOST_COLOUR = 3.0, 40.0
LEAST_COLOUR = 0.5
_LEAST_COVERED, _LEAST_EDGES, _LEAST_BLOCKS = 0.5, 1.5, 24
_ONE_LEVEL, _LEAST_AROUND = 4, 0.02
_TEXTURE_PX = 1.5
_SHRUNK = 0.9
_PER_EDGE, _BESIDE_EDGE, _LEAST_EDGE = 200, (-6, -2, 2, 6), 0.05
_LEAST_LINES, _BLURRED_LINES, _PLAIN_LEVELS = 6, 2, 0.5
_LEAST_STEP, _LEAST_EDGE_SHARE = 10, 0.7
_TEXTURE_STEP, _LEAST_TEXTURE_LEVELS, _MOST_ACROSS = 4, 1.0, 1.4


class Common(NamedTuple):
    """How much of what both pictures show is the same.

    Attributes:
        share: Of the blocks that both show.
        others: Blocks that are not the same.
        detail: Share of all edges in them that is in blocks that are the same.
        apart: Root mean square of what is left there, in standard deviations of the picture.
        gain: Contrast of the first over that of the second, there.
        texture: Correlation of what a blur takes away, there: two white shirts on one cloth have none in common.
    """

    share: float
    others: int
    detail: float
    apart: float
    gain: float
    texture: float


def common(a: Thumbnail, b: Thumbnail, matrix: Matrix) -> Common | None:
    """Compare two pictures block by block; None where they hardly show one thing.

    Args:
        a: The first.
        b: The second.
        matrix: From pixels of the second to the first.
    """
    cv2 = opencv()
    if abs(np.linalg.det(matrix[:, :2])) < _SHRUNK:
        # A cut-out is made as small as it is in the whole, which would otherwise be blown up, and as blurred.
        b, matrix = shrunk_onto(b, matrix)
    under, mask = aligned(a, b, matrix)
    weight = _blocks(mask.astype(np.float32))
    seen = weight >= _LEAST_COVERED
    edges, others = (_blocks(np.abs(cv2.Laplacian(plane, cv2.CV_32F)) * mask) for plane in (b.luma, under))
    # What is plain in both is the same in all pictures: white margins, black bars.
    seen &= np.maximum(edges, others) >= _LEAST_EDGES
    if seen.sum() < _LEAST_BLOCKS:
        return None
    same = seen & _same_colour(a, b, matrix, mask, weight)
    seen_alike = same
    left = np.zeros_like(weight)
    contrast = 1.0
    # Tones are learnt of all, and then of what agreed: a strip of black letters would bend them.
    for _ in range(2):
        chosen = cv2.resize(same.astype(np.uint8), mask.shape[::-1], interpolation=cv2.INTER_NEAREST) & mask
        x, y = under[chosen == 1], b.luma[chosen == 1]
        if len(x) < BLOCK**2:
            return None
        contrast = max(1.0, min(float(x.std()), float(y.std())))
        rest = cv2.blur(np.asarray((b.luma - tones(x, y)[under]) * mask, np.float32), (3, 3))
        left = np.sqrt(_blocks(np.square(rest)) / np.maximum(weight, 1e-3))
        same = seen_alike & (left <= max(_LEAST_LEVELS, MOST_APART * contrast))
        if not same.any():
            return None
    return Common(
        share=float(same.sum() / seen.sum()),
        others=int(seen.sum() - same.sum()),
        detail=float(edges[same].sum() / max(float(edges[seen].sum()), 1e-6)),
        apart=float(np.sqrt(np.square(left[same]).mean())) / contrast,
        gain=float(x.std()) / max(float(y.std()), 1e-3),
        texture=_texture(under, b.luma, same, mask),
    )


def shrunk_onto(b: Thumbnail, matrix: Matrix) -> tuple[Thumbnail, Matrix]:
    """Return a picture as small as it lies on the other, and the map from its pixels."""
    height, width = b.luma.shape
    share = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    size = max(1, round(width * share)), max(1, round(height * share))
    luma, chroma = (opencv().resize(plane, size, interpolation=opencv().INTER_AREA) for plane in (b.luma, b.chroma))
    x, y = width / size[0], height / size[1]
    # The middle of a pixel is at 0, not at 1/2.
    back = np.array([(x, 0, x / 2 - 0.5), (0, y, y / 2 - 0.5), (0, 0, 1)])
    onto = np.asarray(np.vstack([matrix, (0, 0, 1)]) @ back, np.float32)[:2]
    return b._replace(luma=np.asarray(luma), chroma=np.asarray(chroma)), onto


def _texture(x: Pixels, y: Pixels, same: NDArray[np.bool_], mask: Mask) -> float:
    """Return the correlation of the fine structure of two aligned pictures in the blocks that are the same."""
    cv2 = opencv()
    chosen = (cv2.resize(same.astype(np.uint8), mask.shape[::-1], interpolation=cv2.INTER_NEAREST) & mask) == 1
    first, second = (
        (plane.astype(np.float32) - cv2.GaussianBlur(plane.astype(np.float32), (0, 0), _TEXTURE_PX))[chosen]
        for plane in (x, y)
    )
    energy = float(np.square(first).sum() * np.square(second).sum())
    shared = float((first * second).sum())
    return shared / math.sqrt(max(energy, 1e-12))


def _same_colour(a: Thumbnail, b: Thumbnail, matrix: Matrix, mask: Mask, weight: Blocks) -> NDArray[np.bool_]:
    """Return where two aligned pictures have the same colours, but for a cast of all; everywhere if one has none."""
    if min(a.colour, b.colour) < LEAST_COLOUR:
        return np.ones(weight.shape, bool)
    rest = (excess(b.chroma) - excess(warped(a.chroma, matrix, b))) * mask[:, :, None]
    blocks = [_blocks(np.ascontiguousarray(rest[:, :, plane])) / np.maximum(weight, 1e-3) for plane in (0, 1)]
    shown = weight >= _LEAST_COVERED
    # The cast is that of the middle block, which a recoloured thing does not move.
    apart = [np.abs(plane - np.median(plane[shown])) if shown.any() else plane for plane in blocks]
    return np.asarray(np.maximum(*apart) <= _MOST_COLOUR)


def two_tones(outer: Thumbnail, inner: Thumbnail, matrix: Matrix) -> float:
    """Return the share of what lies around the inner picture that is of its two commonest levels: 1 for a plain frame.

    Args:
        outer: The picture that shows more.
        inner: The one that lies in it.
        matrix: From pixels of the inner to the outer.
    """
    around = _around(outer, inner, matrix)
    values = outer.luma[around]
    if len(values) < _LEAST_AROUND * around.size:
        return 1.0
    counts = np.bincount(values, minlength=256)
    found = 0
    for _ in range(2):
        near = np.convolve(counts, np.ones(2 * _ONE_LEVEL + 1, np.int64), "same")
        level = int(near.argmax())
        found += int(near[level])
        counts[max(0, level - _ONE_LEVEL) : level + _ONE_LEVEL + 1] = 0
    return found / len(values)


def _around(outer: Thumbnail, inner: Thumbnail, matrix: Matrix) -> NDArray[np.bool_]:
    """Return where the outer picture shows what the inner does not."""
    cv2 = opencv()
    there = corners_on(inner, matrix) - 0.5
    around = np.ones(outer.luma.shape, np.uint8)
    cv2.fillConvexPoly(around, np.round(there).astype(np.int32), 0)
    return np.asarray(cv2.erode(around, np.ones((5, 5), np.uint8), borderValue=1), bool)


def goes_on(outer: Thumbnail, inner: Thumbnail, matrix: Matrix) -> bool:
    """Tell whether what lies around the inner picture is more of it: a photo on a plain cloth is no page with a photo.

    Across the edge of a crop the brightness changes as much as it does beside it, 0.9 to 1.3 times, across that of a
    picture on a page 1.7 times and more; and a page has no noise, where a cloth has.

    Args:
        outer: The picture that shows more.
        inner: The one that lies in it.
        matrix: From pixels of the inner to the outer.
    """
    around = _around(outer, inner, matrix)
    both = around[:, _TEXTURE_STEP:] & around[:, :-_TEXTURE_STEP]
    changes = np.abs(np.subtract(outer.luma[:, _TEXTURE_STEP:], outer.luma[:, :-_TEXTURE_STEP], dtype=np.int16))[both]
    # All of it: a crop of a photo, laid on a page with that photo, has a strip of it around before the page begins.
    if not len(changes) or np.median(changes) < _LEAST_TEXTURE_LEVELS:
        return False
    size = inner.luma.shape[1::-1]
    per_px = 1 / math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    along = (np.arange(_PER_EDGE) + 0.5) / _PER_EDGE
    lines = []
    for beyond in _BESIDE_EDGE:
        for axis in (0, 1):
            for end in (-0.5 - beyond * per_px, size[axis] - 0.5 + beyond * per_px):
                points = np.empty((_PER_EDGE, 2))
                points[:, axis], points[:, 1 - axis] = end, along * size[1 - axis] - 0.5
                lines.append(points @ matrix[:, :2].T + matrix[:, 2])
    columns, rows = np.rint(np.concatenate(lines)).astype(np.intp).reshape(len(_BESIDE_EDGE), -1, 2).transpose(2, 0, 1)
    height, width = outer.luma.shape
    # Of an edge that both have in common, as a crop from a corner has two, nothing is beyond.
    shown = ((columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)).all(axis=0)
    if shown.mean() < _LEAST_EDGE:
        return False
    levels = outer.luma[rows[:, shown], columns[:, shown]].astype(np.float32)
    inside, across, outside = np.abs(np.diff(levels, axis=0)).mean(axis=1).tolist()
    return bool(across <= _MOST_ACROSS * (inside + outside) / 2)


def on_page(outer: Thumbnail, inner: Thumbnail, matrix: Matrix) -> bool:
    """Tell whether a plain strip ends in a straight line beside the inner picture: there a page ends, or a screen.

    What is cut out of a photo on a page has more of that photo around it, and then the page.

    Args:
        outer: The picture that shows more.
        inner: The one that lies in it.
        matrix: From pixels of the inner to the outer.
    """
    there = corners_on(inner, matrix)
    left, top = np.floor(there.min(axis=0)).astype(int)
    right, bottom = np.ceil(there.max(axis=0)).astype(int)
    rows, columns = outer.luma.astype(np.int16), outer.luma.T.astype(np.int16)
    beside = (rows, top), (rows[::-1], len(rows) - bottom), (columns, left), (columns[::-1], len(columns) - right)
    plain = [_plain_lines(lines[: max(0, int(most)) + _BLURRED_LINES]) for lines, most in beside]
    # Plain all around is a frame, or the ground of a thing.
    return min(plain) < _LEAST_LINES and any(
        _ends_straight(lines, end, int(most)) for (lines, most), end in zip(beside, plain, strict=True)
    )


def _plain_lines(lines: NDArray[np.int16]) -> int:
    """Return how many of the first lines are plain; of a picture of one pixel across, none."""
    if lines.shape[1] < 2:
        return 0
    plain = np.median(np.abs(np.diff(lines, axis=1)), axis=1) <= _PLAIN_LEVELS
    return len(plain) if plain.all() else int(plain.argmin())


def _ends_straight(lines: NDArray[np.int16], end: int, most: int) -> bool:
    """Tell whether what is plain at the edge of a picture ends in a straight line, before or where the inner begins."""
    if not _LEAST_LINES <= end <= most + _BLURRED_LINES or end + _BLURRED_LINES > len(lines):
        return False
    step = np.abs(lines[end + 1] - lines[end - 2])
    return float((step >= _LEAST_STEP).mean()) >= _LEAST_EDGE_SHARE


def entropy(picture: Thumbnail) -> float:
    """Return the Shannon entropy of the brightness, in bits: 5.6 and more in photos, 2.7 and less in line drawings."""
    counts = np.bincount(picture.luma.ravel(), minlength=256)
    share = counts[counts > 0] / picture.luma.size
    return float(-(share * np.log2(share)).sum())


def _blocks(plane: NDArray[np.float32]) -> Blocks:
    height, width = plane.shape
    size = max(1, width // BLOCK), max(1, height // BLOCK)
    return np.asarray(opencv().resize(plane, size, interpolation=opencv().INTER_AREA), np.float32)
