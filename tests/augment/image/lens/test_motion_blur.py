from typing import Any

import numpy as np
import pytest

from augment.image.lens.motion_blur import line
from augment.image.light import linear
from augment.operations.registry import ParameterError, find
from tests.augment.image.pictures import done, flat, noise


@pytest.mark.parametrize("length_px", [0, 0.5, 1])
def test_within_a_pixel_nothing_moves(length_px: float) -> None:
    assert line(length_px, 30).tolist() == [[1]]
    pixels = noise()
    assert np.array_equal(done("motion_blur", pixels, length_px=length_px)[0], pixels)


@pytest.mark.parametrize(("angle_deg", "axis"), [(0, 0), (180, 0), (90, 1), (-90, 1)])
def test_a_level_and_an_upright_line(angle_deg: float, axis: int) -> None:
    kernel = line(3, angle_deg)
    across = kernel.sum(axis)
    assert across == pytest.approx([0.25, 0.5, 0.25], abs=0.01), "a way of two pixels, spread over those around it"
    assert kernel.sum(1 - axis) == pytest.approx([0, 1, 0], abs=1e-6)


def test_counter_clockwise() -> None:
    kernel = line(9, 45)
    assert kernel[1, 7] > 0
    assert kernel[7, 1] > 0
    assert kernel[1, 1] == kernel[7, 7] == 0


@pytest.mark.parametrize("length_px", [2, 7.3, 40, 120.9])
@pytest.mark.parametrize("angle_deg", [0, 17, 45, 90, 133.3])
def test_light_is_kept_and_the_kernel_is_centred(length_px: float, angle_deg: float) -> None:
    kernel = line(length_px, angle_deg)
    assert kernel.dtype == np.float32
    assert kernel.shape[0] == kernel.shape[1]
    assert kernel.shape[0] % 2 == 1
    assert kernel.sum() == pytest.approx(1, abs=1e-4)
    assert kernel == pytest.approx(kernel[::-1, ::-1], abs=1e-6)


def test_light_is_smeared_and_not_the_stored_values() -> None:
    pixels = flat(0, 15, 15)
    pixels[7, 7] = 255
    smeared, _, _ = done("motion_blur", pixels, length_px=3, angle_deg=0)
    assert linear(smeared)[7, 6:9, 0] == pytest.approx([0.25, 0.5, 0.25], abs=0.02)
    assert smeared[7, 7, 0] == 188, "half of the light of white"


def test_a_flat_picture_stays_flat_to_its_border() -> None:
    assert np.array_equal(done("motion_blur", flat(90), length_share=0.4)[0], flat(90))


def test_a_share_is_of_the_longer_side() -> None:
    assert done("motion_blur", noise(40, 60), length_share=0.5)[1]["length_share"] == 0.5
    assert done("motion_blur", noise(40, 60), length_px=15)[1]["length_share"] == 0.25
    assert 0.01 <= done("motion_blur", noise(40, 60))[1]["length_share"] <= 0.03


@pytest.mark.parametrize(
    "parameters",
    [{"length_px": 3, "length_share": 0.1}, {"length_px": -1}, {"length_share": 0.6}, {"angle_deg": 400}],
    ids=str,
)
def test_what_makes_no_sense_is_refused(parameters: dict[str, Any]) -> None:
    with pytest.raises(ParameterError):
        find("image", "motion_blur").settings(parameters)
