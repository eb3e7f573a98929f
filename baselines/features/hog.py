"""Histogram of oriented gradients (Dalal and Triggs, 2005)."""

import numpy as np
from numpy.typing import NDArray

_ORIENTATIONS = 9
_CELL = 8
_CLIP = 0.2


def histogram_of_gradients(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return unsigned gradients in cells of 8 x 8 pixels and 9 orientations, normalized over blocks of 2 x 2 cells.

    Each gradient is shared between the two nearest orientations; blocks are normalized to length 1, clipped at 0.2 and
    normalized again, as in the paper.

    Args:
        grey: float32, shape (height, width), 0 to 1; sides are multiples of 8, at least 16.

    Returns:
        float32, shape ((height / 8 - 1) * (width / 8 - 1) * 36,).
    """
    cells = _cells(grey)
    blocks = np.concatenate([cells[:-1, :-1], cells[:-1, 1:], cells[1:, :-1], cells[1:, 1:]], axis=2)
    blocks = np.minimum(_unit(blocks), np.float32(_CLIP))
    return _unit(blocks).astype(np.float32).ravel()


def _cells(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the histogram of each cell, shape (rows, columns, 9)."""
    padded = np.pad(grey, 1, mode="edge")
    across, down = padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]
    strength = np.hypot(across, down)
    position = np.mod(np.arctan2(down, across), np.pi) * (_ORIENTATIONS / np.pi) - 0.5
    lower = np.floor(position).astype(int)
    upper_share = position - lower
    rows, columns = grey.shape[0] // _CELL, grey.shape[1] // _CELL
    cell = (np.arange(grey.shape[0]) // _CELL)[:, None] * columns + np.arange(grey.shape[1]) // _CELL
    place = np.concatenate([cell * _ORIENTATIONS + lower % _ORIENTATIONS, cell * _ORIENTATIONS + (lower + 1) % 9])
    weight = np.concatenate([strength * (1 - upper_share), strength * upper_share])
    counts = np.bincount(place.ravel(), weight.ravel(), rows * columns * _ORIENTATIONS)
    return counts.reshape(rows, columns, _ORIENTATIONS).astype(np.float32)


def _unit(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    # A flat block stays near zero: its gradients are noise.
    return np.asarray(blocks / np.sqrt(np.square(blocks).sum(axis=2, keepdims=True) + 1e-4))
