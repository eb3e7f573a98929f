"""Models that extras bring along: what they are worth on real recordings and photos."""

import json
import shutil
from pathlib import Path

import pytest

from baselines.embeddings.packages import PACKAGES, weights_of
from tests.conftest import Burnish


def need(name: str) -> None:
    if weights_of(PACKAGES[name]) is None:
        pytest.skip(f"the extra `{PACKAGES[name].extra}` is not installed")


def accuracy_of(burnish: Burnish, folder: Path, *words: str) -> float:
    burnish("train", "set.jsonl", "--run", "run", "--no-cache", *words)
    return float(json.loads((folder / "run" / "metrics.json").read_text())["accuracy"])


def test_spoken_digits_by_new_speakers(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    need("speech")
    burnish("scan", str(data / "fsdd"), "--pattern", "{label}_{speaker}_{take}", "-o", "set.jsonl")
    said = burnish("embed", "set.jsonl", "--package", "speech", "-o", "e.npz", "--no-cache").stderr
    assert "600 vectors of 96 numbers" in said
    by_speaker = ("--group", "speaker", "--feature")
    assert accuracy_of(burnish, tmp_path, *by_speaker, "embedding:e.npz") >= 0.95
    assert accuracy_of(burnish, tmp_path, *by_speaker, "auto", "--feature", "embedding:e.npz") >= 0.95


def test_clothes(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    need("photos")
    burnish("scan", str(data / "clothing"), "-o", "set.jsonl")
    burnish("embed", "set.jsonl", "--package", "photos", "-o", "e.npz", "--no-cache")
    assert accuracy_of(burnish, tmp_path, "--feature", "embedding:e.npz") >= 0.80
    assert accuracy_of(burnish, tmp_path, "--feature", "auto", "--feature", "embedding:e.npz") >= 0.80


def test_an_installed_embedding_is_chosen_and_held_without_a_file(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    need("speech")
    burnish("scan", str(data / "fsdd"), "--pattern", "{label}_{speaker}_{take}", "-o", "set.jsonl")
    cache = ("--cache", str(tmp_path / "kept"))
    burnish("train", "set.jsonl", "--run", "first", "--group", "speaker", "--feature", "auto", *cache)
    model = json.loads((tmp_path / "first" / "run.json").read_text())["model"]
    assert "package:speech" in model["features"]
    assert model["embeddings"][0].startswith("sha256:")
    assert list((tmp_path / "kept" / "embeddings").iterdir()), "vectors are kept in the folder that was named"
    burnish("train", "set.jsonl", "--run", "second", "--group", "speaker", "--like", "first", *cache)
    assert (tmp_path / "second" / "predictions.jsonl").read_bytes() == (
        tmp_path / "first" / "predictions.jsonl"
    ).read_bytes()
    said = burnish("slices", "first", "set.jsonl", *cache).stderr
    assert "embedding speech, which the run was trained with" in said


def test_a_file_that_is_gone_is_left_out(burnish: Burnish, tmp_path: Path, data: Path) -> None:
    need("speech")
    shutil.copytree(data / "fsdd", tmp_path / "fsdd")
    burnish("scan", "fsdd", "--pattern", "{label}_{speaker}_{take}", "-o", "set.jsonl")
    next(iter(sorted((tmp_path / "fsdd").rglob("3_theo_*.wav")))).unlink()
    said = burnish("train", "set.jsonl", "--run", "r", "--feature", "package:speech", "--no-cache").stderr
    assert "left out, unreadable: 1, such as fsdd/3/3_theo_0.wav" in said
