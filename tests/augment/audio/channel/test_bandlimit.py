"""`bandlimit`: inside nothing changes, outside nothing is left, and nothing moves."""

from typing import Any

import numpy as np
import pytest
from msgspec import ValidationError, convert

from augment.audio.channel.bandlimit import Settings, apply, bandlimit, draw, fast_size
from augment.operations.media import Media, RejectedError
from tests.augment.audio.sounds import delay, noise, power_db, tone


def gain_db(hz: float, low_hz: float | None, high_hz: float | None, rate: int = 16000) -> float:
    sound = tone(hz, 2, rate)
    inner = slice(rate // 2, -rate // 2)
    return power_db(bandlimit(sound, rate, low_hz, high_hz)[inner]) - power_db(sound[inner])


@pytest.mark.parametrize("hz", [320, 1000, 3200])
def test_inside(hz: float) -> None:
    assert gain_db(hz, 300, 3400) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("hz", [300, 3400])
def test_half_at_the_edges(hz: float) -> None:
    assert gain_db(hz, 300, 3400) == pytest.approx(-6.02, abs=0.1)


@pytest.mark.parametrize("hz", [50, 250, 3800, 7000])
def test_outside(hz: float) -> None:
    assert gain_db(hz, 300, 3400) < -60


def test_one_edge() -> None:
    assert gain_db(100, None, 3400) == pytest.approx(0, abs=0.01)
    assert gain_db(5000, 300, None) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("high_hz", [4000, 4211, 20000])
def test_an_edge_over_half_of_the_rate_does_nothing(high_hz: float) -> None:
    sound = noise(8000)
    changed = bandlimit(sound, 8000, None, high_hz)
    assert power_db(changed) == pytest.approx(power_db(sound), abs=0.2 if high_hz == 4000 else 1e-9)


@pytest.mark.parametrize("channels", [1, 2])
def test_nothing_moves(channels: int) -> None:
    click = np.zeros((8000, channels), np.float32)
    click[3000] = 1
    changed = bandlimit(click, 8000, 300, 3400)
    assert changed.shape == click.shape
    assert changed.dtype == np.float32
    assert delay(click, changed) == 0
    np.testing.assert_allclose(changed[3001:3100], changed[2999:2900:-1], atol=1e-6)


def test_the_end_does_not_come_back_at_the_start() -> None:
    # As many frames as a fast transform has by itself.
    click = np.zeros((8192, 1), np.float32)
    click[-1] = 1
    assert np.abs(bandlimit(click, 8000, 300, 3400)[:4000]).max() < 1e-5


@pytest.mark.parametrize(("roll_off", "expected_db"), [(24, [-24.1, -12.3]), (48, [-48.2, -24.1])])
def test_edges_roll_off_as_butterworth_has_it(roll_off: float, expected_db: list[float]) -> None:
    def gain_db(hz: float) -> float:
        sound = tone(hz, 1, 16000)
        made = bandlimit(sound, 16000, 300, 3000, roll_off)
        return power_db(made[2000:-2000]) - power_db(sound[2000:-2000])

    assert gain_db(1000) == pytest.approx(0, abs=0.02)
    assert [gain_db(300), gain_db(3000)] == pytest.approx([-3.01, -3.01], abs=0.05)
    # An octave and half an octave beyond either edge.
    for low, high in ((6000, 3000 * 2**0.5), (150, 300 / 2**0.5)):
        assert [gain_db(low), gain_db(high)] == pytest.approx(expected_db, abs=0.4)


def test_a_roll_off_of_any_size_is_finite() -> None:
    made = bandlimit(noise(4000), 8000, 1, 3999, 600)
    assert np.isfinite(made).all()


def test_an_edge_that_the_sample_rate_does_not_reach_is_said() -> None:
    assert apply(Media(noise(8000), 8000), {"high_hz": 5000}).noted["missed"] == {
        "high_hz": {"by": -1000, "why": "half of the sample rate is lower"}
    }
    assert "missed" not in apply(Media(noise(8000), 8000), {"high_hz": 3400}).noted


def test_an_empty_band_is_rejected() -> None:
    with pytest.raises(RejectedError, match="nothing is left in this band"):
        apply(Media(noise(8000), 8000), {"low_hz": 5000})


def test_edges_that_are_not_there_are_not_drawn() -> None:
    media = Media(noise(100), 8000)
    drawn = draw(convert({"low_hz": None, "high_hz": [3000, 3400]}, Settings), media, np.random.default_rng(0))
    assert drawn.keys() == {"high_hz"}
    assert 3000 <= drawn["high_hz"] <= 3400


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        pytest.param({"low_hz": 4000}, r"low_hz: 4000 is not below high_hz \(3400\)", id="wrong-way-round"),
        pytest.param({"low_hz": [100, 900], "high_hz": [800, 3000]}, "low_hz: 900 is not below", id="overlap"),
        pytest.param({"low_hz": 0}, "low_hz: 0 is below 1", id="zero"),
    ],
)
def test_limits(parameters: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        convert(parameters, Settings)


@pytest.mark.parametrize(("size", "expected"), [(1, 1), (2, 2), (5, 5), (9, 10), (11, 12), (13, 16), (1025, 1280)])
def test_fast_size(size: int, expected: int) -> None:
    assert fast_size(size) == expected
