import numpy as np
import pytest

from augment.image.light import linear
from augment.image.lighting.low_light import sense
from augment.operations.registry import ParameterError, find
from tests.augment.image.pictures import done, flat, noise


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
    assert done("low_light", flat(0), read_noise_electrons=0)[0].max() == 0


def test_a_stop_halves_the_light() -> None:
    dark, _, _ = done("low_light", flat(200), exposure_stops=-1, white_electrons=1e6, read_noise_electrons=0)
    assert linear(dark).mean() == pytest.approx(linear(flat(200)).mean() / 2, rel=0.01)


def test_gain_gives_the_brightness_back_and_leaves_the_noise() -> None:
    plain, _, _ = done("low_light", flat(128), exposure_stops=0)
    pushed, _, _ = done("low_light", flat(128), exposure_stops=-5, gain_stops=5)
    assert linear(pushed).mean() == pytest.approx(linear(plain).mean(), rel=0.05)
    assert pushed.std() > 4 * plain.std()


def test_the_drawn_parameters_are_all_it_depends_on() -> None:
    first, drawn, _ = done("low_light", noise(), 3)
    again, same, _ = done("low_light", noise(), 3)
    other, _, _ = done("low_light", noise(), 4)
    assert drawn == same
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("name", ["exposure_stops", "gain_stops", "white_electrons", "read_noise_electrons"])
def test_limits(name: str) -> None:
    with pytest.raises(ParameterError, match=name):
        find("image", "low_light").settings({name: 1e7 if name != "exposure_stops" else 1})
