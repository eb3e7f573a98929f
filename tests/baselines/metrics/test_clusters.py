"""Intervals by group and with the spread of repeats."""

import math

import numpy as np
import pytest
from scipy import stats

from baselines.metrics.clusters import (
    Variance,
    at_least,
    of_groups,
    quantile,
    share_interval,
    spread,
    t_test,
    together,
)
from baselines.metrics.significance import Z_95, wilson


def test_equal_groups_are_the_variance_of_their_means() -> None:
    means = [0.9, 0.7, 0.8, 0.6]
    found = of_groups({str(i): (mean * 10, 10) for i, mean in enumerate(means)})
    assert found.value == pytest.approx(np.var(means, ddof=1) / 4)
    assert found.freedom == 3


def test_a_large_group_counts_as_what_it_is() -> None:
    # m = 0.5; residuals 50 - 50 = 0 and ±1 of the small ones: 3/2 · 2 / 104².
    found = of_groups({"large": (50.0, 100), "a": (2.0, 2), "b": (0.0, 2)})
    assert found.value == pytest.approx(1.5 * 2 / 104**2)


def test_freedom_of_a_sum_by_hand() -> None:
    assert together(Variance(3.0, 4), Variance(1.0)) == Variance(4.0, 16 / (9 / 4))
    assert together(Variance(3.0), Variance(1.0)).freedom == math.inf
    assert together(Variance(0.0, 5), Variance(0.0)) == Variance(0.0, math.inf)


def test_the_larger_variance_and_its_own_freedom() -> None:
    assert at_least(Variance(2.0), Variance(1.0, 5)) == Variance(2.0)
    assert at_least(Variance(1.0), Variance(2.0, 5)) == Variance(2.0, 5)


def test_spread_of_repeats() -> None:
    assert spread([0.5, 0.7]) == pytest.approx((0.02, 1))
    assert spread([0.5]) == spread([]) == Variance(0.0)


def test_student() -> None:
    assert quantile(math.inf) == Z_95
    assert quantile(5) == pytest.approx(stats.t.ppf(0.975, 5))
    values = np.array([0.1, 0.3, 0.2, -0.1])
    expected = stats.ttest_1samp(values, 0).pvalue
    assert t_test(values.mean(), Variance(values.var(ddof=1) / 4, 3)) == pytest.approx(expected)
    assert t_test(Z_95, Variance(1.0)) == pytest.approx(0.05)
    assert (t_test(0.0, Variance(0.0)), t_test(0.1, Variance(0.0))) == (1.0, 0.0)


def test_independent_samples_are_wilsons() -> None:
    assert share_interval([True] * 8 + [False] * 2) == (wilson(8, 10), 10)


def test_alike_within_groups_means_few_effective_samples() -> None:
    right = [True] * 40 + [False] * 40 + [True] * 40 + [True] * 40
    groups = [name for name in "abcd" for _ in range(40)]
    found = share_interval(right, groups)
    # Group means 1, 0, 1, 1: variance .25 / 4, and p (1 - p) = .1875.
    assert found.effective == pytest.approx(0.1875 / 0.0625)
    counted = 3 * (Z_95 / stats.t.ppf(0.975, 3)) ** 2
    assert found.ends == pytest.approx(wilson(0.75 * counted, counted))


def test_one_group_says_next_to_nothing() -> None:
    assert share_interval([True, False] * 20, ["a"] * 40) == (wilson(0.5, 1), 1.0)


def test_all_right_in_few_groups_is_less_sure_than_in_samples() -> None:
    low, high = share_interval([True] * 60, [name for name in "abcdef" for _ in range(10)]).ends
    assert high == 1
    assert low < wilson(60, 60)[0]


def test_the_spread_of_repeats_widens() -> None:
    right = [True] * 80 + [False] * 20
    low, high = share_interval(right, draws=Variance(0.0025, 4)).ends
    assert low < wilson(80, 100)[0] - 0.03
    assert high > wilson(80, 100)[1] + 0.02


@pytest.mark.parametrize("groups", [6, 30])
def test_it_covers_what_it_says(groups: int) -> None:
    # A small part of `benchmarks/clusters.py`; three standard errors of 200 trials are 5 points.
    draw = np.random.default_rng(0)
    names = [str(group) for group in range(groups) for _ in range(40)]
    covered = plain = 0
    for _ in range(200):
        each = draw.beta(17.1, 1.9, groups)  # mean .9, standard deviation .067
        right = (draw.random((groups, 40)) < each[:, None]).ravel().tolist()
        low, high = share_interval(right, names).ends
        covered += low <= 0.9 <= high
        low, high = wilson(sum(right), len(right))
        plain += low <= 0.9 <= high
    assert 0.9 <= covered / 200 <= 0.98
    assert plain / 200 < 0.85
