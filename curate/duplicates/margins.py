"""Margins of one colour, and frames of several: what was put around a picture is taken away before it is compared."""

import numpy as np

from curate.duplicates.thumbnail import Pixels

_MOST_FRAMES = 3
_MOST_RANGE = 14
"""Levels within a margin, in nine of ten of its pixels: the ringing of a JPEG beside an edge is more in some."""

_LEAST_LEFT = 0.4
_LEAST_MARGIN = 0.015


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
    grounds = [np.median(line, axis=0) for line in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1])]
    ground = grounds[0]
    if max(float(np.abs(one - ground).max()) for one in grounds) > _MOST_RANGE:
        return None
    apart = np.abs(pixels.astype(np.int16) - ground.astype(np.int16)).max(axis=2) > _MOST_RANGE
    rows = np.flatnonzero(apart.mean(axis=1) > 0.1)
    columns = np.flatnonzero(apart.mean(axis=0) > 0.1)
    if not len(rows) or not len(columns):
        return None
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    height, width = apart.shape
    least = _LEAST_MARGIN * max(height, width)
    if min(top, height - bottom, left, width - right) < least:
        return None
    # One pixel more: the edge of a frame is mixed with what it frames.
    inner = pixels[top + 1 : bottom - 1, left + 1 : right - 1]
    return inner if min(inner.shape[:2]) >= 8 else None
