"""Pictures that look like something, for tests that measure facts."""

import numpy as np

from augment.image.light import stored
from augment.image.smooth_field import ramp, smooth_field
from tests.augment.image.pictures import Pixels


def scene(height: int = 96, width: int = 128, seed: int = 0) -> Pixels:
    """Return coloured shapes with texture on a lighter ground, neither black nor clipped."""
    generator = np.random.default_rng(seed)
    light = np.full((height, width, 3), 0.25, np.float32) + 0.3 * ramp(height, width, 40)[..., None]
    for _ in range(14):
        top, left = (int(generator.integers(side - side // 8)) for side in (height, width))
        rows, columns = generator.integers(height // 10, height // 3, 2)
        light[top : top + rows, left : left + columns] = generator.uniform(0.01, 0.9) * generator.uniform(0.5, 1, 3)
    light *= 1 + 0.15 * smooth_field(height, width, 30, generator)[..., None]
    return stored(light.astype(np.float32))
