"""Acutance: how steep the edges of a picture are, whatever their contrast."""

import math
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

_SIDE = 256
_LEAST_SIDE = 8
_EVERY = (19, 17, 13, 11, 7, 5, 3, 2, 1)
_PLACES = 1500
_STEPLESS = 1e-3
_EVEN, _BESIDE = 8, 2
_LENGTHS = (1.0, 1.0, math.sqrt(2), math.sqrt(2))
"""Of a step along a row, a column and the two diagonals."""
_EDGE = 2**-0.75
"""What a lone sharp edge reads: the least of the four directions is a diagonal."""


def reduced(grey: "Image.Image") -> "Image.Image":
    """Return a copy whose longer side has 256 to 511 pixels, each the mean of a square; a smaller picture as it is.

    Args:
        grey: Mode `L`.
    """
    factor = max(grey.size) // _SIDE
    return grey.reduce(factor) if factor > 1 else grey


def acutance(grey: "Image.Image") -> float:
    """Return how little a step in brightness from one pixel to the next tells of the step after it, 0 to 1.

    sqrt((1 - r) / 2), where r is the correlation of each step with the one behind it, at a longer side of 256 pixels.
    A lone sharp edge has r = 0 and reads 0.59 (0.71, less what a diagonal's length takes), sharp photos about 0.55; a
    slope goes on as it began and reads 0. So does a picture of less than 8 pixels a side, or of one colour: nothing can
    be said of it. Margins of one colour are left out.

    Lines, letters and grain turn back after a pixel or two (r < 0), and read more than an edge does: out of focus, what
    a sharp photo does. How much more is seen in steps of twice the length, which the same blur changes less. Where
    those read more than an edge, the reading is divided by theirs over that of an edge.

    It is the Laplacian's power over the gradient's. Over the variance of the grey levels, which is the usual measure
    (Pech-Pacheco et al., 2000), the power says as much of how many edges there are as of how sharp they are. The least
    of four directions counts, because a shaken picture is sharp across the movement.

    Args:
        grey: Mode `L`, from `reduced`.
    """
    values = _within_margins(np.asarray(grey))
    # Between the sizes that pixels of whole numbers give, a power law: blur falls like one.
    beyond = max(0.0, math.log2(max(grey.size) / _SIDE))
    read = [_steepness(values, step) for step in ((1, 2, 4) if beyond else (1, 2))]
    fine, coarse = [short ** (1 - beyond) * long**beyond for short, long in pairwise(read)] if beyond else read
    return fine * _EDGE / max(_EDGE, coarse)


def _within_margins(values: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
    """Return the picture without margins of one colour: where a frame meets a blurred photo there is a sharp edge."""
    lines = [values[at] for at in (0, -1)] + [values[:, at] for at in (0, -1)]
    if min(int(line.max()) - int(line.min()) for line in lines) > _EVEN:
        return values
    places = []
    for axis in (1, 0):
        low, high = values.min(axis=axis).astype(np.int16), values.max(axis=axis).astype(np.int16)
        # Each side has its own colour: a scan may lie in a corner of the page.
        ends = [
            int(np.argmax((high - low[end] > _EVEN) | (high[end] - low > _EVEN)))
            if high[end] - low[end] <= _EVEN
            else 0
            for end, low, high in ((0, low, high), (0, low[::-1], high[::-1]))
        ]
        # The pixels next to a frame are of both.
        first, last = (end + _BESIDE * (end > 0) for end in ends)
        places.append(slice(first, len(low) - last))
    inner = values[places[0], places[1]]
    # What is nothing but margins is a picture of an edge.
    return inner if min(inner.shape) >= 2 * _LEAST_SIDE else values


def _steepness(values: "NDArray[np.uint8]", step: int) -> float:
    """Return the acutance at every so manieth pixel."""
    height, width = values.shape
    if min(height, width) < _LEAST_SIDE * step:
        return 0.0
    flat = np.ascontiguousarray(values).ravel()
    # A part of the pixels says as much as all of them, if it is not too few. The places walk through all rows and
    # columns, since edges of drawings lie in single ones.
    every = next(count for count in _EVERY if count == 1 or (width % count and count * _PLACES <= flat.size))
    first, last = step * (width + 1), flat.size - step * (width + 1)
    inside = _inside(height, width, step, every)
    away = [step * offset for offset in (1, width, width + 1, width - 1)]
    # All directions at once: at these sizes the calls take longer than the arithmetic.
    here, further = np.empty((2, len(away), len(inside)), np.float32)
    for row, offset in enumerate(away):
        here[row] = flat[first - offset : last - offset : every]
        further[row] = flat[first + offset : last + offset : every]
    centre = flat[first:last:every].astype(np.float32)
    np.subtract(centre, here, out=here)
    further -= centre
    here *= inside
    further *= inside
    powers = [
        sum(pair) for pair in zip(np.vecdot(here, here).tolist(), np.vecdot(further, further).tolist(), strict=True)
    ]
    # Along stripes there is nothing that could be sharp.
    enough = _STEPLESS * max(powers)
    turns = [
        (1 - 2 * product / power) / length
        for product, power, length in zip(np.vecdot(here, further).tolist(), powers, _LENGTHS, strict=True)
        if power > enough
    ]
    return math.sqrt(max(0.0, min(turns, default=0.0)) / 2)


@lru_cache(maxsize=64)
def _inside(height: int, width: int, step: int, every: int) -> "NDArray[np.float32]":
    """Return 1 for the places that have neighbours on both sides, 0 for those at the ends of rows."""
    columns = np.arange(step * (width + 1), height * width - step * (width + 1), every) % width
    return ((columns >= step) & (columns < width - step)).astype(np.float32)
