"""Risk by coverage."""

import numpy as np
import pytest

from baselines.metrics.risk_coverage import risk_coverage


def test_exact_curve() -> None:
    curve = risk_coverage(np.array([0.6, 0.9, 0.95, 0.7, 0.8]), np.array([False, True, True, True, False]))
    assert curve.risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 4, 2 / 5])
    assert curve.area == pytest.approx(0.196667, abs=5e-7)
    assert curve.threshold.tolist() == [0.95, 0.9, 0.8, 0.7, 0.6]


def test_ties_come_in_together() -> None:
    curve = risk_coverage(np.array([0.9, 0.9, 0.9, 0.5]), np.array([True, False, True, True]))
    assert (curve.threshold.tolist(), curve.answered.tolist(), curve.wrong.tolist()) == ([0.9, 0.5], [3, 4], [1, 1])
    assert curve.area == pytest.approx((3 * 1 / 3 + 1 / 4) / 4)
