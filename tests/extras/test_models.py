"""Models that extras bring along: what they are worth on real recordings and photos."""

import json
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
