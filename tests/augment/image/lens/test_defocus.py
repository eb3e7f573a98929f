import numpy as np
import pytest

from augment.image.lens.defocus import aperture
from tests.augment.image.pictures import done, flat, noise


@pytest.mark.parametrize("blades", [0, 2, 5, 8])
@pytest.mark.parametrize("radius_px", [0.5, 0.9, 2, 7.5, 30])
def test_light_is_kept_and_none_falls_outside_of_the_circle(radius_px: float, blades: int) -> None:
    kernel = aperture(radius_px, blades, 20)
    assert kernel.dtype == np.float32
    assert kernel.shape[0] == kernel.shape[1]
    assert kernel.shape[0] % 2 == 1
    assert kernel.sum() == pytest.approx(1, abs=1e-5)
    half = kernel.shape[0] // 2
    y, x = np.mgrid[-half : half + 1, -half : half + 1]
    assert kernel[np.hypot(x, y) > max(radius_px, 0.5) + 0.71].max(initial=0) == 0


def test_a_circle_has_its_area() -> None:
    kernel = aperture(10, 0, 0)
    assert 1 / kernel.max() == pytest.approx(np.pi * 100, rel=0.01)
    assert kernel == pytest.approx(kernel.T, abs=1e-7)


@pytest.mark.parametrize("blades", [3, 4, 6])
def test_a_polygon_has_its_area(blades: int) -> None:
    assert 1 / aperture(20, blades, 11).max() == pytest.approx(blades / 2 * 400 * np.sin(2 * np.pi / blades), rel=0.02)


def test_the_first_corner_is_where_it_says() -> None:
    kernel = aperture(10, 3, 90)
    assert kernel[1, 10] > 0, "a corner on top"
    assert kernel[-2, 10] == 0, "a side below"


def test_a_circle_within_a_pixel_changes_nothing() -> None:
    assert np.array_equal(done("defocus", noise(), radius_share=0.005)[0], noise())


def test_a_flat_picture_stays_flat_to_its_border() -> None:
    assert np.array_equal(done("defocus", flat(90), radius_share=0.2)[0], flat(90))


def test_a_number_of_blades_is_drawn() -> None:
    assert {done("defocus", flat(9), seed, blades=[5, 7])[1]["blades"] for seed in range(20)} == {5, 6, 7}
