"""McNemar's test against published values and scipy."""

import pytest

from baselines.metrics.mcnemar import corrected_chi2, exact_p, mcnemar


def test_published_values() -> None:
    assert corrected_chi2(121, 59) == pytest.approx((20.672, 5.45e-06), rel=1e-4)
    assert exact_p(121, 59) == pytest.approx(4.434e-06, rel=2e-4)


@pytest.mark.parametrize(("b", "c"), [(0, 5), (5, 0), (3, 9), (12, 12), (0, 1), (0, 0), (900, 1200)])
def test_exact_is_the_binomial_test(b: int, c: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    expected = stats.binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
    assert exact_p(b, c) == pytest.approx(expected, rel=1e-9)


def test_the_tail_is_that_of_chi2() -> None:
    stats = pytest.importorskip("scipy.stats")
    statistic, p = corrected_chi2(40, 22)
    assert p == pytest.approx(stats.chi2.sf(statistic, 1), rel=1e-12)


def test_it_is_exact_below_25_discordant_samples() -> None:
    assert mcnemar(16, 8) == exact_p(16, 8)
    assert mcnemar(17, 8) == corrected_chi2(17, 8)[1] != exact_p(17, 8)


@pytest.mark.parametrize("count", [0, 1, 12, 13, 5000])
def test_equal_counts_tell_nothing(count: int) -> None:
    assert mcnemar(count, count) == 1.0


def test_order_does_not_matter() -> None:
    assert mcnemar(30, 9) == mcnemar(9, 30)
