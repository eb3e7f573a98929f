"""`split_on_silence`: librosa's intervals to the sample, then pauses, clicks and padding."""

from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
import soundfile
from msgspec import convert

from augment.audio.silence import audible
from augment.audio.split_on_silence import Settings, apply_many, draw, intervals, merged, padded
from augment.operations.media import Media, RejectedError
from tests.augment.audio.sounds import Sound, noise, silence, tone


def split(samples: Sound, **parameters: Any) -> list[Media]:
    media = Media(samples, 16000)
    return apply_many(media, draw(convert(parameters, Settings), media, np.random.default_rng(0)))


def words(*pauses_s: float) -> Sound:
    parts = [silence(0.5)]
    for pause_s in pauses_s:
        parts += [tone(440, 0.5), silence(pause_s)]
    return np.concatenate(parts)


@pytest.mark.parametrize("top_db", [20, 40, 60])
def test_real_clips_like_librosa(data: Path, top_db: float) -> None:
    paths = [*sorted((data / "voice_prompts").rglob("*.wav"))[::10], *sorted((data / "fsdd").rglob("*.wav"))[::20]]
    for path in [*paths, data / "noise" / "background" / "stereo_noise.wav"]:
        samples = soundfile.read(path, dtype="float32", always_2d=True)[0]
        expected = librosa.effects.split(samples.T, top_db=top_db)
        assert intervals(audible(samples, top_db), 512, len(samples)) == [tuple(bounds) for bounds in expected], (
            path.name
        )


def test_a_sample_for_each_word_and_where_it_was() -> None:
    parts = split(words(0.5, 0.5, 0.5), padding_s=0)
    assert len(parts) == 3
    for at, part in enumerate(parts):
        assert part.noted["start_s"] == pytest.approx(0.5 + at, abs=0.1)
        assert part.noted["end_s"] == pytest.approx(1 + at, abs=0.1)
        assert len(part.array) == round((part.noted["end_s"] - part.noted["start_s"]) * 16000)
        assert part.sample_rate == 16000


def test_short_pauses_do_not_divide() -> None:
    assert len(split(words(0.5, 0.2, 0.5), min_silence_s=0.3)) == 2
    assert len(split(words(0.5, 0.2, 0.5), min_silence_s=0.05)) == 3


def test_clicks_are_left_out() -> None:
    click = silence(3)
    click[16000] = 0.5
    click[40000:46000] = tone(440, 0.375)
    assert len(split(click, min_duration_s=0)) == 2
    assert len(split(click, min_duration_s=0.3)) == 1
    with pytest.raises(RejectedError, match="no part lasts 2 s"):
        split(click, min_duration_s=2)


def test_silence_has_no_parts() -> None:
    with pytest.raises(RejectedError, match="no sound found"):
        split(silence(1))


@pytest.mark.parametrize(
    ("shortest", "expected"),
    [
        pytest.param(0, [(0, 10), (12, 20), (40, 50)], id="none"),
        pytest.param(3, [(0, 20), (40, 50)], id="first-pause"),
        pytest.param(20, [(0, 20), (40, 50)], id="as-long-as-the-second"),
        pytest.param(21, [(0, 50)], id="all"),
    ],
)
def test_merged(shortest: int, expected: list[tuple[int, int]]) -> None:
    assert merged([(0, 10), (12, 20), (40, 50)], shortest) == expected


@pytest.mark.parametrize(
    ("padding", "expected"),
    [
        pytest.param(0, [(5, 10), (20, 30)], id="none"),
        pytest.param(3, [(2, 13), (17, 33)], id="some"),
        pytest.param(50, [(0, 15), (15, 40)], id="never-over-the-middle"),
    ],
)
def test_padded(padding: int, expected: list[tuple[int, int]]) -> None:
    assert padded([(5, 10), (20, 30)], padding, 40) == expected


def test_words_behind_hiss_are_parted_over_the_floor() -> None:
    hissing = words(0.5, 0.5, 0.5) + noise(len(words(0.5, 0.5, 0.5)), level=0.005)
    assert len(split(hissing)) == 1
    parts = split(hissing, above_floor_db=6, padding_s=0)
    assert [round(part.noted["start_s"] - 0.5) for part in parts] == [0, 1, 2]
    with pytest.raises(RejectedError, match="no part lasts"):
        split(noise(4 * 16000), above_floor_db=6)
