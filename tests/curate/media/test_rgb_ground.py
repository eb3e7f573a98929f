"""What is transparent is laid over the ground on which it can be seen."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from curate.media.rgb import to_rgb


def drawing(ink: int, seed: int) -> Image.Image:
    image = Image.new("RGBA", (64, 64), (ink, ink, ink, 0))
    ImageDraw.Draw(image).line((5 + seed, 5, 50, 30 + seed), fill=(ink, ink, ink, 255), width=3)
    return image


@pytest.mark.parametrize(("ink", "ground"), [(255, 0), (240, 0), (0, 255), (128, 255)])
def test_the_ground_is_the_one_that_shows_the_drawing(ink: int, ground: int) -> None:
    pixels = np.asarray(to_rgb(drawing(ink, 0), 8))
    assert pixels[60, 5].tolist() == [ground] * 3
    assert np.unique(pixels).tolist() == sorted({ink, ground})


def test_white_drawings_are_not_all_one_picture() -> None:
    one, other = (np.asarray(to_rgb(drawing(255, seed), 8)) for seed in (0, 9))
    assert not np.array_equal(one, other)


def test_without_transparency_or_drawing_it_is_white() -> None:
    assert np.asarray(to_rgb(Image.new("RGBA", (4, 4), (250, 250, 250, 0)), 8)).min() == 255
    assert np.asarray(to_rgb(Image.new("RGBA", (4, 4), (250, 250, 250, 255)), 8)).max() == 250
