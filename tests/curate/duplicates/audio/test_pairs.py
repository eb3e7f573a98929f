"""Pairs of files are confirmed in order, whatever one of them does."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from curate.duplicates.audio import pairs as audio_pairs
from curate.duplicates.audio.match import Sound
from curate.duplicates.audio.pairs import confirm_pairs
from curate.duplicates.pairs import by_neighbourhood


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    noise = (3000 * np.random.default_rng(0).normal(size=(2, 8000))).astype(np.int16)
    paths = {name: str(tmp_path / name) for name in ("a.wav", "a.flac", "half.wav", "b.wav", "text.wav", "absent.wav")}
    soundfile.write(paths["a.wav"], noise[0], 16000, subtype="PCM_16")
    soundfile.write(paths["a.flac"], noise[0], 16000, subtype="PCM_16")
    soundfile.write(paths["half.wav"], noise[0] // 2, 16000, subtype="PCM_16")
    soundfile.write(paths["b.wav"], noise[1], 16000, subtype="PCM_16")
    Path(paths["text.wav"]).write_text("no sound")
    return paths


def test_verdicts_in_order(files: dict[str, str]) -> None:
    asked = [
        ("b.wav", "a.wav", "none"),
        ("text.wav", "a.wav", "none"),
        ("half.wav", "a.wav", "near"),
        ("a.wav", "absent.wav", "none"),
        ("a.wav", "a.flac", "exact"),
        ("a.flac", "half.wav", "near"),
    ]
    found = confirm_pairs([(files[one], files[other]) for one, other, _ in asked], jobs=2)
    assert [match.relation for match in found] == [relation for *_, relation in asked]
    assert found[2].gain_db == pytest.approx(6.02, abs=0.01)
    assert found[5].gain_db == pytest.approx(-6.02, abs=0.01)
    assert found[0].reason == "different sounds"
    assert found[1].reason.startswith(files["text.wav"])
    assert found[3].reason == f"{files['absent.wav']}: cannot be read: No such file or directory"


def test_no_pairs() -> None:
    assert confirm_pairs([]) == []


def test_each_file_is_decoded_once(files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    hear = audio_pairs._hear

    def counted(path: str) -> Sound | str:
        read.append(path)
        return hear(path)

    monkeypatch.setattr(audio_pairs, "_hear", counted)
    monkeypatch.setattr(audio_pairs, "_cache", type(audio_pairs._cache)())
    names = ["a.wav", "a.flac", "half.wav", "b.wav"]
    pairs = [(files[one], files[other]) for one in names for other in names if one < other]
    for place in by_neighbourhood(pairs):
        audio_pairs._confirm_files(pairs[place])
    assert sorted(read) == sorted(files[name] for name in names)


def test_the_cache_forgets(files: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audio_pairs, "_CACHE_BYTES", 1)
    monkeypatch.setattr(audio_pairs, "_cache", type(audio_pairs._cache)())
    for name in ("a.wav", "a.flac", "text.wav", "half.wav"):
        audio_pairs._heard(files[name])
    assert list(audio_pairs._cache) == [files["text.wav"], files["half.wav"]]
