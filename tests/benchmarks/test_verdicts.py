"""The measures of confidence and verdicts, on figures that were counted by hand, and small runs of them."""

import numpy as np
import pytest

from baselines.metrics.calibration_error import calibration_error
from baselines.models.training_matrix import TrainingMatrix
from benchmarks.clusters import coverage, verdicts
from benchmarks.confidence import auroc
from benchmarks.equal_runs import draw


def test_auroc_by_hand() -> None:
    right = np.array([True, True, False, False])
    assert auroc(np.array([0.9, 0.8, 0.2, 0.1]), right) == 1
    assert auroc(np.array([0.9, 0.2, 0.8, 0.1]), right) == 0.75
    assert auroc(np.full(4, 0.5), right) == 0.5
    assert np.isnan(auroc(np.full(2, 0.5), np.array([True, True])))


def test_calibration_error_by_hand() -> None:
    # Ten of 0.95 of which 9 are right, ten of 0.55 of which 2 are: (0.05 + 0.35) / 2.
    score = np.repeat([0.95, 0.55], 10)
    right = np.array([True] * 9 + [False] + [True] * 2 + [False] * 8)
    assert calibration_error(score, right) == pytest.approx(0.2)


def test_intervals_by_group_cover_and_the_others_do_not() -> None:
    plain, tied = coverage(6, 0.9, trials=100)
    assert plain < 0.93 < tied + 0.06
    assert verdicts(6, trials=20)[2] <= 0.15


def test_parts_have_no_unit_in_common() -> None:
    unit = np.arange(100) // 2
    matrix = TrainingMatrix(np.zeros((100, 1), np.float32), unit % 2, unit, np.ones(100, bool), 2, "logistic")
    one, two, test = draw(matrix, np.random.default_rng(0), (30, 40))
    assert [len(part) for part in (one, two, test)] == [30, 30, 40]
    assert not set(unit[one]) & set(unit[two])
    assert not (set(unit[one]) | set(unit[two])) & set(unit[test])
