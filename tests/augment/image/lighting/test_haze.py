import math
from typing import Any

import numpy as np
import pytest

from augment.image.light import linear, stored
from augment.image.lighting.haze import transmission
from tests.augment.image.pictures import Pixels, done, flat, noise

WALL: Any = {"near_share": 1, "unevenness_share": 0, "airlight_tint_stops": 0, "airlight_share": 0.8}


def test_light_of_the_scene_goes_and_light_of_the_air_comes() -> None:
    hazy, _, _ = done("haze", flat(60), optical_depth=math.log(2), **WALL)
    expected = np.asarray(linear(flat(60)) / 2 + 0.4, np.float32)
    assert np.array_equal(hazy, stored(expected))


@pytest.mark.parametrize(("optical_depth", "expected"), [(0, 60), (10, 231)])
def test_no_air_and_nothing_but_air(optical_depth: float, expected: int) -> None:
    assert np.abs(done("haze", flat(60), optical_depth=optical_depth, **WALL)[0].astype(int) - expected).max() <= 1


def test_contrast_falls_by_the_transmission() -> None:
    hazy, _, _ = done("haze", noise(), optical_depth=1, **WALL)
    assert linear(hazy).std() / linear(noise()).std() == pytest.approx(np.exp(-1), rel=0.01)


def test_far_is_up() -> None:
    _, drawn, _ = done("haze", flat(60), optical_depth=2, near_share=0.1, far_deg=90, unevenness_share=0)
    passes = transmission(20, 30, drawn)  # type: ignore[arg-type]
    assert (np.diff(passes, axis=0) > 0).all()
    assert np.ptp(passes, axis=1).max() < 1e-6
    assert np.exp(-2) < passes.min() < passes.max() < np.exp(-0.2)


def test_a_tint_makes_the_air_blue() -> None:
    hazy, _, _ = done(
        "haze", flat(60), optical_depth=10, **(WALL | {"airlight_tint_stops": 0.5, "airlight_share": 0.5})
    )
    red, green, blue = linear(hazy)[0, 0]
    assert blue / red == pytest.approx(2**0.5, rel=0.02)
    assert green == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("pixels", [flat(9, 1, 1), flat(9, 1, 50), noise(3, 3)], ids=["1 px", "a row", "3 x 3"])
def test_small_pictures(pixels: Pixels) -> None:
    assert done("haze", pixels)[0].shape == pixels.shape
