"""What every operation on recordings keeps to: it is pure, its parameters are JSON, its results are recordings."""

import json
import pickle
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile

from augment.operations.media import Media, RejectedError
from augment.operations.registry import OPERATIONS, find
from augment.plan.slice_facts import FACTS
from tests.augment.audio.sounds import noise, tone

PARAMETERS: dict[str, dict[str, Any]] = {
    "babble": {"folder": "noises", "speakers": 2},
    "mix_noise": {"folder": "noises", "snr_db": [0, 10]},
    "reverb": {"folder": "noises"},
    "codec": {"format": ["mp3", "opus", "vorbis", "gsm610"]},
    "split_on_silence": {"min_duration_s": 0.01},
}

np.random.seed(0)
GLOBAL_STATE = np.random.randint(1 << 30)
"""What comes next from the global generator while nobody has used it since it was seeded with 0."""


@pytest.fixture
def noises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "noises").mkdir()
    for seed in range(3):
        soundfile.write(tmp_path / "noises" / f"{seed}.wav", noise(5000 * (seed + 1), seed=seed), 22050)
    monkeypatch.chdir(tmp_path)


def test_all_are_here() -> None:
    modules = {path.stem for path in Path(__file__).parent.rglob("test_*.py")}
    assert {f"test_{name}" for name in OPERATIONS["audio"]} <= modules


def test_those_that_change_facts_say_so() -> None:
    quiet = {name for name in OPERATIONS["audio"] if not find("audio", name).moves}
    assert quiet == {"channels"}
    for name in OPERATIONS["audio"]:
        settings = find("audio", name)
        for fact, move in settings.moves.items():
            assert fact in FACTS["audio"], f"{name} moves {fact}, which nothing is matched by"
            assert move.parameter is None or move.low < move.high


@pytest.mark.usefixtures("noises")
@pytest.mark.parametrize("rate", [1, 100, 384_000])
@pytest.mark.parametrize("name", OPERATIONS["audio"])
def test_any_sample_rate_is_taken_or_refused(name: str, rate: int) -> None:
    operation, media = find("audio", name), Media(noise(3000, 2), rate)
    settings = operation.prepare(operation.settings(PARAMETERS.get(name, {}))).settings
    with suppress(RejectedError):
        for made in operation.apply(media, operation.draw(settings, media, np.random.default_rng(5))):
            assert np.isfinite(made.array).all()


@pytest.mark.usefixtures("noises")
@pytest.mark.parametrize("rate", [8000, 44100])
@pytest.mark.parametrize(("frames", "channels"), [(3, 1), (3000, 1), (9000, 2)])
@pytest.mark.parametrize("name", OPERATIONS["audio"])
def test_pure_and_repeatable(name: str, frames: int, channels: int, rate: int) -> None:
    operation = find("audio", name)
    prepared = operation.prepare(operation.settings(PARAMETERS.get(name, {})))
    samples = (tone(440, 1, rate) + noise(rate))[:frames].repeat(channels, axis=1)
    media = Media(samples.copy(), rate, {"applied": True})
    drawn = operation.draw(prepared.settings, media, np.random.default_rng(5))
    assert operation.draw(prepared.settings, media, np.random.default_rng(5)) == drawn
    assert json.loads(json.dumps(drawn)) == drawn
    json.dumps(prepared.identity)
    assert pickle.loads(pickle.dumps(prepared.settings)) == prepared.settings
    np.random.seed(0)
    if name == "split_on_silence" and frames == 3:
        with pytest.raises(RejectedError, match="no part lasts"):
            operation.apply(media, drawn)
        return
    first, again = operation.apply(media, drawn), operation.apply(media, json.loads(json.dumps(drawn)))
    assert [one.array.tobytes() for one in first] == [one.array.tobytes() for one in again]
    np.testing.assert_array_equal(media.array, samples)
    assert np.random.randint(1 << 30) == GLOBAL_STATE
    for one in first:
        assert one.array.dtype == np.float32
        assert one.array.ndim == 2
        assert len(one.array) > 0
        assert np.isfinite(one.array).all()
        assert one.noted["applied"] is True
        json.dumps(one.noted)


AS_IT_IS = {"codec", "loudness", "peak", "time_mask"}
"""What an offset counts for: steps of a codec, the largest sample, zeros where nothing is sent, and the filter of
BS.1770, which hears it begin."""


@pytest.mark.usefixtures("noises")
@pytest.mark.parametrize("level", [0.3, 0.01], ids=["loud", "soft"])
@pytest.mark.parametrize("name", sorted({*OPERATIONS["audio"]} - AS_IT_IS))
def test_an_offset_changes_nothing_of_what_sounds(name: str, level: float) -> None:
    """No level is that of the offset, and no filter makes a click of where it begins and ends."""
    operation = find("audio", name)
    settings = operation.prepare(operation.settings(PARAMETERS.get(name, {}))).settings
    plain = (tone(440, 1) + noise(16000)) * np.float32(level)
    plain[:3200] *= np.float32(1e-2)
    plain -= plain.mean()
    made = []
    for samples in (plain, plain + np.float32(0.3)):
        media = Media(samples, 16000)
        one = operation.apply(media, operation.draw(settings, media, np.random.default_rng(5)))[0]
        made.append(np.float64(one.array) / one.noted.get("scale", 1))
    before, after = (one - one.mean(axis=0) for one in made)
    # soxr does not know that there was an offset before the start.
    inner = slice(200, -200) if name in {"speed", "resample"} else slice(None)
    assert np.abs(after[inner] - before[inner]).max() < 1e-3 * np.abs(before).max()


@pytest.mark.usefixtures("noises")
@pytest.mark.parametrize("name", OPERATIONS["audio"])
def test_one_sample_is_made_or_refused(name: str) -> None:
    operation, media = find("audio", name), Media(np.full((1, 1), 0.1, np.float32), 8000)
    settings = operation.prepare(operation.settings(PARAMETERS.get(name, {}))).settings
    with suppress(RejectedError):
        (made,) = operation.apply(media, operation.draw(settings, media, np.random.default_rng(5)))
        assert np.isfinite(made.array).all()


@pytest.mark.parametrize("name", OPERATIONS["audio"])
def test_documented(name: str) -> None:
    from typing import get_type_hints

    settings = find("audio", name).settings({"folder": "x"} if name in {"mix_noise", "reverb"} else {})
    assert (type(settings).__doc__ or "").strip().endswith(".")
    for hint in get_type_hints(type(settings), include_extras=True).values():
        assert hint.__metadata__[-1].description


@pytest.mark.parametrize("name", OPERATIONS["audio"])
def test_a_default_that_is_written_out_changes_nothing(name: str) -> None:
    operation = find("audio", name)
    needed = {"folder": "x"} if name in {"mix_noise", "reverb"} else {}
    settings = operation.settings(needed)
    again = operation.settings(json.loads(msgspec.json.encode(settings)))
    # 60 and 60.0 are the same number, but not the same bytes in a digest.
    assert msgspec.json.encode(again) == msgspec.json.encode(settings)
