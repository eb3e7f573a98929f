"""Margins of one colour, and frames of several: what was put around a picture is taken away before it is compared."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.image.alignment import CORNERS
from curate.duplicates.image.thumbnail import Pixels
from curate.media.opencv import opencv

Box = tuple[int, int, int, int]
"""Top, bottom, left and right."""

Outline = NDArray[np.float64]

_MOST_FRAMES = 3
_MOST_RANGE = 14
"""Levels within a margin, but for `_MOST_OTHER` of its pixels: the ringing of a JPEG beside an edge is more in some."""

_RINGING_PX, _MOST_RINGING = 16, 64
"""How far a JPEG rings around what is in it, and how many levels, as a mean over `_STROKE_PX`."""

_STROKE_PX = 3
_RIM = 0.03
"""Of the longer side, the ground that is left around what is written: at the very edge, no spot is looked at."""

_LEAST_LEFT = 0.4
_LEAST_MARGIN = 0.015
_MOST_OTHER = 0.1
_LEAST_PX = 8
_SOME = 64


class Inner(NamedTuple):
    """A picture without its margins.

    Attributes:
        pixels: RGB, shape (height, width, 3).
        outline: Corners of the picture with its margins, shape (4, 2), where those without are (0, 0), (1, 0), (1, 1)
            and (0, 1).
    """

    pixels: Pixels
    outline: Outline


def without_margins(pixels: Pixels) -> Pixels:
    """Return what `find_inner` finds of a picture, RGB of shape (height, width, 3)."""
    return find_inner(pixels).pixels


def whole(pixels: Pixels) -> Inner:
    """Return a picture as one that has no margins."""
    return Inner(pixels, CORNERS)


def find_inner(pixels: Pixels) -> Inner:
    """Return a picture, RGB of shape (height, width, 3), without plain rows and columns at its edges.

    A margin is of one colour on all four sides. White around a thing on two sides only is its backdrop; and what would
    leave less than two fifths of a side is a small thing on a large ground, not a picture in a frame. What is written
    in a margin, or drawn, is of the picture: a heading, a number, a box that is ticked, the L of an x-ray.
    """
    top, left, found = 0, 0, pixels
    for _ in range(_MOST_FRAMES):
        box = _without_one(found)
        if box is None:
            break
        inner = found[box[0] : box[1], box[2] : box[3]]
        if min(inner.shape[0] / pixels.shape[0], inner.shape[1] / pixels.shape[1]) < _LEAST_LEFT:
            break
        top, left, found = top + box[0], left + box[2], inner
    (height, width), (whole_height, whole_width) = found.shape[:2], pixels.shape[:2]
    return Inner(found, (CORNERS * (whole_width, whole_height) - (left, top)) / (width, height))


def _without_one(pixels: Pixels) -> Box | None:
    """Return what is inside the outermost margin of a picture; None where it has none on all sides."""
    ground = _middle(pixels[0])
    # Asked side by side: nearly every picture is told by two of them.
    for line in (pixels[-1], pixels[:, 0], pixels[:, -1]):
        if np.abs(_middle(line) - ground).max() > _MOST_RANGE:
            return None
    height, width = pixels.shape[:2]
    least = _LEAST_MARGIN * max(height, width)
    # A picture on a plain backdrop is told by one line: as deep as the thinnest margin would be, there is something.
    deep = min(math.ceil(least) - 1, height - 1, width - 1)
    for line in (pixels[deep], pixels[-1 - deep], pixels[:, deep], pixels[:, -1 - deep]):
        if np.mean(np.abs(line - ground).max(axis=1) > _MOST_RANGE) > _MOST_OTHER:
            return None
    cv2 = opencv()
    like = _within(pixels, ground, _MOST_RANGE)
    # Counts of pixels, of which each is 255: along rows, then along columns.
    alike = (cv2.reduce(like, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel() // 255 for axis in (1, 0))
    rows, columns = (
        np.flatnonzero((many - count) / many > _MOST_OTHER) for count, many in zip(alike, (width, height), strict=True)
    )
    if not len(rows) or not len(columns):
        return None
    top, bottom, left, right = _with_what_is_written(
        pixels, ground, (int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)
    )
    if min(top, height - bottom, left, width - right) < least:
        return None
    # One pixel more: the edge of a frame is mixed with what it frames.
    top, bottom, left, right = top + 1, bottom - 1, left + 1, right - 1
    return (top, bottom, left, right) if min(bottom - top, right - left) >= _LEAST_PX else None


def _with_what_is_written(pixels: Pixels, ground: NDArray[np.int16], box: Box) -> Box:
    """Return the box of what is no margin, grown to what is written in the margin and some ground around that.

    Args:
        pixels: The picture.
        ground: The colour of the margin.
        box: Top, bottom, left and right of the rows and columns of which a tenth and more is of another colour.
    """
    cv2 = opencv()
    height, width = pixels.shape[:2]
    # A mean over few pixels keeps a thin stroke, and hardly any noise.
    smooth = cv2.blur(pixels, (_STROKE_PX, _STROKE_PX))
    written = 255 - _within(smooth, ground, _MOST_RANGE)
    top, bottom, left, right = box
    # Beside the picture only what is stronger than ringing.
    near, beside = (
        (slice(max(0, top - px), bottom + px), slice(max(0, left - px), right + px)) for px in (_RINGING_PX, _STROKE_PX)
    )
    written[near] = 255 - _within(smooth[near], ground, _MOST_RINGING)
    # Into which the mean carries the picture itself.
    written[beside] = 0
    x, y, wide, high = cv2.boundingRect(written)
    if not wide:
        return box
    rim = math.ceil(_RIM * max(height, width))
    return (
        min(top, max(0, y - rim)),
        max(bottom, min(height, y + high + rim)),
        min(left, max(0, x - rim)),
        max(right, min(width, x + wide + rim)),
    )


def _within(pixels: Pixels, ground: NDArray[np.int16], levels: int) -> Pixels:
    """Return 255 for each pixel that is within some levels of a colour, else 0."""
    return np.asarray(opencv().inRange(pixels, *(tuple((ground + side).tolist()) for side in (-levels, levels))))


def _middle(line: Pixels) -> NDArray[np.int16]:
    """Return the median colour of a row or a column, shape (3,), of some of its pixels."""
    # `np.median` takes ten times as long: it looks for values that are no numbers.
    some = line[:: max(1, len(line) // _SOME)]
    return np.asarray(np.partition(some, len(some) // 2, axis=0)[len(some) // 2], np.int16)
