"""`time_mask`."""

from typing import Any

import numpy as np
import pytest
from msgspec import ValidationError, convert

from augment.audio.time_mask import Settings, apply, draw, silenced
from augment.operations.media import Media


@pytest.mark.parametrize(
    ("start", "length", "fade", "expected"),
    [
        pytest.param(1, 3, 0, [1, 0, 0, 0, 1, 1], id="hard"),
        pytest.param(1, 4, 1, [1, 0.5, 0, 0, 0.5, 1], id="faded"),
        pytest.param(0, 4, 9, [0.853553, 0.146447, 0.146447, 0.853553, 1, 1], id="fade-of-half"),
        pytest.param(4, 9, 0, [1, 1, 1, 1, 0, 0], id="over-the-end"),
        pytest.param(2, 0, 2, [1, 1, 1, 1, 1, 1], id="no-gap"),
    ],
)
def test_gap(start: int, length: int, fade: int, expected: list[float]) -> None:
    samples = np.ones((6, 2), np.float32)
    changed = silenced(samples, start, length, fade)
    np.testing.assert_allclose(changed, np.array([expected, expected]).T, atol=1e-6)
    assert changed.dtype == np.float32
    assert samples.all()


@pytest.mark.parametrize(
    ("parameters", "shortest", "longest"),
    [
        pytest.param({}, 0.1, 0.3, id="usual"),
        pytest.param({"share": [0.2, 0.5]}, 0.4, 1.0, id="share"),
        pytest.param({"duration_s": 0.7}, 0.7, 0.7, id="seconds"),
        pytest.param({"duration_s": 30}, 1.9, 1.9, id="too-long"),
        pytest.param({"share": 0}, 0, 0, id="none"),
    ],
)
def test_drawn_within_the_sound(parameters: dict[str, Any], shortest: float, longest: float) -> None:
    media, generator = Media(np.ones((16000, 1), np.float32), 8000), np.random.default_rng(0)
    settings = convert(parameters, Settings)
    for _ in range(50):
        drawn = draw(settings, media, generator)
        assert shortest - 1e-6 <= drawn["duration_s"] <= longest + 1e-6
        assert drawn["start_s"] >= 0
        assert drawn["start_s"] + drawn["duration_s"] <= 2 + 1e-5
        lost = np.count_nonzero(apply(media, drawn | {"fade_s": 0}).array == 0)
        assert lost == pytest.approx(drawn["duration_s"] * 8000, abs=1)


def test_seconds_are_seconds() -> None:
    media = Media(np.ones((10, 1), np.float32), 10)
    changed = apply(media, {"start_s": 0.3, "duration_s": 0.2, "fade_s": 0})
    np.testing.assert_array_equal(changed.array[:, 0], [1, 1, 1, 0, 0, 1, 1, 1, 1, 1])


def test_one_of_two() -> None:
    with pytest.raises(ValidationError, match="duration_s: give this or share, not both"):
        convert({"duration_s": 1, "share": 0.1}, Settings)


def test_a_gap_that_the_sound_is_too_short_for_is_noted() -> None:
    media = Media(np.ones((16000, 1), np.float32), 16000)
    drawn = draw(convert({"duration_s": 3}, Settings), media, np.random.default_rng(0))
    why = "a gap is 95 % of the sound at most"
    assert apply(media, drawn).noted["missed"] == {"duration_s": {"by": pytest.approx(-2.05), "why": why}}
    short = draw(convert({"duration_s": 0.9}, Settings), media, np.random.default_rng(0))
    assert "missed" not in apply(media, short).noted
