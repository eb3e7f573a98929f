"""What was put around a picture is taken away, and nothing of the picture."""

import numpy as np
import pytest

from curate.duplicates.image.margins import without_margins
from curate.duplicates.image.thumbnail import Pixels


def noise(height: int, width: int, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3)).astype(np.uint8)


def framed(inner: Pixels, px: int, colour: tuple[int, int, int]) -> Pixels:
    height, width = inner.shape[:2]
    outer = np.full((height + 2 * px, width + 2 * px, 3), colour, np.uint8)
    outer[px:-px, px:-px] = inner
    return outer


def test_a_margin_goes_and_one_pixel_of_the_picture_with_it() -> None:
    inner = noise(80, 120)
    assert np.array_equal(without_margins(framed(inner, 10, (255, 255, 255))), inner[1:-1, 1:-1])


def test_a_frame_of_two_colours_goes() -> None:
    inner = noise(80, 120)
    found = without_margins(framed(framed(inner, 8, (240, 235, 230)), 8, (60, 30, 20)))
    assert found.shape == (78, 118, 3)


@pytest.mark.parametrize(
    "pixels",
    [
        pytest.param(noise(50, 60), id="no-margin"),
        pytest.param(np.full((50, 60, 3), 9, np.uint8), id="one-colour"),
        pytest.param(framed(noise(20, 20), 40, (255, 255, 255)), id="a-small-thing-on-a-large-ground"),
        pytest.param(np.pad(noise(50, 60), ((0, 0), (9, 9), (0, 0)), constant_values=255), id="on-two-sides-only"),
    ],
)
def test_what_is_no_margin_stays(pixels: Pixels) -> None:
    assert without_margins(pixels) is pixels
