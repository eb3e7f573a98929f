"""Logs of predictions, as strangers write them."""

from pathlib import Path

import pytest

from baselines.data.predictions import Prediction
from baselines.runs.prediction_log import LogFields, Logged, read_log, read_truth
from baselines.runs.run_folder import write_predictions
from curate.ground.errors import InputError


def test_json_lines_have_what_they_have(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(
        '{"path": "a.png", "prediction": "cat", "label": "dog", "confidence": 0.5, "time": "2026-03-01T12:00:00Z",'
        ' "tags": ["camera=north"]}\n\n'
        '{"path": "b.png", "prediction": 7, "time": 12.5, "tags": {"user": "ann"}}\n'
    )
    first, second = read_log(str(log), LogFields(group="user"))
    assert first == Logged("a.png", "cat", "dog", 0.5, 1772366400.0, ("camera=north",))
    assert second == Logged("b.png", "7", time=12.5, tags=("user=ann",), group="ann")


def test_csv_says_the_same(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("order,prediction,label,when,tags,tag:noise\n1,cat,,2026-03-01T12:00:00+01:00,a=b; c=d,car\n")
    (entry,) = read_log(str(log), LogFields("order", "when"))
    assert entry == Logged("1", "cat", time=1772362800.0, tags=("a=b", "c=d", "noise=car"))


def test_a_run_is_a_log(tmp_path: Path) -> None:
    write_predictions(str(tmp_path / "predictions.jsonl"), [Prediction("a.wav", "x", "y", 0.7, ("noise=car",))])
    assert read_log(str(tmp_path)) == [Logged("a.wav", "y", "x", 0.7, None, ("noise=car",))]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"path": "a"}', ":1: prediction is missing"),
        ('{"prediction": "a"}', ":1: path is missing"),
        ("[1]", ":1: has to be an object"),
        ("{", ":1: no JSON"),
        ('{"path": "a", "prediction": "x", "confidence": 87}', ":1: confidence 87 is not within 0 to 1"),
        ('{"path": "a", "prediction": "x", "time": "yesterday"}', ":1: time 'yesterday' is no time"),
        ('{"path": "a", "prediction": "x", "tags": [1]}', ":1: tags have to be a list of texts"),
        (
            '{"path": "a", "prediction": "x"}\n{"path": "a", "prediction": "y"}',
            ":2: path 'a' has a prediction in line 1",
        ),
        ("", "has no predictions"),
        ('{"path": "a", "prediction": "x", "tags": ["user=1", "user=2"]}', ":1: has 2 tags user="),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, problem: str) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text(text)
    with pytest.raises(InputError) as said:
        read_log(str(log), LogFields(group="user"))
    assert problem in str(said.value)


def test_truth_has_one_label_a_key(tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("path,label\na,x\nb,y\na,x\n")
    assert read_truth(str(truth)) == {"a": "x", "b": "y"}
    truth.write_text("path,label\na,x\na,y\n")
    with pytest.raises(InputError, match=":3: a is 'y' here and 'x' in an earlier line"):
        read_truth(str(truth))
