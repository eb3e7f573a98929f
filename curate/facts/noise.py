"""Noise: how far pixels stray where a picture is even."""

import numpy as np
from numpy.typing import NDArray

_BLOCKS, _SIDE = 12, 8
_CLIPPED = 0.25


def noise_sd(pixels: NDArray[np.uint8]) -> float:
    """Return the standard deviation of the noise in green, of the evenest quarter of the picture, 0 to 1.

    Over blocks of 8 x 8 pixels, up to 12 x 12 spread over the picture: the root mean square of what a plane leaves, so
    that no slope counts; of all blocks the lower quartile. White noise of standard deviation s gives about 0.95 s. What
    is as fine as noise everywhere, such as gravel, counts as noise.

    Args:
        pixels: RGB, uint8, shape (height, width, 3).
    """
    height, width = pixels.shape[:2]
    if min(height, width) < 3:
        return 0.0
    rows, columns = _places(height), _places(width)
    blocks = pixels[rows[:, None, :, None], columns[None, :, None, :], 1]
    blocks = blocks.reshape(-1, *blocks.shape[2:])
    # What is black or white has lost its noise; where all of it is, that is what there is to say.
    clipped = ((blocks == 0) | (blocks == 255)).mean(axis=(1, 2)) > _CLIPPED
    values = (blocks if clipped.all() else blocks[~clipped]).astype(np.float32)
    # A mask of second differences (Immerkaer 1996) sees the finest grain alone: noise that went through a Bayer filter,
    # a JPEG or a resize is two pixels wide and more, and read as a third of what it is.
    values -= values.mean(axis=(1, 2), keepdims=True)
    left = np.square(values).mean(axis=(1, 2))
    for axis in (1, 2):
        ramp = np.arange(values.shape[axis], dtype=np.float32)
        ramp -= ramp.mean()
        slope = values.mean(axis=3 - axis) @ ramp / np.square(ramp).sum()
        left -= np.square(slope) * np.square(ramp).mean()
    return float(np.sqrt(np.quantile(np.maximum(left, 0), 0.25))) / 255


def _places(size: int) -> NDArray[np.int64]:
    """Return the rows, or columns, of each block, shape (blocks, pixels); they overlap in a small picture."""
    side = min(_SIDE, size)
    count = min(_BLOCKS, size // side)
    first = np.linspace(0, size - side, count).astype(int)
    return first[:, None] + np.arange(side)
