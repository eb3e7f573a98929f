"""Metrics: exact values of tiny sets, the skew example, and scikit-learn's figures."""

import random

import msgspec
import pytest

from baselines.data.predictions import Prediction
from baselines.metrics.metrics import MOST_IN_MATRIX, ClassMetrics, TagMetrics, class_metrics, measure
from baselines.metrics.significance import wilson
from curate.ground.errors import InputError
from tests.baselines.predicted import predicted

FOUR = [
    predicted("cat", "cat", "dark", "dark"),
    predicted("cat", "dog", "dark"),
    predicted("dog", "dog"),
    predicted("dog", "fox", "night=1"),
]


def test_the_figures_of_four_samples() -> None:
    found = measure(FOUR)
    assert (found.accuracy, found.samples, found.majority_accuracy) == (0.5, 4, 0.5)
    assert found.balanced_accuracy == 0.5, "fox has no samples, and so no recall"
    assert found.macro_f1 == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert found.per_class == {
        "cat": ClassMetrics(1.0, 0.5, 2 / 3, 2),
        "dog": ClassMetrics(0.5, 0.5, 0.5, 2),
        "fox": ClassMetrics(None, None, None, 0),
    }
    assert found.confusion.labels == ("cat", "dog", "fox")
    assert found.confusion.matrix == ((1, 1, 0), (0, 1, 1), (0, 0, 0))
    assert found.per_tag == {
        "dark": TagMetrics(2, 0.5, wilson(1, 2)),
        "night=1": TagMetrics(1, 0.0, wilson(0, 1)),
    }


def test_the_file_has_the_shape_that_scripts_rely_on() -> None:
    written = msgspec.json.decode(msgspec.json.encode(measure(FOUR)))
    assert list(written) == [
        "accuracy", "balanced_accuracy", "macro_f1", "majority_accuracy", "training_majority_accuracy",
        "interval", "groups", "effective_samples", "repeats", "samples",
        "per_class", "confusion", "per_tag",
    ]  # fmt: skip
    assert written["confusion"] == {"labels": ["cat", "dog", "fox"], "matrix": [[1, 1, 0], [0, 1, 1], [0, 0, 0]]}
    assert list(written["per_class"]["cat"]) == ["precision", "recall", "f1", "samples"]
    assert list(written["per_tag"]["dark"]) == [
        "samples",
        "accuracy",
        "interval",
        "groups",
        "effective_samples",
    ]


def test_skew() -> None:
    """TN 905 FN 18 FP 9 TP 68."""
    found = class_metrics(right=68, predicted=68 + 9, samples=68 + 18)
    shown = [round(100 * (share or 0), 1) for share in (found.precision, found.recall, found.f1)]
    assert shown == [88.3, 79.1, 83.4]


def test_the_figures_are_those_of_scikit_learn() -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    chance = random.Random(3)
    truth = [chance.choice("aaabbc") for _ in range(300)]
    guesses = [chance.choice([label, "a", "d"]) for label in truth]
    found = measure([predicted(*pair) for pair in zip(truth, guesses, strict=True)])
    assert found.accuracy == pytest.approx(sklearn.accuracy_score(truth, guesses))
    assert found.macro_f1 == pytest.approx(sklearn.f1_score(truth, guesses, average="macro"))
    assert [list(row) for row in found.confusion.matrix] == sklearn.confusion_matrix(truth, guesses).tolist()
    recalls = sklearn.recall_score(truth, guesses, average=None, labels=["a", "b", "c"])
    assert found.balanced_accuracy == pytest.approx(recalls.mean())


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param((0, 3, 0), ClassMetrics(None, None, None, 0), id="no test sample"),
        pytest.param((0, 0, 2), ClassMetrics(None, 0.0, 0.0, 2), id="never predicted"),
        pytest.param((0, 1, 2), ClassMetrics(0.0, 0.0, 0.0, 2), id="always wrong"),
    ],
)
def test_nothing_divided_by_nothing_is_no_zero(counts: tuple[int, int, int], expected: ClassMetrics) -> None:
    assert class_metrics(*counts) == expected


def test_the_majority_is_that_of_the_tested_samples() -> None:
    assert measure(FOUR[1:]).majority_accuracy == pytest.approx(2 / 3)


def test_nothing_is_an_error() -> None:
    with pytest.raises(InputError, match="no predictions"):
        measure([])


def test_of_more_classes_than_a_matrix_holds_what_occurs_is_listed() -> None:
    many = [Prediction(f"{number}", f"c{number:03}", f"c{number // 2:03}") for number in range(MOST_IN_MATRIX + 1)]
    listed = measure(many).confusion
    assert (listed.matrix, len(listed.counts)) == ((), MOST_IN_MATRIX + 1)
    assert listed.counts[:3] == ((0, 0, 1), (1, 0, 1), (2, 1, 1))
    fewer = measure(many[:-1]).confusion
    assert fewer.counts == ()
    assert tuple(fewer.cells()) == tuple(listed.cells())[:-1]
