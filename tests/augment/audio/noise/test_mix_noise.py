"""`mix_noise`: the ratio is exact, whatever the lengths, rates and channels; nothing is ever NaN, nothing clips."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from msgspec import convert

from augment.audio.headroom import FULL_SCALE
from augment.audio.noise.mix_noise import Noises, Settings, apply, draw, mix, prepare
from augment.operations.media import Media, RejectedError
from curate.facts.offset import without_offset
from curate.ground.errors import InputError
from tests.augment.audio.sounds import Sound, heard, noise, power_db, silence, tone
from tests.soak import crossed


def prepared(folder: Path, **parameters: Any) -> Noises:
    settings: Noises = prepare(convert({"folder": str(folder), **parameters}, Settings)).settings
    return settings


def measured_snr(speech: Sound, mixed: Media) -> float:
    added = np.float64(mixed.array) / mixed.noted["scale"] - speech
    return power_db(without_offset(speech)[0]) - power_db(added)


def test_exact_values() -> None:
    speech, hiss = np.array([[0.4], [-0.4]], np.float32), np.array([[-0.1], [0.1]], np.float32)
    mixed, scale = mix(speech, hiss, 20)
    np.testing.assert_allclose(mixed, [[0.36], [-0.36]], rtol=1e-6)
    assert mixed.dtype == np.float32
    assert scale == 1


def test_a_mix_that_would_clip_is_scaled_as_a_whole() -> None:
    speech, hiss = np.array([[0.8], [-0.8]], np.float32), np.array([[0.1], [-0.1]], np.float32)
    mixed, scale = mix(speech, hiss, 0)
    np.testing.assert_allclose(mixed, [[FULL_SCALE], [-FULL_SCALE]], atol=1e-7)
    assert scale == pytest.approx(FULL_SCALE / 1.6)


@pytest.mark.parametrize("snr_db", [-20, 0, 7.3, 40])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_ratio_is_over_all_channels(snr_db: float, channels: int) -> None:
    speech = np.concatenate([tone(440, 1, amplitude=0.1 + 0.2 * at) for at in range(channels)], axis=1)
    mixed, scale = mix(speech, noise(16000, channels), snr_db)
    added = np.float64(mixed) / scale - speech
    assert power_db(speech) - power_db(added) == pytest.approx(snr_db, abs=0.01)


@pytest.mark.parametrize("of", ["speech", "noise", "both"])
def test_an_offset_is_no_signal_and_no_noise(of: str) -> None:
    speech, hiss = tone(440, 1, amplitude=0.05), noise(16000) * np.float32(0.1)
    askew = speech + np.float32(0.3 * (of != "noise")), hiss + np.float32(0.3 * (of != "speech"))
    mixed, scale = mix(*askew, 5)
    added = np.float64(mixed) / scale - askew[0]
    assert power_db(speech) - power_db(added - added.mean()) == pytest.approx(5, abs=0.01)
    assert abs(added.mean()) < 1e-3, "the speech keeps its own offset and gets no other"


def test_a_recording_of_nothing_but_an_offset_is_no_noise(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "dead.wav", np.full(16000, 0.2, np.float32), 16000)
    with pytest.raises(InputError, match="silent"):
        prepared(tmp_path)
    with pytest.raises(RejectedError, match="the sound is silent"):
        mix(np.full((16000, 1), 0.2, np.float32), noise(16000), 5)


def test_real_noises_to_real_speech(data: Path) -> None:
    settings = prepared(data / "noise" / "background", snr_db=[0, 20])
    assert len(settings.recordings) == 21
    generator = np.random.default_rng(0)
    used = set()
    for path in [*sorted((data / "fsdd").rglob("*.wav"))[::8], *sorted((data / "voice_prompts").rglob("*.wav"))[5::40]]:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
        media = Media(samples, rate)
        drawn = draw(settings, media, generator)
        if power_db(samples) < -70:
            with pytest.raises(RejectedError, match="the sound is silent"):
                apply(media, drawn)
            continue
        mixed = apply(media, drawn)
        used.add(drawn["noise"])
        assert mixed.array.shape == samples.shape
        assert np.abs(mixed.array).max() <= FULL_SCALE
        assert measured_snr(samples, mixed) == pytest.approx(drawn["snr_db"], abs=0.01)
    assert len(used) > 15


@pytest.mark.parametrize(
    ("frames", "noise_rate", "widths"),
    crossed([50, 4000, 30000, 400000], [16000, 44100, 8000], [(1, 1), (2, 1), (1, 2), (2, 2), (3, 2)]),
    ids=str,
)
def test_any_length_rate_and_channels(tmp_path: Path, frames: int, noise_rate: int, widths: tuple[int, int]) -> None:
    channels, noise_channels = widths
    soundfile.write(tmp_path / "noise.wav", noise(frames, noise_channels), noise_rate, "PCM_16")
    speech = tone(440, 1, channels=channels)
    media = Media(speech, 16000)
    drawn = draw(prepared(tmp_path, snr_db=3), media, np.random.default_rng(3))
    mixed = apply(media, drawn)
    assert mixed.array.shape == speech.shape
    assert measured_snr(speech, mixed) == pytest.approx(3, abs=0.01)


def test_stereo_noise_stays_stereo_and_is_its_mean_on_mono(tmp_path: Path) -> None:
    both = np.concatenate([noise(16000, seed=1), noise(16000, seed=2)], axis=1)
    soundfile.write(tmp_path / "noise.wav", both, 16000, "FLOAT")
    settings = prepared(tmp_path, snr_db=10)
    cases: list[tuple[int, Sound]] = [(2, both), (1, both.mean(axis=1, keepdims=True))]
    for channels, expected in cases:
        speech = tone(440, 1, channels=channels, amplitude=0.3)
        media = Media(speech, 16000)
        added = heard(apply(media, draw(settings, media, np.random.default_rng(0)))) - speech
        np.testing.assert_allclose(added / added.std(), expected / expected.std(), atol=1e-4)


@pytest.mark.parametrize(
    ("speech", "hiss", "reason"),
    [
        pytest.param(silence(1), noise(16000), "the sound is silent", id="speech"),
        pytest.param(tone(440, 1), silence(1), "the noise is silent where it was drawn", id="noise"),
        pytest.param(silence(1), silence(1), "the sound is silent", id="both"),
    ],
)
def test_silence_is_rejected(speech: Sound, hiss: Sound, reason: str) -> None:
    with pytest.raises(RejectedError, match=reason):
        mix(speech, hiss, 10)


def test_names_and_folders_do_not_change_what_is_drawn(tmp_path: Path) -> None:
    for folder, names in (("a", ["1.wav", "2.wav", "3.wav"]), ("b/deeper", ["z.wav", "y.wav", "x.wav"])):
        (tmp_path / folder).mkdir(parents=True)
        for seed, name in enumerate(names):
            soundfile.write(tmp_path / folder / name, noise(20000, seed=seed), 16000)
    media = Media(tone(440, 1), 16000)
    first, second = (prepare(Settings(folder=str(tmp_path / folder))) for folder in ("a", "b"))
    assert first.identity == second.identity
    assert str(tmp_path) not in str(first.identity)
    for seed in range(5):
        mixed = []
        for found in (first, second):
            drawn = draw(found.settings, media, np.random.default_rng(seed))
            mixed.append((apply(media, drawn).array.tobytes(), drawn | {"noise": ""}))
        assert mixed[0] == mixed[1]


def test_other_noises_are_another_identity(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "noise.wav", noise(2000), 16000)
    before = prepare(Settings(folder=str(tmp_path))).identity
    soundfile.write(tmp_path / "noise.wav", noise(2000, seed=1), 16000)
    assert prepare(Settings(folder=str(tmp_path))).identity != before


def test_every_moment_of_a_noise_is_drawn(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "noise.wav", noise(48000), 16000)
    settings, generator = prepared(tmp_path), np.random.default_rng(0)
    longer = [draw(settings, Media(tone(440, 1), 16000), generator)["offset_s"] for _ in range(100)]
    assert 0 <= min(longer) < 0.1
    assert 1.9 < max(longer) <= 2
    looped = [draw(settings, Media(tone(440, 4), 16000), generator)["offset_s"] for _ in range(100)]
    assert 2.9 < max(looped) <= 3


@pytest.mark.parametrize("quiet", [0.0, 1e-4], ids=["silent", "hiss"])
def test_a_noise_that_is_silent_after_a_second_is_heard_all_the_time(tmp_path: Path, quiet: float) -> None:
    recorded = np.concatenate([noise(16000), noise(144000, level=quiet)])
    soundfile.write(tmp_path / "noise.wav", recorded, 16000)
    settings = prepared(tmp_path, snr_db=6)
    for seed in range(48):
        media = Media(tone(440, 3), 16000)
        made = apply(media, draw(settings, media, np.random.default_rng(seed)))
        added = (heard(made) / made.noted["scale"] - media.samples)[:, 0]
        levels = np.square(added).reshape(-1, 1600).mean(axis=1)
        assert levels.min() > 0.3 * levels.mean()


def test_a_long_noise_is_drawn_where_it_sounds_too(tmp_path: Path) -> None:
    recorded = np.concatenate([noise(16000 * 2), np.zeros((16000 * 80, 1), np.float32), noise(16000 * 5, seed=1)])
    soundfile.write(tmp_path / "noise.wav", recorded, 16000, "FLOAT")
    settings = prepared(tmp_path)
    assert settings.recordings[0].sounding == ((0.0, 2.0), (82.0, 87.0))
    media = Media(tone(440, 1), 16000)
    drawn = [draw(settings, media, np.random.default_rng(seed)) for seed in range(60)]
    assert {tuple(one["part_s"]) for one in drawn} == {(0.0, 2.0), (82.0, 87.0)}
    for one in drawn:
        start = round(one["offset_s"] * 16000)
        made = apply(media, one)
        added = heard(made) / made.noted["scale"] - media.samples
        expected = recorded[start : start + 16000]
        np.testing.assert_allclose(added / added.std(), expected / expected.std(), atol=1e-3)


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^mix_noise: folder: .*/no does not exist$"):
        prepare(Settings(folder=str(tmp_path / "no")))


@pytest.mark.parametrize("quiet", [0.0, 1e-4], ids=["silent", "hiss"])
def test_a_noise_that_comes_and_goes_is_drawn_where_it_comes(tmp_path: Path, quiet: float) -> None:
    # A bark of 0.2 s each second: of 96 clips of 0.4 s, 32 lay in a pause and were rejected, or were its hiss alone.
    barks = np.tile(np.concatenate([noise(3200), noise(12800, level=quiet)]), (10, 1))
    soundfile.write(tmp_path / "noise.wav", barks, 16000, "FLOAT")
    settings, media = prepared(tmp_path, snr_db=10), Media(tone(440, 0.4), 16000)
    starts = set()
    for seed in range(48):
        drawn = draw(settings, media, np.random.default_rng(seed))
        starts.add(round(drawn["offset_s"]))
        made = apply(media, drawn)
        added = (heard(made) / made.noted["scale"] - media.samples)[:, 0]
        levels = np.square(added).reshape(-1, 400).mean(axis=1)
        # The share that is heard in all of it is a fifth.
        assert (levels > 1e-3 * levels.max()).mean() >= 0.8 * 0.2
        assert np.square(added).max() < 100 * np.square(added).mean()
    assert len(starts) > 6, "barks are drawn from all of the recording"
