"""The saved model of a run on other samples, line by line."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from baselines.data.labelled_samples import LabelledSample, LeftOut
from baselines.features.reading import Reading
from baselines.runs.run_folder import predictions_of_run, read_run
from baselines.runs.save_run import Clock, save_run
from baselines.training.options import TrainingOptions
from baselines.training.predict import PART, Predictor, predict_lines
from baselines.training.train import train
from curate.ground.errors import InputError, UsageError
from curate.ground.json import encode
from curate.records.reader import LineError
from tests.baselines.samples import stripes, tone, tones

READING = Reading(cache="", jobs=1)


def new_tones(folder: Path, count: int, **fields: Any) -> list[LabelledSample]:
    """Write tones that are not those of training."""
    return [
        tone(folder / f"{label}_{at}.wav", label, seed=900 + 10 * at + place, **fields)
        for place, label in enumerate(("low", "high"))
        for at in range(count)
    ]


@pytest.fixture
def run(tmp_path: Path) -> str:
    """Train on tones with a test split."""
    learned = tones(tmp_path / "a", 6, split="train")
    tested = new_tones(tmp_path / "b", 2, split="test")
    options = TrainingOptions(model="logistic", reading=READING)
    result = train([*learned, *tested], options).result
    save_run(str(tmp_path / "run"), [], options.parameters(), [*learned, *tested], result, Clock())
    return str(tmp_path / "run")


def predicted(lines: list[bytes], run: str) -> tuple[list[dict[str, object]], LeftOut, Counter[str]]:
    left_out, counts = LeftOut(), Counter[str]()
    found = [json.loads(line) for line in predict_lines(lines, Predictor(run, READING), left_out, counts)]
    return found, left_out, counts


def test_it_says_of_the_tested_samples_what_the_run_says(tmp_path: Path, run: str) -> None:
    tested = new_tones(tmp_path / "b", 2)
    found, left_out, counts = predicted([encode(one) for one in tested], run)
    expected = [(one.prediction, one.confidence, one.probabilities) for one in predictions_of_run(run)]
    assert [(one["prediction"], one["confidence"], one["probabilities"]) for one in found] == expected
    assert counts == {"low": 2, "high": 2}
    assert not left_out.counts


def test_what_cannot_be_predicted_passes_without_old_predictions(tmp_path: Path, run: str) -> None:
    good = json.loads(encode(new_tones(tmp_path / "b", 1)[0]))
    picture = json.loads(encode(stripes(tmp_path / "p.png", "across", 0)))
    lines = [
        {**good, "path": "gone.wav", "prediction": "old", "confidence": 1.0, "probabilities": {"old": 1.0}},
        {**picture, "prediction": "old"},
        {**good, "findings": [{"check": "truncated", "severity": "error"}]},
        {**good, "theirs": {"prediction": 1}},
    ]
    found, left_out, _ = predicted([json.dumps(one).encode() for one in lines], run)
    assert [one.get("prediction") for one in found] == [None, None, None, "low"]
    assert "probabilities" not in found[0]
    assert found[3]["theirs"] == {"prediction": 1}
    assert left_out.counts == {"not of kind audio": 1, "with an error finding": 1, "unreadable": 1}


def test_lines_come_in_order_over_several_parts(tmp_path: Path, run: str) -> None:
    one = encode(new_tones(tmp_path / "b", 1)[0])
    bare = b'{"path": "x.txt", "n": %d}'
    lines = [bare % at for at in range(PART)] + [one] + [bare % at for at in range(PART, PART + 3)]
    found, left_out, _ = predicted(lines, run)
    assert [line.get("n") for line in found] == [*range(PART), None, *range(PART, PART + 3)]
    assert left_out.counts == {"not of kind audio": PART + 3}


def test_a_malformed_line_is_one(run: str) -> None:
    with pytest.raises(LineError):
        predicted([b"?"], run)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"features_version": 0}, UsageError, "has features of version 0"),
        ({"features": ("mel",)}, InputError, "takes 2,142 numbers a file, and its features have 1,600"),
        ({"features": ("mel", "mfcc", "level", "tags")}, UsageError, "learned from tags, which these files have not"),
        ({"labels": ("high",)}, InputError, "do not fit each other"),
        ({"temperature": 0.0}, InputError, "do not fit each other"),
        ({"features": ("smell",)}, InputError, "are unknown; train it again"),
    ],
    ids=["version", "fewer", "side data", "labels", "temperature", "unknown"],
)
def test_a_record_that_does_not_fit_is_refused(
    tmp_path: Path, run: str, change: dict[str, Any], error: type[Exception], message: str
) -> None:
    record = read_run(run)
    assert record.model is not None
    other = msgspec.structs.replace(record, model=msgspec.structs.replace(record.model, **change))
    (Path(run) / "run.json").write_bytes(encode(other))
    with pytest.raises(error, match=message):
        predicted([encode(new_tones(tmp_path / "b", 1)[0])], run)
