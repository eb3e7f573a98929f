"""What the tests of operations on pictures share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from augment.operations.media import Media, Noted
from augment.operations.registry import find

Pixels = NDArray[np.uint8]


def noise(height: int = 40, width: int = 60, seed: int = 0) -> Pixels:
    """Return a picture of independent values."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def flat(level: int, height: int = 20, width: int = 30) -> Pixels:
    """Return a picture of one grey."""
    return np.full((height, width, 3), level, np.uint8)


def done(name: str, pixels: Pixels, seed: int = 0, **parameters: Any) -> tuple[Any, dict[str, Any], Noted]:
    """Return the pixels after one operation, what was drawn, and what was noted; the input must stay as it was."""
    operation, before = find("image", name), pixels.copy()
    settings = operation.prepare(operation.settings(parameters)).settings
    drawn = operation.draw(settings, Media(pixels), np.random.default_rng(seed))
    (result,) = operation.apply(Media(pixels), drawn)
    assert np.array_equal(pixels, before), "the source was written to"
    assert result.array.dtype == np.uint8
    assert result.array.shape[2] == 3
    return result.array, drawn, result.noted
