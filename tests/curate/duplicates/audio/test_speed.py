"""The speed of a copy is found to a part of a percent, and none of what is no copy."""

import numpy as np
import pytest
import soxr

from curate.duplicates.audio.alignment import RATE, Signal
from curate.duplicates.audio.match import Sound, compare
from curate.duplicates.audio.speed import at_speed, find_speed
from tests.curate.duplicates.audio.test_landmarks import melody


def faster(sound: Signal, percent: float) -> Signal:
    return np.asarray(soxr.resample(sound, RATE * (1 + percent / 100), RATE), np.float32)


@pytest.mark.parametrize("percent", [-3.0, -1.0, 0.5, 2.0, 3.0])
def test_it_is_found(percent: float) -> None:
    sound = melody(1)
    assert find_speed(sound, faster(sound, percent), 3400) == pytest.approx(1 + percent / 100, abs=0.001)


@pytest.mark.parametrize("percent", [8.0, -12.0])
def test_more_is_another_recording(percent: float) -> None:
    assert find_speed(melody(1), faster(melody(1), percent), 3400) is None


def test_another_sound_has_none() -> None:
    assert find_speed(melody(1), melody(2), 3400) is None
    assert find_speed(melody(1), np.zeros(31 * RATE, np.float32), 3400) is None


def test_played_at_the_speed_of_the_other_it_is_as_long() -> None:
    sound = melody(1)
    assert len(at_speed(faster(sound, 3.0), 1.03)) == pytest.approx(len(sound), abs=2)


def test_it_is_looked_for_where_that_is_asked() -> None:
    sounds = [Sound(name, RATE, signal) for name, signal in ((b"a", melody(1)), (b"b", faster(melody(1), 2.0)))]
    assert compare(*sounds, speeds=False).relation == "none"
    found = compare(*sounds)
    assert found.relation == "near"
    assert abs(found.speed - 1) == pytest.approx(0.02, abs=0.001)
