"""The floor of a room: an exact ratio, a slope, a hum, and nothing of it the same in two samples."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import ValidationError, convert

from augment.audio.noise.noise_floor import Draws, Settings, apply, draw, room_tone
from augment.audio.room import room
from augment.operations.media import Media, RejectedError
from curate.facts.audio import measure_audio
from curate.facts.records import AudioFacts
from tests.augment.audio.sounds import power_db, silence, tone


@pytest.mark.parametrize("snr_db", [-5, 15, 30.5])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_ratio_is_exact(snr_db: float, channels: int) -> None:
    speech = tone(440, 1, channels=channels, amplitude=0.2)
    drawn: Draws = {"snr_db": snr_db, "slope_db_per_octave": -4, "hum_hz": 50, "hum_db": -6, "seed": 3}
    made = apply(Media(speech, 16000), drawn)
    added = made.array / made.noted["scale"] - speech
    assert made.array.dtype == np.float32
    assert power_db(speech) - power_db(added) == pytest.approx(snr_db, abs=0.02)


@pytest.mark.parametrize("slope", [0, -3, -6])
def test_the_slope(slope: float) -> None:
    floor = room_tone(16000 * 20, 1, 16000, slope, 0, 0, 1)[:, 0]
    power = np.abs(np.fft.rfft(floor)) ** 2
    hz = np.fft.rfftfreq(len(floor), 1 / 16000)
    octaves = [10 * np.log10(power[(hz > low) & (hz <= 2 * low)].mean()) for low in (100, 200, 400, 800, 1600, 3200)]
    assert np.diff(octaves) == pytest.approx(slope, abs=0.5)
    assert power_db(floor) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("hum_hz", [50, 60])
def test_the_hum(hum_hz: int) -> None:
    sounds = [room_tone(16000 * 4, 2, 16000, -3, mains, -6, 1) for mains in (0, hum_hz)]
    hum = sounds[1] - sounds[0]
    np.testing.assert_allclose(hum[:, 0], hum[:, 1], atol=1e-6)
    assert power_db(hum) == pytest.approx(-6, abs=0.05)
    lines = np.abs(np.fft.rfft(hum[:, 0].astype(np.float64)))
    strongest = np.sort(np.argsort(lines)[-3:]) / 4
    assert strongest.tolist() == [hum_hz, 2 * hum_hz, 3 * hum_hz]


def test_what_is_drawn() -> None:
    media, generator = Media(tone(440, 1), 16000), np.random.default_rng(0)
    drawn = [draw(Settings(), media, generator) for _ in range(60)]
    assert {one["hum_hz"] for one in drawn} == {50, 60}
    assert len({one["seed"] for one in drawn}) == 60
    assert {draw(Settings(hum_hz=None), media, generator)["hum_hz"] for _ in range(9)} == {0}


def test_silence_is_rejected() -> None:
    with pytest.raises(RejectedError, match="silent"):
        apply(Media(silence(1), 16000), draw(Settings(), Media(silence(1), 16000), np.random.default_rng(0)))


@pytest.mark.parametrize("wrong", [{"hum_hz": 55}, {"hum_hz": []}, {"snr_db": [9, 3]}], ids=str)
def test_limits(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        convert(wrong, Settings)


def test_a_made_far_microphone_has_the_snr_of_a_real_one(data: Path) -> None:
    """A made room alone reads as quiet behind as its source; over a floor as a measured room with its noise reads."""
    before: list[float] = []
    alone: list[float] = []
    over: list[float] = []
    for path in sorted((data / "speech_commands").rglob("*.wav"))[::15]:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        media = Media(samples, rate)
        far = room.apply(media, room.draw(room.Settings(), media, np.random.default_rng(1)))
        noisy = apply(far, draw(Settings(snr_db=20), media, np.random.default_rng(1)))
        for found, made in ((before, media), (alone, far), (over, noisy)):
            found.append(measure_audio(made.samples, AudioFacts(sample_rate=rate)).snr_db or 0.0)
    assert np.median(over) < np.median(alone) - 3
    assert np.median(over) == pytest.approx(20, abs=3)
    assert max(over) < 24
