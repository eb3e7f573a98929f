"""Margins of one colour, and frames of several: what was put around a picture is taken away before it is compared."""

import math

import numpy as np
from numpy.typing import NDArray

from curate.duplicates.image.thumbnail import Pixels
from curate.media.opencv import opencv

_MOST_FRAMES = 3
_MOST_RANGE = 14
"""Levels within a margin, but for `_MOST_OTHER` of its pixels: the ringing of a JPEG beside an edge is more in some."""

_LEAST_LEFT = 0.4
_LEAST_MARGIN = 0.015
_MOST_OTHER = 0.1
_SOME = 64


def without_margins(pixels: Pixels) -> Pixels:
    """Return a picture, RGB of shape (height, width, 3), without plain rows and columns at its edges.

    A margin is of one colour on all four sides. White around a thing on two sides only is its backdrop; and what would
    leave less than two fifths of a side is a small thing on a large ground, not a picture in a frame.
    """
    found = pixels
    for _ in range(_MOST_FRAMES):
        inner = _without_one(found)
        if inner is None or min(inner.shape[0] / pixels.shape[0], inner.shape[1] / pixels.shape[1]) < _LEAST_LEFT:
            break
        found = inner
    return found


def _without_one(pixels: Pixels) -> Pixels | None:
    """Return a picture without the outermost margin; None where it has none on all sides."""
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
    like = cv2.inRange(pixels, *(tuple((ground + side).tolist()) for side in (-_MOST_RANGE, _MOST_RANGE)))
    # Counts of pixels, of which each is 255: along rows, then along columns.
    alike = (cv2.reduce(like, axis, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel() // 255 for axis in (1, 0))
    rows, columns = (
        np.flatnonzero((many - count) / many > _MOST_OTHER) for count, many in zip(alike, (width, height), strict=True)
    )
    if not len(rows) or not len(columns):
        return None
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    if min(top, height - bottom, left, width - right) < least:
        return None
    # One pixel more: the edge of a frame is mixed with what it frames.
    inner = pixels[top + 1 : bottom - 1, left + 1 : right - 1]
    return inner if min(inner.shape[:2]) >= 8 else None


def _middle(line: Pixels) -> NDArray[np.int16]:
    """Return the median colour of a row or a column, shape (3,), of some of its pixels."""
    # `np.median` takes ten times as long: it looks for values that are no numbers.
    some = line[:: max(1, len(line) // _SOME)]
    return np.asarray(np.partition(some, len(some) // 2, axis=0)[len(some) // 2], np.int16)
