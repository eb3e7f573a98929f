from typing import Any

import numpy as np
import pytest

from augment.image.light import linear
from augment.image.lighting.low_light import colour_noise, sense
from augment.operations.registry import ParameterError, find
from tests.augment.image.pictures import done, flat, noise

CLEAN: Any = {
    "white_electrons": 1e6,
    "read_noise_electrons": 0,
    "chroma_share": 0,
    "black_level_electrons": 0,
    "white_balance_stops": 0,
}


@pytest.mark.parametrize("expected", [3, 99, 101, 2000], ids=lambda value: f"{value} electrons")
def test_shot_noise_has_the_mean_and_the_variance_of_poisson(expected: int) -> None:
    counts = sense(np.full(200_000, expected, np.float32), 0, np.random.default_rng(0))
    assert counts.mean() == pytest.approx(expected, rel=0.01)
    assert counts.var() == pytest.approx(expected, rel=0.02)
    assert np.array_equal(counts, np.rint(counts)), "electrons are counted"


def test_read_noise_adds_its_variance() -> None:
    counts = sense(np.zeros(200_000, np.float32), 5, np.random.default_rng(0))
    assert counts.mean() == pytest.approx(0, abs=0.05)
    assert counts.std() == pytest.approx(5, rel=0.01)


def test_no_light_and_no_noise_is_black() -> None:
    assert done("low_light", flat(0), **CLEAN)[0].max() == 0


def test_a_stop_halves_the_light() -> None:
    dark, _, _ = done("low_light", flat(200), exposure_stops=-1, **CLEAN)
    assert linear(dark).mean() == pytest.approx(linear(flat(200)).mean() / 2, rel=0.01)


def test_gain_gives_the_brightness_back_and_leaves_the_noise() -> None:
    plain, _, _ = done("low_light", flat(128), exposure_stops=0, black_level_electrons=0)
    pushed, _, _ = done("low_light", flat(128), exposure_stops=-5, gain_stops=5, black_level_electrons=0)
    assert linear(pushed).mean() == pytest.approx(linear(plain).mean(), rel=0.05)
    assert pushed.std() > 4 * plain.std()


def test_the_drawn_parameters_are_all_it_depends_on() -> None:
    first, drawn, _ = done("low_light", noise(), 3)
    again, same, _ = done("low_light", noise(), 3)
    other, _, _ = done("low_light", noise(), 4)
    assert drawn == same
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize(
    "name", ["exposure_stops", "gain_stops", "white_electrons", "read_noise_electrons", "chroma_share", "blotch_px"]
)
def test_limits(name: str) -> None:
    with pytest.raises(ParameterError, match=name):
        find("image", "low_light").settings({name: 1e7 if name != "exposure_stops" else 1})


def test_noise_of_a_colour_sensor_has_the_variances_of_its_multipliers() -> None:
    exposed = np.full((400, 400, 3), 400, np.float32)
    made = colour_noise(exposed, 0, 1, 0, np.random.default_rng(0))
    assert made.dtype == np.float32
    assert made.mean((0, 1)) == pytest.approx([0, 0, 0], abs=0.5)
    # At a place that senses the colour itself: Poisson of what is counted, times the square of the multiplier.
    assert made[::2, ::2, 0].var() == pytest.approx(4 * 200, rel=0.05)
    assert made[::2, 1::2, 1].var() == pytest.approx(400, rel=0.05)
    assert made[1::2, 1::2, 2].var() == pytest.approx(1.5**2 * 400 / 1.5, rel=0.05)
    # Halfway between two of its places, their mean.
    assert made[::2, 1::2, 0].var() == pytest.approx(2 * 200, rel=0.05)


def test_blotches_are_wider_and_as_strong() -> None:
    exposed = np.full((200, 200, 3), 100, np.float32)
    fine, wide = (colour_noise(exposed, 0, 1, blotch, np.random.default_rng(0)) for blotch in (0, 3))
    fine, wide = (made[..., 0] - made[..., 1] for made in (fine, wide))
    assert wide.std() == pytest.approx(fine.std(), rel=0.1)
    alike = [np.corrcoef(made[:, :-4].ravel(), made[:, 4:].ravel())[0, 1] for made in (fine, wide)]
    assert alike[0] == pytest.approx(0, abs=0.02)
    assert alike[1] > 0.5


def test_without_colour_noise_what_is_left_is_grey() -> None:
    made = colour_noise(np.full((50, 50, 3), 100, np.float32), 2, 0, 1, np.random.default_rng(0))
    assert np.array_equal(made[..., 0], made[..., 2])


def test_a_grey_picture_stays_grey() -> None:
    dark, _, _ = done("low_light", flat(120), white_balance_stops=1)
    assert np.array_equal(dark[..., 0], dark[..., 1])
    assert np.array_equal(dark[..., 1], dark[..., 2])
    assert dark.std() > 0


def test_white_balance_is_red_over_blue() -> None:
    pixels = flat(120, 60, 60)
    pixels[..., 1] = 121
    warm, _, _ = done("low_light", pixels, **(CLEAN | {"white_balance_stops": 1, "exposure_stops": -1}))
    red, _, blue = linear(warm).mean((0, 1))
    assert red / blue == pytest.approx(2, rel=0.02)


def test_a_black_level_lifts_black() -> None:
    lifted, _, _ = done("low_light", flat(0), **(CLEAN | {"white_electrons": 1000, "black_level_electrons": 10}))
    assert linear(lifted).mean() == pytest.approx(0.01, rel=0.05)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 2), (3, 1), (5, 4)])
def test_small_pictures(height: int, width: int) -> None:
    assert done("low_light", noise(height, width))[0].shape == (height, width, 3)
