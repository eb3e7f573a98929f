"""Risk by coverage, and exact bounds of a risk."""

import numpy as np
import pytest

from baselines.metrics.risk_coverage import higher_risk_p, risk_coverage, risk_upper


def test_exact_curve() -> None:
    curve = risk_coverage(np.array([0.6, 0.9, 0.95, 0.7, 0.8]), np.array([False, True, True, True, False]))
    assert curve.risk.tolist() == pytest.approx([0, 0, 1 / 3, 1 / 4, 2 / 5])
    assert curve.area == pytest.approx(0.196667, abs=5e-7)
    assert curve.threshold.tolist() == [0.95, 0.9, 0.8, 0.7, 0.6]


def test_ties_come_in_together() -> None:
    curve = risk_coverage(np.array([0.9, 0.9, 0.9, 0.5]), np.array([True, False, True, True]))
    assert (curve.threshold.tolist(), curve.answered.tolist(), curve.wrong.tolist()) == ([0.9, 0.5], [3, 4], [1, 1])
    assert curve.area == pytest.approx((3 * 1 / 3 + 1 / 4) / 4)


@pytest.mark.parametrize(
    ("wrong", "answered", "bound"),
    [(0, 58, 0.0503), (0, 59, 0.0495), (0, 299, 0.00997), (1, 93, 0.04999), (3, 3, 1.0), (0, 0, 1.0)],
)
def test_exact_bounds(wrong: int, answered: int, bound: float) -> None:
    assert risk_upper(wrong, answered) == pytest.approx(bound, abs=5e-5)


def test_the_p_value_is_the_bound_from_the_other_side() -> None:
    # That many or fewer wrong, where the risk is as high as its bound: one time in twenty.
    assert 1 - higher_risk_p(5, 100, risk_upper(4, 100)) == pytest.approx(0.05, abs=1e-9)
    assert higher_risk_p(0, 100, 0.2) == 1
