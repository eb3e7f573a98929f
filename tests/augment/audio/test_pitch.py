"""`pitch`."""

import numpy as np
import pytest
from msgspec import ValidationError, convert

from augment.audio.pitch import Settings, shift_pitch
from tests.augment.audio.sounds import noise, power_db, strongest_hz, tone


@pytest.mark.parametrize("semitones", [-12, -2.5, 0, 3, 12])
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
@pytest.mark.parametrize("channels", [1, 2])
def test_frequency_changes_and_length_stays(semitones: float, rate: int, channels: int) -> None:
    sound = tone(440, 1, rate, channels=channels)
    shifted = shift_pitch(sound, rate, semitones)
    assert shifted.shape == sound.shape
    assert shifted.dtype == np.float32
    assert strongest_hz(shifted, rate) == pytest.approx(440 * 2 ** (semitones / 12), rel=0.01)
    assert power_db(shifted) == pytest.approx(power_db(sound), abs=1.5)


@pytest.mark.parametrize("frames", [1, 100, 2000])
def test_short_clips(frames: int) -> None:
    assert shift_pitch(noise(frames), 16000, 2).shape == (frames, 1)


def test_limits() -> None:
    with pytest.raises(ValidationError, match="semitones: 25 is above 24"):
        convert({"semitones": 25}, Settings)
