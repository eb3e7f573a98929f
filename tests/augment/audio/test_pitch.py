"""`pitch`."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import ValidationError, convert

from augment.audio.pitch import Settings, apply, shift_pitch
from augment.operations.media import Media
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
    assert power_db(shifted) == pytest.approx(power_db(sound), abs=0.01)


@pytest.mark.parametrize("frames", [1, 100, 2000])
def test_short_clips(frames: int) -> None:
    assert shift_pitch(noise(frames), 16000, 2).shape == (frames, 1)


def test_speech_stays_as_loud_as_it_was(data: Path) -> None:
    for path in sorted((data / "speech_commands").rglob("*.wav"))[::40]:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        shifted = apply(Media(samples, rate), {"semitones": -3})
        scale = shifted.noted["scale"]
        assert power_db(shifted.array / scale) == pytest.approx(power_db(samples), abs=0.01)
        assert np.abs(shifted.array).max() <= 1


def test_silence_stays_silent() -> None:
    assert not shift_pitch(np.zeros((4000, 1), np.float32), 16000, 2).any()


def test_zeros_around_what_has_a_small_mean_stay_zeros() -> None:
    sound = noise(16000)
    sound += 0.03 * np.abs(sound)
    around = np.zeros((8000, 1), np.float32)
    shifted = shift_pitch(np.concatenate([around, sound, around]), 16000, 3)
    assert np.abs(shifted[:4000]).max() < 1e-6


def test_limits() -> None:
    with pytest.raises(ValidationError, match="semitones: 25 is above 24"):
        convert({"semitones": 25}, Settings)


def test_a_level_that_would_clip_is_noted() -> None:
    # A square wave has the lowest peaks for its power: any other order of its phases has higher ones.
    loud = (0.99 * np.sign(tone(440, 1))).astype(np.float32)
    noted = apply(Media(loud, 16000), {"semitones": 3}).noted
    assert noted["missed"]["level_db"]["by"] == pytest.approx(20 * np.log10(noted["scale"]), abs=1e-3)
    quiet = apply(Media(loud * np.float32(0.25), 16000), {"semitones": 3}).noted
    assert "missed" not in quiet
