"""The coarse waves of any box of a picture, told from its brightness on a grid: how alike two are, and where."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

Planes = NDArray[np.float32]
Boxes = NDArray[np.float32]

Steps = tuple[tuple[float, float], ...]
"""Shares of a side by which each side of a box is moved, and how alike two have to be before that."""

_AT_ONCE = 1024

WHOLE = np.array([[0, 1, 0, 1]], np.float32)


def waves(levels: Planes, boxes: Boxes, orders: int, power: float) -> Planes:
    """Return the coarse waves (DCT-II) of a box of each picture, of length 1, shape (n, orders ** 2).

    The finer waves are weaker in every picture, and count for more by a power of their frequency; how bright a picture
    is as a whole says nothing.

    Args:
        levels: Brightness of the cells, shape (n, cells, cells).
        boxes: Left, right, top and bottom, in shares of the sides, of each or of all, shape (n, 4) or (1, 4).
        orders: Waves along each axis.
        power: Of the frequency.
    """
    along, down = (_cosines(boxes[:, side], boxes[:, side + 1], levels.shape[1], orders) for side in (0, 2))
    return _unit(down @ levels @ along.swapaxes(1, 2), power)


def refined(levels: Planes, inner: Planes, boxes: Boxes, steps: Steps, power: float) -> tuple[Planes, Boxes]:
    """Return how alike pictures are in the box where they are most so, shape (n,), and that box, shape (n, 4).

    0 for those that are too little alike to go on.

    Args:
        levels: Brightness of the cells of the outer ones, shape (n, cells, cells).
        inner: Waves of what may lie in them, shape (n, orders ** 2).
        boxes: Where that is, about, shape (n, 4).
        steps: One after the other.
        power: As for the waves.
    """
    found, placed = np.zeros(len(levels), np.float32), boxes.copy()
    # As many at a time as stay in the cache of a processor.
    for begin in range(0, len(levels), _AT_ONCE):
        some = slice(begin, begin + _AT_ONCE)
        found[some], placed[some] = _refined(levels[some], inner[some], boxes[some], steps, power)
    return found, placed


def _refined(levels: Planes, inner: Planes, boxes: Boxes, steps: Steps, power: float) -> tuple[Planes, Boxes]:
    cells, orders = levels.shape[1], round(inner.shape[1] ** 0.5)
    found, placed = np.zeros(len(levels), np.float32), boxes.copy()
    going = np.arange(len(levels))
    for step, least in steps:
        along, down = (_cosines(boxes[:, side], boxes[:, side + 1], cells, orders) for side in (0, 2))
        rows = down @ levels
        here = _products(_unit(rows @ along.swapaxes(1, 2), power), inner)
        if not (on := here >= least).all():
            going, boxes, levels, inner = going[on], boxes[on], levels[on], inner[on]
            along, down, rows, here = along[on], down[on], rows[on], here[on]
        columns = levels @ along.swapaxes(1, 2)
        boxes = boxes.copy()
        for side in range(4):
            beside = []
            for move in (-step, step):
                ends = [boxes[:, side - side % 2], boxes[:, side - side % 2 + 1]]
                ends[side % 2] = ends[side % 2] + np.float32(move)
                moved = _cosines(ends[0], ends[1], cells, orders)
                # Of the two products only the one along the side that is moved is made again.
                there = moved @ columns if side >= 2 else rows @ moved.swapaxes(1, 2)
                beside.append(_products(_unit(there, power), inner))
            # The top of the parabola through all three.
            bend = np.minimum(beside[0] - 2 * here + beside[1], -1e-6)
            boxes[:, side] += step * np.clip((beside[0] - beside[1]) / (2 * bend), -1.5, 1.5)
        boxes = np.clip(boxes, 0, 1)
    found[going], placed[going] = _products(waves(levels, boxes, orders, power), inner), boxes
    return found, placed


@cache
def _weights(orders: int, power: float) -> Planes:
    frequency = np.hypot(np.arange(orders)[:, None], np.arange(orders))
    return np.asarray(frequency**power, np.float32)


def _products(one: NDArray[np.floating], other: NDArray[np.floating]) -> Planes:
    found: Planes = np.einsum("ij,ij->i", one, other, dtype=np.float32)
    return found


def _unit(found: NDArray[np.floating], power: float) -> Planes:
    weighted = (found * _weights(found.shape[1], power)).reshape(len(found), found.shape[1] * found.shape[2])
    length = np.sqrt(_products(weighted, weighted))
    return np.asarray(weighted / np.maximum(length, 1e-6)[:, None], np.float32)


def _cosines(begin: Planes, end: Planes, cells: int, orders: int) -> Planes:
    """Return the DCT-II matrices of parts of a side, each wave integrated over the share of a cell inside."""
    edges = np.arange(cells + 1, dtype=np.float32) / np.float32(cells)
    edges = np.clip((edges - begin[:, None]) / (end - begin)[:, None], 0, 1)
    angles = edges * np.float32(np.pi)
    sums = [edges, *(np.sin(order * angles) / (order * np.pi) for order in np.arange(1, orders, dtype=np.float32))]
    stacked = np.stack(sums, axis=1)
    return np.asarray(stacked[:, :, 1:] - stacked[:, :, :-1], np.float32)
