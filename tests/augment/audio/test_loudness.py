"""`loudness`: EBU Tech 3341's signals come out as loud as is asked, and the true-peak limit holds."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from msgspec import ValidationError, convert

from augment.audio.loudness import Settings, apply, draw
from augment.operations.media import Media, RejectedError
from curate.facts.loudness import loudness_lufs
from tests.augment.audio.sounds import Sound, heard, noise, silence, tone
from tests.soak import some

RATES = (48000, 44100, 16000)


def made_loud(samples: Sound, rate: int, **parameters: Any) -> Media:
    media = Media(samples, rate)
    return apply(media, draw(convert(parameters, Settings), media, np.random.default_rng(0)))


def measured(media: Media) -> float:
    return loudness_lufs(heard(media), media.sample_rate or 0)


def stereo(rate: int, *parts: tuple[float, float]) -> Sound:
    return np.concatenate([tone(1000, seconds, rate, 10 ** (dbfs / 20), channels=2) for dbfs, seconds in parts])


EBU_3341 = [
    pytest.param([(-23, 20)], -23.0, id="case-1"),
    pytest.param([(-33, 20)], -33.0, id="case-2"),
    pytest.param([(-36, 10), (-23, 60), (-36, 10)], -23.0, id="case-3"),
    pytest.param([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0, id="case-4"),
    pytest.param([(-26, 20), (-20, 20.1), (-26, 20)], -23.0, id="case-5"),
]


@pytest.mark.slow
@pytest.mark.parametrize("rate", some(RATES, 1))
@pytest.mark.parametrize(("parts", "known"), EBU_3341)
def test_ebu_3341(parts: list[tuple[float, float]], known: float, rate: int) -> None:
    changed = made_loud(stereo(rate, *parts), rate, lufs=-30)
    assert changed.noted["gain_db"] == pytest.approx(-30 - known, abs=0.1)
    assert measured(changed) == pytest.approx(-30, abs=0.1)
    assert changed.array.dtype == np.float32


@pytest.mark.parametrize("rate", RATES)
def test_ebu_3341_case_6(rate: int) -> None:
    levels = (-28, -28, -24, -30, -30)
    surround = np.concatenate([tone(1000, 20, rate, 10 ** (dbfs / 20)) for dbfs in levels], axis=1)
    assert made_loud(surround, rate, lufs=-23).noted["gain_db"] == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("seconds", [0.0005, 0.05, 0.2, 0.399, 0.4, 3])
def test_short_clips(seconds: float) -> None:
    changed = made_loud(tone(997, seconds), 16000, lufs=-20, max_true_peak_dbtp=None)
    assert measured(changed) == pytest.approx(-20, abs=0.1)


def test_a_quiet_recording_ends_as_loud_as_the_others() -> None:
    # Most of it is just under the gate of -70 LUFS, and not any more when it is louder.
    quiet = np.concatenate([noise(16000, level=0.00045), noise(160000, level=0.00022, seed=1)])
    assert loudness_lufs(quiet[16000:], 16000) == -70
    assert measured(made_loud(quiet, 16000)) == pytest.approx(-23, abs=0.1)


def test_real_clips_and_the_limit_by_another_meter(data: Path) -> None:
    limited = 0
    for path in [*sorted((data / "fsdd").rglob("*.wav"))[::20], *sorted((data / "voice_prompts").rglob("*.wav"))[::40]]:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        try:
            changed = made_loud(samples, rate, lufs=-16, max_true_peak_dbtp=-1)
        except RejectedError:
            assert "silence" in str(path)
            continue
        silent = np.zeros((200, samples.shape[1]), np.float32)
        finely = soxr.resample(np.concatenate([silent, changed.array, silent]), 1, 16, quality="VHQ")
        peak_dbtp = 20 * np.log10(np.abs(finely).max())
        assert peak_dbtp <= -0.9, path.name
        if missed := changed.noted.get("missed"):
            limited += 1
            assert measured(changed) - -16 == pytest.approx(missed["lufs"]["by"], abs=0.1), path.name
            assert peak_dbtp >= -1.2, path.name
        else:
            assert measured(changed) == pytest.approx(-16, abs=0.1), path.name
    assert limited > 10


def test_the_limit_lowers_the_gain_and_nothing_else() -> None:
    click = noise(16000, level=0.01)
    click[8000] = 0.9
    changed = made_loud(click, 16000, lufs=-10, max_true_peak_dbtp=-3)
    found = measured(changed)
    assert changed.noted["missed"]["lufs"]["by"] == pytest.approx(found - -10, abs=0.05)
    assert changed.noted["missed"]["lufs"]["why"] == "the true peak may not pass its limit"
    np.testing.assert_allclose(changed.array / click, 10 ** (changed.noted["gain_db"] / 20), rtol=1e-5)
    assert np.abs(changed.array).max() <= 10 ** (-3 / 20)
    free = made_loud(click, 16000, lufs=-10, max_true_peak_dbtp=None)
    assert "missed" not in free.noted
    assert np.abs(free.array).max() > 1


@pytest.mark.parametrize("samples", [silence(1), tone(440, 1, amplitude=1e-5)], ids=["digital", "under-the-gate"])
def test_silence_is_rejected(samples: Sound) -> None:
    with pytest.raises(RejectedError, match="it is silent: nothing is over -70 LUFS"):
        made_loud(samples, 16000)


def test_one_impossible_sample_is_named_and_turns_nothing_down() -> None:
    samples = tone(440, 1, amplitude=0.1)
    samples[5] = 17000.0
    with pytest.raises(RejectedError, match="a peak of 85 dBFS is no sound"):
        made_loud(samples, 16000)


def test_limits() -> None:
    with pytest.raises(ValidationError, match="max_true_peak_dbtp: 1 is above 0"):
        convert({"max_true_peak_dbtp": 1}, Settings)
