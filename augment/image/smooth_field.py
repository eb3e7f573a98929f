"""Fields that vary slowly over a picture: uneven fog, paper, the edge of a cloth."""

from typing import TYPE_CHECKING

import numpy as np

from curate.media.opencv import opencv

if TYPE_CHECKING:
    from numpy.typing import NDArray


def smooth_field(height: int, width: int, cells: int, generator: "np.random.Generator") -> "NDArray[np.float32]":
    """Return smooth noise: float32 of shape (height, width), about 0, most of it within -1 to 1.

    Two octaves of value noise (Perlin, An image synthesizer, 1985, has the idea): independent values on a grid, with
    cubic interpolation between them; the second grid is twice as fine and half as strong.

    Args:
        height: px.
        width: px.
        cells: Of the coarser grid, along the longer side; 1 or more.
        generator: Where chance comes from.
    """
    longer = max(height, width)
    field: NDArray[np.float32] = np.zeros((height, width), np.float32)
    for octave, strength in ((cells, 1.0), (2 * cells, 0.5)):
        # Three more than fit: the interpolation of a grid without neighbours beyond the border would bend there.
        rows, columns = (3 + max(1, round(octave * side / longer)) for side in (height, width))
        grid = generator.standard_normal((rows, columns), np.float32) * np.float32(strength / 1.5)
        whole = round(height * rows / (rows - 2)), round(width * columns / (columns - 2))
        size = max(whole[1], width), max(whole[0], height)
        large = opencv().resize(grid, size, interpolation=opencv().INTER_CUBIC)
        top, left = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
        field += large[top : top + height, left : left + width]
    return field


def ramp(height: int, width: int, direction_deg: float) -> "NDArray[np.float32]":
    """Return a plane that rises across a picture: float32 of shape (height, width), 0 to 1 from corner to corner.

    Args:
        height: px.
        width: px.
        direction_deg: Where it rises to: 0 is right, 90 up, counter-clockwise.
    """
    angle = np.deg2rad(direction_deg)
    x = (np.arange(width, dtype=np.float32) + np.float32(0.5)) / width - np.float32(0.5)
    y = (np.arange(height, dtype=np.float32) + np.float32(0.5)) / height - np.float32(0.5)
    # y grows downwards in pictures, and angles counter-clockwise: hence the minus.
    right, up = np.float32(np.cos(angle)), np.float32(-np.sin(angle))
    rise: NDArray[np.float32] = right * x[None, :] + up * y[:, None]
    return np.asarray(rise / (abs(right) + abs(up)) + 0.5, np.float32)


def smooth_step(values: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Return 3x² - 2x³ of values held within 0 to 1: an edge without corners."""
    held: NDArray[np.float32] = np.clip(values, np.float32(0), np.float32(1))
    return np.asarray(held * held * (3 - 2 * held), np.float32)
