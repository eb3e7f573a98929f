"""Predictions that came from elsewhere."""

from pathlib import Path

import pytest

from baselines.data.predictions import describe_file, read_external_predictions
from curate.ground.errors import InputError


def test_both_formats_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("prediction,path,confidence,extra\nx,a.wav,0.5,1\n7,b.wav,,2\n")
    (tmp_path / "a.jsonl").write_text(
        '{"path": "a.wav", "prediction": "x", "confidence": 0.5}\n\n{"path": "b.wav", "prediction": 7}\n'
    )
    table, lines = (read_external_predictions(str(tmp_path / name)) for name in ("a.csv", "a.jsonl"))
    assert {path: found[:2] for path, found in table.items()} == {"a.wav": ("x", 0.5), "b.wav": ("7", None)}
    assert {path: found[:2] for path, found in lines.items()} == {"a.wav": ("x", 0.5), "b.wav": ("7", None)}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("p.csv", "path,prediction,confidence\na,x,nan\n", "p.csv:2: confidence nan is not within 0 to 1"),
        ("p.csv", "path,prediction,confidence\na,x,95\n", "p.csv:2: confidence 95 is not within 0 to 1"),
        ("p.csv", "path,prediction,confidence\na,x,high\n", "p.csv:2: confidence high is not within"),
        ("p.csv", "path,prediction\na,x\na,y\n", "p.csv:3: a has a prediction in line 2 already; keep one"),
        ("p.csv", "path,prediction\na,\n", "p.csv:2: prediction is missing"),
        ("p.csv", "path,predicted\na,x\n", "p.csv has no column 'prediction' (did you mean 'predicted'?)"),
        ("p.jsonl", '{"path": "a", "prediction": "x", "confidence": NaN}', "p.jsonl:1: confidence nan is not within"),
        ("p.jsonl", '{"path": "a"}', "p.jsonl:1: prediction is missing"),
        ("p.jsonl", '{"path": ["a"], "prediction": "x"}', "p.jsonl:1: path is no text"),
        ("p.jsonl", '{"path": "a", "prediction": true}', "p.jsonl:1: prediction is no text"),
        ("p.jsonl", '{"path": "a", "prediction": "x", "confidence": {}}', "p.jsonl:1: confidence {} is not within"),
        ("p.jsonl", "[1]", "p.jsonl:1: has to be an object with path and prediction"),
        ("p.jsonl", "{", "p.jsonl:1: no JSON"),
        ("p.jsonl", "", "p.jsonl has no predictions"),
        ("p.txt", "", "p.txt as predictions: it has to end in .csv or .jsonl"),
    ],
)
def test_what_is_malformed_is_named_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError) as caught:
        read_external_predictions(name)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["gone.csv", "gone.jsonl"])
def test_a_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=f"cannot read {name}: No such file or directory"):
        read_external_predictions(name)


def test_the_record_names_the_file_and_its_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.csv").write_text("")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert describe_file("p.csv") == f"p.csv sha256:{empty}"
