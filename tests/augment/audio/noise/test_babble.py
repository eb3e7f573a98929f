"""Several voices behind the sound: other speakers, training samples only, an exact ratio."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec import ValidationError, convert

from augment.audio.noise.babble import Settings, Voices, apply, draw, prepare, prepare_from_set, spoken
from augment.audio.noise.noise_segments import heard_of
from augment.audio.noise.recordings import find_recordings
from augment.operations.media import Media, RejectedError, SetSample
from tests.augment.audio.sounds import heard, noise, power_db, silence, tone

RATE = 16000
SPEAKERS = ("ada", "ben", "cleo", "dan")


@pytest.fixture
def samples(tmp_path: Path) -> list[SetSample]:
    """Three recordings of each of four speakers: a tone for each speaker, with silence before and behind."""
    for number, speaker in enumerate(SPEAKERS):
        for take in range(3):
            sound = np.concatenate([silence(0.2), tone(300 * (number + 1) + take, 0.4), silence(0.3)])
            soundfile.write(tmp_path / f"{speaker}_{take}.wav", sound, RATE)
    found = find_recordings(str(tmp_path), "test").recordings
    return [
        SetSample(Path(one.path).name, one.path, one.digest, (f"speaker={Path(one.path).name.partition('_')[0]}", "x"))
        for one in found
    ]


def voices(samples: list[SetSample], **settings: object) -> Voices:
    return prepare_from_set(convert(settings, Settings), samples).settings


def test_never_the_speaker_of_the_sound_itself(samples: list[SetSample]) -> None:
    settings = voices(samples, speakers=[1, 3])
    met: set[str] = set()
    for seed in range(40):
        source = samples[seed % len(samples)]
        media = Media(tone(440, 1), RATE, source=source)
        drawn = draw(settings, media, np.random.default_rng(seed))
        own = source.path.partition("_")[0]
        talking = [{Path(path).name.partition("_")[0] for path in voice["recordings"]} for voice in drawn["voices"]]
        assert 1 <= len(talking) <= 3
        assert all(len(one) == 1 for one in talking)
        assert len(set.union(*talking)) == len(talking)
        assert own not in set.union(*talking)
        met |= set.union(*talking)
        assert drawn["voices"][0]["level_db"] == 0
        assert all(-10 <= voice["level_db"] <= 0 for voice in drawn["voices"])
    assert met == set(SPEAKERS)


def test_the_ratio_is_exact(samples: list[SetSample]) -> None:
    media = Media(tone(440, 2, channels=2, amplitude=0.2), RATE, source=samples[0])
    drawn = draw(voices(samples, snr_db=3), media, np.random.default_rng(0))
    made = apply(media, drawn)
    added = heard(made) / made.noted["scale"] - media.samples
    assert power_db(media.samples) - power_db(added) == pytest.approx(3, abs=0.01)
    np.testing.assert_allclose(added[:, 0], added[:, 1], atol=1e-6)
    # Three others, and nothing but them: a line for each of them, none where the fourth would be.
    lines = np.abs(np.fft.rfft(added[:, 0] * np.hanning(len(added))))
    own = SPEAKERS.index(samples[0].path.partition("_")[0])
    near = [lines[2 * (300 * (number + 1) - 5) : 2 * (300 * (number + 1) + 8)].max() for number in range(4)]
    assert max(near[own], 1e-9) < 0.02 * min(one for number, one in enumerate(near) if number != own)


def test_voices_talk_without_the_silence_around_them(samples: list[SetSample]) -> None:
    piece = heard_of(samples[0].file, samples[0].digest, RATE, 10 * RATE)
    assert len(piece) / RATE == pytest.approx(0.4, abs=0.051)
    talk = spoken(
        {"recordings": [samples[0].file], "digests": [samples[0].digest], "level_db": -6, "offset": 0.5}, 3 * RATE, RATE
    )
    assert talk.shape == (3 * RATE, 1)
    assert talk.dtype == np.float32
    assert power_db(talk) == pytest.approx(-26, abs=0.01)
    frames = np.square(talk[:, 0]).reshape(-1, 1600).mean(axis=1)
    assert frames.min() > 0.2 * frames.mean()


def test_speakers_that_are_not_known_are_said(samples: list[SetSample]) -> None:
    found = prepare_from_set(Settings(group="voice"), samples)
    assert len(found.settings.voices) == 12
    assert len(found.notes) == 1
    assert "no training sample has a speaker by group 'voice'" in found.notes[0]
    media = Media(tone(440, 1), RATE, source=samples[2])
    for seed in range(20):
        drawn = draw(found.settings, media, np.random.default_rng(seed))
        assert samples[2].digest not in [digest for voice in drawn["voices"] for digest in voice["digests"]]


def test_a_pattern_of_names_makes_speakers_too(samples: list[SetSample]) -> None:
    untagged = [sample._replace(tags=()) for sample in samples]
    found = prepare_from_set(Settings(group="{speaker}_{}"), untagged)
    assert {voice.name for voice in found.settings.voices} == set(SPEAKERS)
    assert found.notes == ()


def test_few_speakers(samples: list[SetSample]) -> None:
    two = [sample for sample in samples if sample.path.startswith(("ada", "ben"))]
    found = prepare_from_set(Settings(), two)
    assert found.notes == ("babble: the set has 2 speakers, so that at most 1 talk behind another",)
    ada = [sample for sample in two if sample.path.startswith("ada")]
    with pytest.raises(RejectedError, match="nobody else"):
        draw(voices(ada), Media(tone(440, 1), RATE, source=ada[0]), np.random.default_rng(0))


def test_names_and_folders_do_not_change_what_is_drawn(samples: list[SetSample]) -> None:
    moved = [one._replace(path=f"deep/{one.path}", file=f"/elsewhere/{one.path}") for one in reversed(samples)]
    first, second = (
        prepare_from_set(Settings(), samples),
        prepare_from_set(Settings(), sorted(moved, key=lambda one: one.digest)),
    )
    assert first.identity == second.identity
    media = Media(tone(440, 1), RATE, source=samples[0])
    drawn = [draw(one.settings, media, np.random.default_rng(4)) for one in (first, second)]
    assert [voice["digests"] for voice in drawn[0]["voices"]] == [voice["digests"] for voice in drawn[1]["voices"]]
    assert prepare_from_set(Settings(), samples[1:]).identity != first.identity


def test_a_folder_of_speech(tmp_path: Path) -> None:
    for number in range(3):
        soundfile.write(tmp_path / f"{number}.wav", noise(RATE * 90, seed=number), RATE)
    settings = prepare(Settings(folder=str(tmp_path), speakers=3)).settings
    assert isinstance(settings, Voices)
    media = Media(tone(440, 1), RATE)
    drawn = draw(settings, media, np.random.default_rng(0))
    assert len(drawn["voices"]) == 3
    assert apply(media, drawn).array.shape == (RATE, 1)


@pytest.mark.parametrize("wrong", [{"speakers": 0}, {"speakers": [4, 2]}, {"group": "{}"}, {"spread_db": -1}], ids=str)
def test_limits(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        convert(wrong, Settings)


def test_voices_that_are_missing_are_noted(tmp_path: Path) -> None:
    for number in range(2):
        soundfile.write(tmp_path / f"{number}.wav", noise(RATE, seed=number), RATE)
    settings = prepare(Settings(folder=str(tmp_path), speakers=5)).settings
    assert isinstance(settings, Voices)
    media = Media(tone(440, 1), RATE)
    drawn = draw(settings, media, np.random.default_rng(0))
    assert apply(media, drawn).noted["missed"] == {"speakers": {"by": -3, "why": "there are no more others"}}
    assert "missed" not in apply(media, {**drawn, "speakers": 2}).noted
