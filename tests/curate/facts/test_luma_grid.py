"""The brightness of a picture on a coarse grid."""

import base64

import numpy as np
from PIL import Image

from curate.facts.image import measure_image
from curate.facts.luma_grid import BYTES, SIDE, luma_grid
from curate.facts.records import ImageFacts


def test_from_the_darkest_cell_to_the_lightest() -> None:
    cells = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    grid = base64.b64decode(luma_grid(Image.fromarray(cells.repeat(4, 0).repeat(4, 1).astype(np.uint8))))
    assert len(grid) == BYTES
    steps = np.array([(byte >> 4, byte & 15) for byte in grid]).ravel()
    assert steps.tolist() == np.round(cells.ravel() / cells.max() * 15).astype(int).tolist()


def test_of_one_brightness_it_is_empty() -> None:
    assert base64.b64decode(luma_grid(Image.new("L", (40, 30), 200))) == bytes(BYTES)


def test_gain_and_size_do_not_change_it() -> None:
    noise = np.random.default_rng(0).integers(0, 120, (SIDE, SIDE), dtype=np.uint8)
    small = Image.fromarray(noise).resize((96, 96), Image.Resampling.NEAREST)
    assert luma_grid(small) == luma_grid(small.resize((480, 192), Image.Resampling.NEAREST).point(lambda v: 2 * v))


def test_it_is_a_fact() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (40, 60, 3), dtype=np.uint8)
    grid = measure_image(pixels, ImageFacts()).luma_grid
    assert grid is not None
    assert len(base64.b64decode(grid)) == BYTES
