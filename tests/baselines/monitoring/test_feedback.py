"""Predictions and outcomes."""

import json
from pathlib import Path

import pytest

from baselines.monitoring.feedback import Joined, join, quantiles, read_outcomes
from curate.ground.errors import InputError, ManifestError

LOG: list[dict[str, object]] = [
    {"path": "a", "prediction": "x", "at": "2026-01-01T00:00:00Z", "theirs": {"deep": [1]}},
    {"path": "b", "prediction": "y", "label": "y", "at": "2026-01-02T00:00:00Z"},
    {"path": "c", "prediction": "x"},
]


def lines(log: list[dict[str, object]]) -> list[bytes]:
    return [json.dumps(one).encode() + b"\n" for one in log]


def outcomes(folder: Path, text: str, name: str = "o.csv") -> str:
    (folder / name).write_text(text)
    return str(folder / name)


def test_outcomes_become_labels_and_all_else_stays(tmp_path: Path) -> None:
    known = read_outcomes(outcomes(tmp_path, "path,label,at\na,x,2026-01-03\nb,x,2026-01-02\nz,x,\n"), "path", "at")
    joined = Joined()
    found = [(json.loads(line), labelled) for line, labelled in join(lines(LOG), known, "path", joined, time="at")]
    assert [labelled for _, labelled in found] == [True, True, False]
    assert found[0][0] == {**LOG[0], "label": "x", "outcome_at": "2026-01-03", "lag_s": 172800.0}
    assert found[2][0] == LOG[2]
    assert (joined.predictions, joined.labelled, joined.unlabelled, joined.unmatched, joined.changed) == (3, 2, 1, 1, 1)
    assert (joined.right, joined.judged, joined.lags, joined.early) == (1, 2, [172800.0, 0.0], 0)


def test_several_predictions_of_a_key_are_an_error_with_both_lines(tmp_path: Path) -> None:
    known = read_outcomes(outcomes(tmp_path, "path,label\na,x\n"), "path")
    with pytest.raises(ManifestError, match=r"log:4: path a has a prediction in line 1 already"):
        list(join(lines([*LOG, LOG[0]]), known, "path", Joined(), source="log"))


def test_outcomes_that_disagree_are_an_error_and_equal_ones_are_one(tmp_path: Path) -> None:
    assert len(read_outcomes(outcomes(tmp_path, "path,label\na,x\na,x\n"), "path")) == 1
    with pytest.raises(InputError, match=r"o\.csv:3: path a is 'y', and 'x' in line 2"):
        read_outcomes(outcomes(tmp_path, "path,label\na,x\na,y\n"), "path")


@pytest.mark.parametrize("key", ["digest", "order"])
def test_any_key(tmp_path: Path, key: str) -> None:
    known = read_outcomes(outcomes(tmp_path, f'{{"{key}": 7, "outcome": 3}}\n', "o.jsonl"), key)
    joined = Joined()
    made = [json.loads(line) for line, _ in join(lines([{"path": "a", key: 7}, {"path": "b"}]), known, key, joined)]
    assert made[0]["label"] == "3"
    assert joined.without_key == 1


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("path,label\na,\n", "o.csv", "it has no label"),
        ("path,label\n,x\n", "o.csv", "it has no path"),
        ("label\nx\n", "o.csv", "no column 'path'"),
        ("", "o.jsonl", "has no outcomes"),
        ("[1]\n", "o.jsonl", "has to be an object"),
        ("?\n", "o.jsonl", r"o\.jsonl:1: no JSON"),
        ('{"path": "a", "label": [1]}\n', "o.jsonl", "neither text nor a whole number"),
        ('{"path": "a", "label": "x", "at": "soon"}\n', "o.jsonl", "no time"),
    ],
)
def test_what_is_wrong_with_outcomes_is_said_with_its_line(tmp_path: Path, text: str, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_outcomes(outcomes(tmp_path, text, name), "path", "at")


def test_an_outcome_before_its_prediction_is_counted(tmp_path: Path) -> None:
    joined = Joined()
    known = read_outcomes(outcomes(tmp_path, "path,label,at\na,x,2025-12-31\n"), "path", "at")
    list(join(lines(LOG), known, "path", joined, time="at"))
    assert joined.early == 1


def test_quantiles_of_lags() -> None:
    assert quantiles([5, 1, 2, 3, 4]) == (3, 5, 5)
    assert quantiles([1]) == (1, 1, 1)
