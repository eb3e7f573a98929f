"""`reverb`: the room is heard, the level and the timing stay."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from msgspec import convert

from augment.audio.headroom import FULL_SCALE
from augment.audio.room.reverb import Draws, Rooms, Settings, apply, draw, in_room, prepare
from augment.operations.media import Media, RejectedError
from tests.augment.audio.sounds import Sound, delay, heard, noise, power_db, tone


def prepared(folder: Path, **parameters: Any) -> Rooms:
    settings: Rooms = prepare(convert({"folder": str(folder), **parameters}, Settings)).settings
    return settings


def impulse(*values: float) -> Sound:
    return np.array(values, np.float32)[:, None]


def test_by_hand() -> None:
    samples = impulse(1, 0, 0, 0)
    # What comes before the direct sound is cut away; 1, 0.5 and 0.25 have the power 1.3125.
    expected = np.array([1, 0.5, 0.25, 0]) / 1.3125**0.5
    found = in_room(samples, impulse(0.1, 0, 2, 1, 0.5))
    np.testing.assert_allclose(found[:, 0], expected, atol=1e-6)
    assert found.dtype == np.float32


def test_a_tail() -> None:
    samples = impulse(0, 0, 0, 1)
    np.testing.assert_allclose(in_room(samples, impulse(1, 0.5), keep_tail=True)[:, 0], [0, 0, 0, 1, 0.5], atol=1e-6)
    np.testing.assert_allclose(in_room(samples, impulse(1, 0.5))[:, 0], [0, 0, 0, 1], atol=1e-6)


@pytest.mark.parametrize(("channels", "room_channels"), [(1, 1), (2, 1), (1, 2), (2, 2), (3, 2)])
def test_channels(channels: int, room_channels: int) -> None:
    room = np.concatenate([impulse(1, 0, 0.5), impulse(1, -0.5, 0)][:room_channels], axis=1)
    samples = noise(1000, channels)
    found = in_room(samples, room)
    assert found.shape == samples.shape
    second = room[:, -1] if channels == room_channels else room[:, 0]
    alone = np.convolve(samples[:, -1], second)[:1000]
    assert np.corrcoef(found[:, -1], alone)[0, 1] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("wet", [0, 0.5, 1])
def test_real_rooms(data: Path, wet: float) -> None:
    settings = prepared(data / "noise" / "rir", wet=wet)
    assert len(settings.recordings) == 7
    generator = np.random.default_rng(0)
    used = set()
    for path in sorted((data / "speech_commands").rglob("*.wav"))[::8]:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        media = Media(samples, rate)
        drawn = draw(settings, media, generator)
        used.add(drawn["impulse"])
        changed = apply(media, drawn)
        assert changed.array.shape == samples.shape
        assert np.abs(changed.array).max() <= FULL_SCALE
        if wet == 0:
            np.testing.assert_allclose(changed.array, samples * changed.noted["scale"], atol=1e-6)
        if wet == 1:
            level = power_db(heard(changed)) - 20 * np.log10(changed.noted["scale"])
            assert level == pytest.approx(power_db(samples), abs=0.01)
    assert len(used) == 7


def test_the_direct_sound_of_real_rooms_is_not_late(data: Path) -> None:
    hiss = noise(48000)
    for recording in prepared(data / "noise" / "rir").recordings:
        for rate in (16000, 44100):
            drawn: Draws = {"impulse": recording.path, "impulse_digest": recording.digest, "wet": 1, "tail": "cut"}
            changed = heard(apply(Media(hiss, rate), drawn))
            # The direct sound may arrive upside down.
            assert 0 in {delay(hiss, changed), delay(hiss, -changed)}, recording.path


def test_a_room_at_another_rate(tmp_path: Path) -> None:
    room = np.zeros((4410, 1), np.float32)
    room[441], room[441 + 2205] = 0.9, 0.45
    soundfile.write(tmp_path / "room.wav", room, 44100, "FLOAT")
    click = np.zeros((16000, 1), np.float32)
    click[100] = 0.5
    media = Media(click, 16000)
    found = np.abs(heard(apply(media, draw(prepared(tmp_path, tail="keep"), media, np.random.default_rng(0)))))
    assert len(found) == pytest.approx(16000 + 0.09 * 16000, abs=1)
    assert found[:, 0].argmax() == 100
    assert found[500:, 0].argmax() + 500 == 100 + 800


@pytest.mark.parametrize(
    ("samples", "room"),
    [(np.zeros((100, 1), np.float32), impulse(1)), (tone(440, 0.1), impulse(0, 0))],
    ids=["sound", "room"],
)
def test_silence_is_rejected(samples: Sound, room: Sound) -> None:
    with pytest.raises(RejectedError, match="is silent"):
        in_room(samples, room)


def test_identity_is_of_contents(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", impulse(1, 0.5), 16000)
    before = prepare(Settings(folder=str(tmp_path)))
    (tmp_path / "a.wav").rename(tmp_path / "b.wav")
    after = prepare(Settings(folder=str(tmp_path)))
    assert before.identity == after.identity
    assert prepare(Settings(folder=str(tmp_path), tail="keep")).identity != before.identity
