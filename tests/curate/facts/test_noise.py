"""Noise: known strengths, on slopes, edges and black, in pictures of any size."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from curate.facts.noise import noise_sd


def picture(noise: float, height: int = 200, width: int = 300, *, seed: int = 0) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[0:height, 0:width]
    scene = 60 + 100 * columns / width + 40 * (rows > height / 2)
    drawn = scene[..., None] + np.random.default_rng(seed).normal(0, noise * 255, (height, width, 3))
    found: NDArray[np.uint8] = np.clip(np.rint(drawn), 0, 255).astype(np.uint8)
    return found


@pytest.mark.parametrize("noise", [0.01, 0.03, 0.1])
@pytest.mark.parametrize("size", [(200, 300), (900, 1200), (32, 32)])
def test_white_noise_reads_as_strong_as_it_is(noise: float, size: tuple[int, int]) -> None:
    assert noise_sd(picture(noise, *size)) == pytest.approx(0.95 * noise, rel=0.15)


def test_slopes_and_edges_are_no_noise() -> None:
    assert noise_sd(picture(0.0)) < 0.002


def test_grain_that_is_several_pixels_wide_counts_as_the_finest_does() -> None:
    drawn = gaussian_filter(np.random.default_rng(0).normal(0, 1, (200, 300)), 0.6)
    drawn *= 0.05 * 255 / drawn.std()
    pixels = np.repeat(np.clip(np.rint(120 + drawn), 0, 255)[..., None], 3, axis=2).astype(np.uint8)
    assert noise_sd(pixels) == pytest.approx(0.05 * 0.93, rel=0.2)


def test_a_checkerboard_is_half_a_level_on_either_side() -> None:
    board = np.indices((16, 16)).sum(axis=0) % 2
    pixels = np.repeat((100 + board)[..., None], 3, axis=2).astype(np.uint8)
    assert noise_sd(pixels) == pytest.approx(0.5 / 255, rel=0.05)


def test_crushed_black_does_not_hide_it() -> None:
    pixels = picture(0.05)
    pixels[:, :200] = 0
    assert noise_sd(pixels) == pytest.approx(0.93 * 0.05, rel=0.15)


@pytest.mark.parametrize("size", [(1, 1), (2, 50), (3, 3), (9, 400), (11, 11)])
def test_any_size(size: tuple[int, int]) -> None:
    assert 0 <= noise_sd(picture(0.05, *size)) < 0.2


def test_only_black_is_none() -> None:
    assert noise_sd(np.zeros((50, 50, 3), np.uint8)) == 0
