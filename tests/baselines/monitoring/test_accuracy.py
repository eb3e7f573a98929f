"""Accuracy of a window against the reference, and what confidences promise."""

from collections.abc import Sequence

import numpy as np
import pytest

from baselines.metrics.calibration_error import calibration_error
from baselines.monitoring.accuracy import accuracy_parts, expected_accuracy, trusted
from curate.drift.rows import Rows
from tests.curate.drift.sets import photos


def said(right: int, samples: int, **columns: Sequence[object]) -> Rows:
    prediction = ["a"] * right + ["b"] * (samples - right)
    return photos([0.5] * samples, label=["a"] * samples, prediction=prediction, **columns)


def test_the_difference_to_the_reference_is_newcombes() -> None:
    (whole,) = accuracy_parts(said(48, 80), said(56, 70))
    assert (whole.name, whole.samples, whole.accuracy) == ("", 70, 0.8)
    assert whole.difference == pytest.approx(0.2)
    assert whole.difference_interval == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_tags_with_enough_have_a_part_and_a_small_reference_no_difference() -> None:
    tags = [("night",)] * 40 + [("fog",)] * 5 + [()] * 15
    parts = accuracy_parts(said(10, 20), said(30, 60, tags=tags))
    assert [(one.name, one.samples, one.accuracy) for one in parts] == [("", 60, 0.5), ("night", 40, 0.75)]
    assert parts[0].difference is None


def test_without_labels_there_is_no_accuracy() -> None:
    assert accuracy_parts(said(4, 5), photos([1, 1], prediction=["a", "b"])) == ()


def test_expected_accuracy_by_hand() -> None:
    found = expected_accuracy([0.9, 0.8, 0.7, 0.6])
    assert found.accuracy == pytest.approx(0.75)
    assert found.samples == 4
    assert found.sd == pytest.approx(0.209165, abs=5e-7)


def test_calibration_error_by_hand() -> None:
    confidence, right = np.array([0.95, 0.95, 0.55, 0.55]), np.array([True, False, True, False])
    # two bins of half the samples each: |.5 - .95| and |.5 - .55|
    assert calibration_error(confidence, right) == pytest.approx(0.25)
    assert calibration_error(np.array([1.0]), np.array([True])) == 0


@pytest.mark.parametrize(("sure", "words"), [(0.8, ""), (0.99, "calibration error is 0.190")])
def test_confidences_that_promise_too_much_are_refused(sure: float, words: str) -> None:
    doubt = trusted(said(80, 100, confidence=[sure] * 100))
    assert words in doubt
    assert bool(doubt) == bool(words)


def test_few_labelled_samples_are_no_reason_to_trust() -> None:
    assert "too few" in trusted(said(8, 10, confidence=[0.8] * 10))
