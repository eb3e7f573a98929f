"""Candidates and confirmation over real recordings and copies of them: every copy is found, nothing else is."""

import os
from collections.abc import Callable
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import soundfile

from curate.duplicates.audio.alignment import align
from curate.duplicates.audio.fingerprint_candidates import near_fingerprints
from curate.duplicates.audio.match import AudioMatch, compare, listen
from curate.duplicates.audio.pairs import confirm_pairs
from curate.facts.fingerprint import fingerprint
from curate.facts.spectrum import spectrum
from curate.media.audio import load_audio
from curate.media.sniff import format_of_name

soxr = pytest.importorskip("soxr", reason="resampling needs soxr")
DATA = os.environ.get("BURNISH_DATA", "")
pytestmark = pytest.mark.skipif(not DATA, reason="BURNISH_DATA does not name the folder with real data")

Found = list[tuple[Path, Path, AudioMatch]]


def search(paths: list[Path]) -> Found:
    keys = []
    for path in paths:
        samples, rate = load_audio(path.read_bytes())
        keys.append(fingerprint(spectrum(samples.mean(axis=1), rate).bands))
    pairs = [(paths[i], paths[j]) for i, j in near_fingerprints(keys)]
    matches = confirm_pairs([(str(one), str(other)) for one, other in pairs], jobs=2, speeds=False)
    return [(*pair, match) for pair, match in zip(pairs, matches, strict=True) if match.relation != "none"]


@cache
def recordings(folder: str) -> list[Path]:
    files = sorted(path for path in (Path(DATA) / folder).rglob("*") if path.is_file())
    kinds = {path: format_of_name(path.name) for path in files}
    return [path for path, kind in kinds.items() if kind is not None and kind.kind == "audio"]


@pytest.mark.parametrize("folder", ["fsdd", "speech_commands", "voice_prompts"])
def test_no_two_recordings_are_copies(folder: str) -> None:
    assert search(recordings(folder)) == []


def test_the_one_copy_among_noises() -> None:
    ((one, other, match),) = search(recordings("noise"))
    assert (one.name, other.name) == ("bg.wav", "bg_short.WAV")
    assert (match.relation, match.gain_db, match.shift_s, match.distance < 0.001) == ("near", 0, 0, True)


def test_takes_of_one_digit_are_not_copies() -> None:
    takes: dict[str, list[Path]] = {}
    for path in recordings("fsdd"):
        takes.setdefault(path.stem.rpartition("_")[0], []).append(path)
    assert len(takes) == 60
    matches = []
    for number, paths in enumerate(list(takes.values())[::3]):
        sounds = [listen(*load_audio(path.read_bytes())) for path in paths]
        # At other speeds, too, of one speaker and digit in seven: that takes 80 ms a pair.
        matches += [compare(one, other, speeds=number % 7 == 0) for one, other in combinations(sounds, 2)]
    assert {match.reason for match in matches} == {"different sounds", "too little of both lies together"}
    assert min(match.distance for match in matches) > 0.3


def test_silences_are_not_copies() -> None:
    sounds = [listen(*load_audio(path.read_bytes())) for path in recordings("voice_prompts/en/silence")]
    assert {compare(one, other).reason for one, other in combinations(sounds, 2)} == {"too quiet to be compared"}


def test_the_same_word_before_another_is_not_a_copy() -> None:
    """The prompts "accolade ouvrante" and "accolade fermante" share one recording of the first word."""
    folder = Path(DATA) / "voice_prompts/fr/letters"
    one, other = (listen(*load_audio((folder / name).read_bytes())) for name in ("ascii123.wav", "ascii125.wav"))
    match = compare(one, other)
    assert match.relation == "none"
    found = align(one.signal, other.signal)
    assert found is not None
    assert found.correlation > 0.7
    assert found.weakest < 0.1


def test_one_sound_in_15_encodings() -> None:
    """Exact: each of 24 and 32 bits in all its containers; the others were each dithered or coded anew."""
    sounds = {path.name[6:]: listen(*load_audio(path.read_bytes())) for path in recordings("wav_formats/cpython")}
    matches = {(one, other): compare(sounds[one], sounds[other]) for one, other in combinations(sounds, 2)}
    assert len(matches) == 105
    exact = {pair for pair, match in matches.items() if match.relation == "exact"}
    containers = [("aiff", "au"), ("aiff", "wav"), ("au", "wav")]
    assert exact == {(f"pcm{bits}.{one}", f"pcm{bits}.{other}") for bits in (24, 32) for one, other in containers}
    assert {match.relation for match in matches.values()} == {"exact", "near"}
    assert max(match.distance for match in matches.values()) < 0.003


def write(path: Path, samples: np.ndarray, rate: int, **options: object) -> None:
    soundfile.write(path, samples, rate, **({"subtype": "PCM_16"} | options))


MP3 = {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "CONSTANT", "compression_level": 0.65}
COPIES: dict[str, Callable[[Path, np.ndarray], None]] = {
    "gain.wav": lambda path, x: write(path, x / 2, 16000),
    "8k.wav": lambda path, x: write(path, soxr.resample(x, 16000, 8000), 8000),
    "vorbis.ogg": lambda path, x: write(path, x, 16000, subtype="VORBIS"),
    "64k.mp3": lambda path, x: write(path, x, 16000, **MP3),
    "later.wav": lambda path, x: write(path, np.concatenate((np.zeros(800), x))[: len(x)], 16000),
    "faster.wav": lambda path, x: write(path, soxr.resample(x, 16800, 16000), 16000),
}


def test_copies_of_words_are_found_and_nothing_else(tmp_path: Path) -> None:
    words = recordings("speech_commands")[::5]
    paths = list(words)
    for number, word in enumerate(words):
        for name, copy in COPIES.items():
            paths.append(tmp_path / f"{number}_{name}")
            copy(paths[-1], load_audio(word.read_bytes())[0][:, 0])
    source = {path: i if i < len(words) else int(path.name.split("_")[0]) for i, path in enumerate(paths)}
    found = search(paths)
    assert all(source[one] == source[other] for one, other, _ in found)
    recall = dict.fromkeys(COPIES, 0.0)
    for one, other, _ in found:
        if one in words:
            recall[other.name.partition("_")[2]] += 1 / len(words)
    assert recall.pop("faster.wav") == 0
    assert min(recall.values()) >= 0.95
