"""`codec`: every format changes the sound a little, and neither its length nor its timing."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import ValidationError, convert

from augment.audio.channel.codec import CODECS, Format, Settings, apply, draw, through_codec
from augment.audio.channel.resample import resample
from augment.operations.media import Media
from tests.augment.audio.sounds import Sound, delay, noise, power_db, tone


@pytest.fixture
def speech(data: Path) -> Sound:
    path = sorted((data / "speech_commands").rglob("*.wav"))[40]
    samples: Sound = soundfile.read(path, dtype="float32", always_2d=True)[0]
    return samples


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("name", CODECS)
def test_length_timing_and_level_stay(speech: Sound, name: Format, rate: int) -> None:
    sound = resample(speech, 16000, rate)[:-37]
    coded = through_codec(sound, rate, name, 0.5)
    assert coded.shape == sound.shape
    assert coded.dtype == np.float32
    assert delay(sound, coded) == 0
    assert 0.4 < coded.std() / sound.std() < 1.2
    assert not np.array_equal(coded, sound)


@pytest.mark.parametrize("name", CODECS)
def test_the_same_bytes_every_time(speech: Sound, name: Format) -> None:
    first, again = (through_codec(speech, 16000, name, 0.7).tobytes() for _ in range(2))
    assert first == again


@pytest.mark.parametrize("name", CODECS)
@pytest.mark.parametrize(("frames", "channels"), [(1, 1), (10, 2), (700, 3)])
def test_any_shape(name: Format, frames: int, channels: int) -> None:
    assert through_codec(noise(frames, channels), 16000, name).shape == (frames, channels)


@pytest.mark.parametrize("name", CODECS)
def test_channels_stay_apart(name: Format) -> None:
    both = np.concatenate([tone(440, 1, 8000), np.zeros((8000, 1), np.float32)], axis=1)
    coded = through_codec(both, 8000, name, 0.3)
    assert power_db(coded[:, :1]) - power_db(coded[:, 1:] + np.float32(1e-9)) > 20


def test_telephones_have_no_treble() -> None:
    assert power_db(through_codec(tone(6000, 1), 16000, "ulaw")[800:-800]) < -60
    assert power_db(through_codec(tone(6000, 1), 16000, "vorbis", 0)[800:-800]) > -12


def test_ulaw_by_its_standard() -> None:
    # G.711 keeps the sign, three bits of exponent and four of mantissa: at most 1/32 off.
    sound = tone(300, 0.5, 8000)
    loud = np.abs(sound) > 0.1
    np.testing.assert_allclose(through_codec(sound, 8000, "ulaw")[loud], sound[loud], rtol=1 / 31)


def test_too_loud_is_clipped_and_does_not_wrap() -> None:
    coded = through_codec(np.full((8000, 1), 1.5, np.float32), 8000, "ima_adpcm")
    assert coded[1000:].min() > 0.9


@pytest.mark.parametrize("name", ["mp3", "opus", "vorbis"])
def test_more_compression_is_more_damage(speech: Sound, name: Format) -> None:
    light, heavy = (power_db(through_codec(speech, 16000, name, level) - speech) for level in (0.1, 0.95))
    assert heavy > light + 3


def test_drawn_from_a_list() -> None:
    media, generator = Media(noise(100), 8000), np.random.default_rng(0)
    settings = convert({"format": ["ulaw", "mp3"], "compression": [0.2, 0.4]}, Settings)
    drawn = [draw(settings, media, generator) for _ in range(50)]
    assert {one["format"] for one in drawn} == {"ulaw", "mp3"}
    assert all(("compression" in one) == (one["format"] == "mp3") for one in drawn)
    assert all(0.2 <= one["compression"] <= 0.4 for one in drawn if "compression" in one)
    assert apply(media, drawn[0]).array.shape == (100, 1)


@pytest.mark.parametrize("wrong", ["aac", [], ["ulaw", "aac"]], ids=["unknown", "empty", "unknown-in-list"])
def test_limits(wrong: object) -> None:
    with pytest.raises(ValidationError):
        convert({"format": wrong}, Settings)
