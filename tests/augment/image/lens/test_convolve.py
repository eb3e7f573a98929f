import numpy as np
import pytest

from augment.image.lens.convolve import blurred, splat
from augment.image.light import linear
from tests.augment.image.pictures import flat, noise


def test_a_point_between_four_pixels_gives_a_quarter_to_each() -> None:
    kernel = splat(np.array([0.5]), np.array([0.5]))
    assert kernel.tolist() == [[0, 0, 0], [0, 0.25, 0.25], [0, 0.25, 0.25]]
    assert kernel.dtype == np.float32


def test_points_on_one_pixel_add_up() -> None:
    assert splat(np.array([0.0, 0, 0, 1]), np.zeros(4)).tolist() == [[0, 0, 0], [0, 0.75, 0.25], [0, 0, 0]]


def test_a_point_of_light_becomes_the_kernel_and_not_its_mirror_image() -> None:
    pixels = flat(0, 9, 9)
    pixels[4, 4] = 255
    made = linear(blurred(pixels, splat(np.array([0.0, 2]), np.array([0.0, -1]))))[..., 0]
    assert made[4, 4] == pytest.approx(0.5, abs=0.01)
    assert made[3, 6] == pytest.approx(0.5, abs=0.01)


def test_a_kernel_of_one_pixel_changes_nothing() -> None:
    assert np.array_equal(blurred(noise(), np.ones((1, 1), np.float32)), noise())
