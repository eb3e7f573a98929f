"""`burnish embed`, and `burnish train` on what it wrote."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from curate.embeddings.store import read_embeddings
from tests.baselines.embeddings.test_embed import mean_of_channels
from tests.conftest import Burnish


@pytest.fixture
def scanned(burnish: Burnish, tmp_path: Path) -> list[dict[str, str]]:
    """Plain red and plain blue pictures, dark and bright; one has a name that is not UTF-8."""
    from PIL import Image

    for number in range(24):
        place = tmp_path / "data" / ("red", "blue")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        level = 60 + 5 * number
        colour = (level, 20, number) if number % 2 == 0 else (number, 20, level)
        name = b"\xff %d.png" % number if number == 3 else b"%d.png" % number
        path = os.path.join(os.fsencode(place), name).decode("utf-8", "surrogateescape")
        Image.new("RGB", (32, 32), colour).save(path)
    burnish("scan", "data", "-o", "set.jsonl")
    mean_of_channels(tmp_path / "mean.onnx")
    return [json.loads(line) for line in (tmp_path / "set.jsonl").read_text().splitlines()]


def test_a_model_of_ones_own_and_a_baseline_on_it(
    burnish: Burnish, tmp_path: Path, scanned: list[dict[str, str]]
) -> None:
    said = burnish("embed", "set.jsonl", "--model", "mean.onnx", "-o", "e.npz", "--no-cache").stderr
    assert said == "24 vectors of 3 numbers by mean.onnx: e.npz\n"
    rows = read_embeddings(str(tmp_path / "e.npz")).rows([sample["digest"] for sample in scanned])
    red = np.array([sample["label"] == "red" for sample in scanned])
    assert ((rows[:, 0] > rows[:, 2]) == red).all()
    burnish("train", "set.jsonl", "--run", "alone", "--feature", "embedding:e.npz", "--no-cache")
    record = json.loads((tmp_path / "alone" / "run.json").read_text())
    assert record["model"]["features"] == ["embedding:e.npz"]
    assert json.loads((tmp_path / "alone" / "metrics.json").read_text())["accuracy"] == 1.0
    burnish("train", "set.jsonl", "--run", "auto", "--feature", "auto", "--feature", "embedding:e.npz", "--no-cache")
    trials = json.loads((tmp_path / "auto" / "run.json").read_text())["model"]["trials"]
    assert {trial["model"].partition(" on ")[2] for trial in trials} == {"base", "embedding", "base + embedding"}


def test_rows_of_another_manifest_are_counted(
    burnish: Burnish, tmp_path: Path, scanned: list[dict[str, str]], picture: Callable[..., Path]
) -> None:
    burnish("embed", "set.jsonl", "--model", "mean.onnx", "-o", "e.npz", "--no-cache")
    picture(tmp_path / "data" / "red" / "new.png")
    burnish("scan", "data", "-o", "more.jsonl")
    message = burnish("train", "more.jsonl", "--run", "r", "--feature", "embedding:e.npz", code=2).stderr
    assert message.count("\n") == 1
    assert "e.npz: 1 of 25 samples have no vector (data/red/new.png)" in message


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("-o e.npz", "which model? one of --package NAME, --model FILE, or --from FILE"),
        ("--package photos --model mean.onnx -o e.npz", "which model? one of"),
        ("--model mean.onnx", "where to? name the file"),
        ("--model none.onnx -o e.npz", "cannot read none.yaml"),
        ("--package phtos -o e.npz", "no embedding package is called 'phtos' (did you mean 'photos'?)"),
        ("--from set.jsonl -o e.npz", "vectors are read from .npz, .csv, .parquet"),
    ],
)
def test_wrong_calls_are_one_line(burnish: Burnish, scanned: list[dict[str, str]], words: str, message: str) -> None:
    said = burnish("embed", "set.jsonl", *words.split(), code=2).stderr
    assert said.startswith(f"burnish embed: {message}") or message in said
    assert said.count("\n") == 1
