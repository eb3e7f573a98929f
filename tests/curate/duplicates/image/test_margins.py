"""What was put around a picture is taken away, and nothing of the picture."""

import numpy as np
import pytest

from curate.duplicates.image.margins import find_inner, without_margins
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


def written_on(pixels: Pixels, at: tuple[int, int], side: int) -> Pixels:
    """Draw a small cross of lines one pixel wide, as much as a tick or a digit has."""
    found = pixels.copy()
    row, column = at
    found[row : row + side, column + side // 2] = 0
    found[row + side // 2, column : column + side] = 0
    return found


def test_what_is_written_in_a_margin_stays_and_some_ground_around_it() -> None:
    white = framed(noise(200, 300), 80, (255, 255, 255))
    found = without_margins(written_on(white, (40, 200), 12))
    # The rim is 3 % of 460 px, beside what the mean spreads by a pixel; and one pixel less on each side.
    assert found.shape[:2] == (200 + 80 - 40 + 14 + 1 - 2, 300 - 2)
    assert without_margins(white).shape[:2] == (198, 298)


def test_what_is_written_at_the_edge_leaves_no_margin() -> None:
    pixels = written_on(framed(noise(200, 300), 80, (255, 255, 255)), (2, 200), 12)
    assert without_margins(pixels) is pixels


def test_noise_in_a_margin_is_not_written() -> None:
    white = framed(noise(200, 300), 80, (200, 200, 200)).astype(np.int16)
    grain = np.random.default_rng(1).normal(0, 5, white.shape[:2])[..., None]
    assert without_margins(np.clip(white + grain, 0, 255).astype(np.uint8)).shape[:2] == (198, 298)


def test_an_outline_says_where_the_margins_are() -> None:
    inner = find_inner(framed(noise(82, 122), 9, (255, 255, 255)))
    assert inner.pixels.shape == (80, 120, 3)
    assert np.allclose(inner.outline * (120, 80), [(-10, -10), (130, -10), (130, 90), (-10, 90)])


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
