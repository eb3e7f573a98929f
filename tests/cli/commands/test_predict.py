"""`burnish predict`: fields in the pipe, a summary, and refusals in one line."""

import json
from pathlib import Path

import pytest

from curate.ground.json import encode
from tests.baselines.samples import tones
from tests.conftest import Burnish


@pytest.fixture
def run(burnish: Burnish, tmp_path: Path) -> str:
    """Train on eight tones."""
    samples = tones(tmp_path / "a", 4)
    (tmp_path / "set.jsonl").write_bytes(b"".join(encode(one) + b"\n" for one in samples))
    burnish("train", "set.jsonl", "--run", "r", "--model", "logistic", "--folds", "2", "--no-cache")
    return "r"


def test_predictions_are_fields_that_evaluate_reads(burnish: Burnish, tmp_path: Path, run: str) -> None:
    result = burnish("predict", run, "set.jsonl", "--no-cache", "-o", "p.jsonl")
    assert "predicted 8 samples by r: low 4, high 4" in result.stderr
    first = json.loads((tmp_path / "p.jsonl").read_text().splitlines()[0])
    assert first["prediction"] == "low"
    assert sorted(first["probabilities"]) == ["high", "low"]
    assert first["confidence"] == max(first["probabilities"].values())
    burnish("evaluate", "set.jsonl", "--predictions", "p.jsonl", "--run", "again")
    metrics = json.loads((tmp_path / "again" / "metrics.json").read_text())
    assert metrics["accuracy"] == 1


def test_the_summary(burnish: Burnish, tmp_path: Path, run: str) -> None:
    line = (tmp_path / "set.jsonl").read_text().splitlines()[0]
    given = f'{line}\n{{"path": "x.png"}}\n'
    found = json.loads(burnish("predict", run, "--no-cache", "--json", "-q", stdin=given).stdout)
    assert found == {"run": "r", "samples": 1, "predictions": {"low": 1}, "left_out": {"not of kind audio": 1}}


def test_an_empty_manifest_and_a_malformed_line(burnish: Burnish, run: str) -> None:
    assert burnish("predict", run, stdin="").stdout == ""
    assert "<stdin>:2: not a sample" in burnish("predict", run, stdin='{"path": "a.png"}\n?\n', code=2).stderr


def test_a_tampered_model_is_one_line(burnish: Burnish, tmp_path: Path, run: str) -> None:
    file = tmp_path / run / "model.skops"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    error = burnish("predict", run, "set.jsonl", code=2).stderr
    assert (
        error == "burnish predict: r/model.skops is not the file that was written with this run; train again into r\n"
    )


def test_a_run_without_a_model(burnish: Burnish, tmp_path: Path, run: str) -> None:
    (tmp_path / "said.csv").write_text(f"path,prediction\n{tmp_path}/a/low_0.wav,low\n")
    burnish("evaluate", "set.jsonl", "--predictions", "said.csv", "--run", "foreign")
    assert "has no model: its predictions came from elsewhere" in burnish("predict", "foreign", stdin="", code=2).stderr
