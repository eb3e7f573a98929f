"""What a baseline sees."""

import numpy as np
import pytest

from baselines.features.families import FAMILIES
from baselines.features.image import _cells, describe_image, histogram_of_gradients, stretch_channels


def test_families_have_the_lengths_that_are_announced() -> None:
    found = describe_image(np.zeros((48, 64, 3), np.uint8))
    assert {name: values.shape for name, values in found.items()} == {n: (k,) for n, k in FAMILIES["image"].items()}
    assert {values.dtype for values in found.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (3, 5), (640, 480)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_any_size_and_any_flat_colour(shape: tuple[int, int], level: int) -> None:
    found = describe_image(np.full((*shape, 3), level, np.uint8))
    assert all(np.isfinite(values).all() for values in found.values())


def test_colour_tells_red_from_green_and_shape_does_not() -> None:
    red, green = np.zeros((2, 64, 64, 3), np.uint8)
    red[..., 0], green[..., 1] = 200, 200
    a, b = describe_image(red), describe_image(green)
    assert np.linalg.norm(a["colour"] - b["colour"]) > 0.3
    assert np.linalg.norm(a["hog"] - b["hog"]) < 0.05


def test_shape_tells_stripes_across_from_stripes_down() -> None:
    across = np.tile((np.arange(64) // 4 % 2 * 255).astype(np.uint8)[None, :, None], (64, 1, 3))
    a, b = describe_image(across), describe_image(np.ascontiguousarray(across.transpose(1, 0, 2)))
    assert np.linalg.norm(a["hog"] - b["hog"]) > 0.8


def test_where_a_colour_is_counts() -> None:
    top, bottom = np.full((2, 64, 64, 3), 255, np.uint8)
    top[:32], bottom[32:] = 0, 0
    assert np.linalg.norm(describe_image(top)["colour"] - describe_image(bottom)["colour"]) > 0.3


def test_a_wide_picture_is_not_only_squeezed() -> None:
    # Squeezed to a square, a wide and a tall field of dots look alike; with its edges drawn out, they differ.
    draw = np.random.default_rng(0).integers(0, 255, (16, 16, 3), dtype=np.uint8)
    wide, tall = np.repeat(draw, 8, axis=1), np.repeat(draw, 8, axis=0)
    a, b = describe_image(wide)["hog"], describe_image(tall)["hog"]
    squeezed, square = slice(0, 324 + 1764), slice(324 + 1764, None)
    assert np.linalg.norm(a[squeezed] - b[squeezed]) < 0.2 < np.linalg.norm(a[square] - b[square])


def test_each_channel_is_stretched_from_its_2nd_to_its_98th_percentile() -> None:
    # Of 101 pixels the percentiles are those of rank 2 and 98: what is beyond them is cut.
    red, green = np.arange(101), np.full(101, 7)
    blue = np.where(np.arange(101) < 50, 100, 104)
    found = stretch_channels(np.stack([red, green, blue], axis=1)[None].astype(np.uint8))
    assert (found.dtype, found.shape) == (np.dtype(np.uint8), (1, 101, 3))
    assert found[0, [0, 2, 50, 98, 100], 0].tolist() == [0, 0, 128, 255, 255]
    assert set(found[0, :, 1].tolist()) == {0}, "a flat channel"
    assert set(found[0, :, 2].tolist()) == {0, 128}, "4 levels are stretched as 8"


@pytest.mark.parametrize("step", [1, 40, 255])
def test_stretching_levels_is_stretching_pixels_to_the_last_bit(step: int) -> None:
    # What is saved in caches and models was computed pixel by pixel.
    pixels = np.random.default_rng(step).integers(0, 256, (17, 23, 3), dtype=np.uint8) // step * step
    dark, light = np.sort(pixels.reshape(-1, 3), axis=0)[[7, 382]].astype(np.float32)
    stretched = (pixels - dark) * (np.float32(255) / np.maximum(light - dark, 8))
    assert np.array_equal(stretch_channels(pixels), np.rint(np.clip(stretched, 0, 255)).astype(np.uint8))


def test_orientations_are_shared_as_by_remainders() -> None:
    # Right angles, half turns and gradients of no length are where a remainder and a sum could differ.
    grey = (np.random.default_rng(1).integers(0, 4, (16, 24)) * 85 / 255).astype(np.float32)
    across = np.gradient(np.pad(grey, 1, mode="edge"), axis=1)[1:-1, 1:-1].astype(np.float32) * 2
    down = np.gradient(np.pad(grey, 1, mode="edge"), axis=0)[1:-1, 1:-1].astype(np.float32) * 2
    position = np.mod(np.arctan2(down, across), np.pi) * (9 / np.pi) - 0.5
    lower = np.floor(position).astype(int)
    weights = np.hypot(across, down) * np.array([1 - (position - lower), position - lower])
    expected = np.zeros((2, 3, 9))
    for row, column in np.ndindex(16, 24):
        for step in (0, 1):
            expected[row // 8, column // 8, (lower[row, column] + step) % 9] += weights[step, row, column]
    np.testing.assert_allclose(_cells(grey), expected, rtol=1e-6, atol=1e-7)


def test_haze_and_coloured_light_leave_the_stretched_look() -> None:
    picture = np.random.default_rng(5).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    seen = np.rint(picture * np.array([0.5, 0.4, 0.3]) + np.array([90, 100, 110])).astype(np.uint8)
    for family in ("colour", "thumbnail"):
        a, b = (describe_image(one)[family].reshape(2, -1) for one in (picture, seen))
        as_it_is, stretched = np.linalg.norm(a - b, axis=1)
        assert stretched < 0.25 * as_it_is


@pytest.mark.parametrize(("side", "length"), [(16, 36), (32, 324), (64, 1764)])
def test_shape(side: int, length: int) -> None:
    found = histogram_of_gradients(np.zeros((side, side), np.float32))
    assert found.shape == (length,)
    assert found.dtype == np.float32
    assert np.all(found == 0)


def test_a_ramp_points_one_way() -> None:
    # To the right it gets brighter: the angle 0 lies half between the first bin (10 degrees) and the last (170).
    ramp = np.tile(np.linspace(0, 1, 16, dtype=np.float32), (16, 1))
    bins = histogram_of_gradients(ramp).reshape(4, 9)
    assert np.all(bins[:, 1:8] == 0)
    np.testing.assert_allclose(bins[:, 0], bins[:, 8], rtol=1e-5)
    assert np.all(bins[:, 0] > 0.3)


def test_turning_moves_the_bins() -> None:
    ramp = np.tile(np.linspace(0, 1, 16, dtype=np.float32), (16, 1))
    bins = histogram_of_gradients(np.ascontiguousarray(ramp.T)).reshape(4, 9)
    assert bins.argmax(axis=1).tolist() == [4, 4, 4, 4], "90 degrees is the middle of the fifth bin"


def test_brightness_and_contrast_hardly_matter() -> None:
    picture = np.random.default_rng(0).random((32, 32), dtype=np.float32)
    faint = histogram_of_gradients(0.3 * picture + 0.5)
    np.testing.assert_allclose(faint, histogram_of_gradients(picture), atol=2e-3)
