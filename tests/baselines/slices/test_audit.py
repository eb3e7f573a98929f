"""The audit: pairs that are confused, and the most confident mistakes."""

from pathlib import Path

import msgspec
import pytest

from baselines.data.predictions import Prediction
from baselines.metrics.metrics import measure
from baselines.metrics.significance import wilson
from baselines.runs.run_folder import write_predictions
from baselines.slices.audit import Confused, Mistake, audit, audit_run, likely_label_errors
from curate.ground.errors import InputError

SIX = [
    Prediction("1", "a", "b", 0.7, ("dark",), kind="image"),
    Prediction("2", "a", "b"),
    Prediction("3", "a", "a", 0.99),
    Prediction("4", "z", "c", 0.9),
    Prediction("5", "c", "a", 0.9),
    Prediction("6", "c", "c", 0.1),
]


def test_it_holds_the_metrics_and_more() -> None:
    found = msgspec.to_builtins(audit(SIX))
    assert msgspec.to_builtins(measure(SIX)).items() <= found.items()
    assert (found["wrong"], found["interval"]) == (4, wilson(2, 6))


def test_pairs_of_classes_by_number_then_share_then_name() -> None:
    assert audit(SIX).confused == (Confused("a", "b", 2, 2 / 3), Confused("z", "c", 1, 1.0), Confused("c", "a", 1, 0.5))


def test_the_most_confident_mistakes_come_first_and_those_without_confidence_last() -> None:
    found = audit(SIX)
    assert [mistake.path for mistake in found.mistakes] == ["4", "5", "1", "2"]
    assert found.mistakes[2] == Mistake("1", "a", "b", 0.7, ("dark",), "image")
    doubtful = Prediction("9", "a", "b", 0.0)
    assert [mistake.path for mistake in audit([*SIX, doubtful]).mistakes] == ["4", "5", "1", "9", "2"]
    assert [mistake.path for mistake in audit(SIX, mistakes=2).mistakes] == ["4", "5"]
    assert (audit(SIX, mistakes=0).mistakes, audit(SIX, mistakes=0).wrong) == ((), 4)


def test_labels_that_the_model_finds_unlikely_come_first() -> None:
    surest = Prediction("1", "a", "b", 0.6, probabilities={"a": 0.4, "b": 0.6, "c": 0.0})
    third = Prediction("2", "a", "b", 0.5, probabilities={"a": 0.05, "b": 0.5, "c": 0.45})
    unnamed = Prediction("3", "z", "b", 0.5, probabilities={"b": 0.5, "c": 0.5})
    right = Prediction("4", "b", "b", 0.5, probabilities={"b": 0.5, "c": 0.5})
    # By the confidence in another class the first would be the first.
    found = audit([surest, third, right, SIX[0], unnamed])
    assert [one.path for one in found.mistakes] == ["3", "2", "1", "1"]
    assert [one.label_probability for one in found.mistakes] == [0.0, 0.05, 0.4, None]
    assert (found.mistakes_by, audit(SIX).mistakes_by) == ("label probability", "confidence")
    assert likely_label_errors([surest, third, right]) == [third, surest]


def test_a_run(tmp_path: Path) -> None:
    write_predictions(str(tmp_path / "predictions.jsonl"), SIX)
    assert audit_run(str(tmp_path)) == audit(SIX)
    with pytest.raises(InputError, match="no run in"):
        audit_run(str(tmp_path / "gone"))
