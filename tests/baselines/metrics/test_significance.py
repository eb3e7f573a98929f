"""Intervals and McNemar's test: textbook values, symmetry, and what is not defined."""

import numpy as np
import pytest

from baselines.metrics.significance import corrected_chi2, exact_p, mcnemar, newcombe, paired_bootstrap, wilson


@pytest.mark.parametrize(
    ("right", "samples", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson(right: int, samples: int, low: float, high: float) -> None:
    assert wilson(right, samples) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_45_in_50_flags() -> None:
    assert wilson(45, 50) == pytest.approx((0.7864, 0.9565), abs=5e-5)


def test_wilson_is_that_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    for right, samples in ((3, 7), (0, 4), (90, 90), (1, 1000)):
        expected = stats.binomtest(right, samples).proportion_ci(method="wilson")
        assert wilson(right, samples) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_ends_are_exact() -> None:
    assert [wilson(0, n)[0] for n in range(1, 200)] == [0.0] * 199
    assert [wilson(n, n)[1] for n in range(1, 200)] == [1.0] * 199


def test_bootstrap_is_that_of_drawn_indices() -> None:
    gained, lost, samples = 70, 20, 200
    differences = np.repeat([1, -1, 0], [gained, lost, samples - gained - lost])
    drawn = np.random.default_rng(5).integers(0, samples, (20_000, samples))
    expected = np.quantile(differences[drawn].mean(axis=1), [0.025, 0.975])
    assert paired_bootstrap(gained, lost, samples) == pytest.approx(tuple(expected), abs=0.0075)


def test_bootstrap_is_repeatable_and_depends_on_the_seed() -> None:
    assert paired_bootstrap(700, 500, 9000, seed=1) == paired_bootstrap(700, 500, 9000, seed=1)
    assert len({paired_bootstrap(7000, 5000, 90_000, seed=seed) for seed in range(5)}) > 1


def test_bootstrap_of_systems_in_the_other_order_is_the_mirror_image() -> None:
    low, high = paired_bootstrap(30, 11, 90)
    assert paired_bootstrap(11, 30, 90) == (-high, -low)
    assert low < 19 / 90 < high


@pytest.mark.parametrize(
    ("better", "worse", "samples", "expected"),
    [(0, 0, 9, (0.0, 0.0)), (4, 0, 4, (1.0, 1.0)), (0, 4, 4, (-1.0, -1.0))],
    ids=["equal", "all better", "all worse"],
)
def test_bootstrap_without_spread(better: int, worse: int, samples: int, expected: tuple[float, float]) -> None:
    assert paired_bootstrap(better, worse, samples) == expected


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


def test_newcombe() -> None:
    first, second = (56, 70), (48, 80)
    found = newcombe(0.8, wilson(*first), 0.6, wilson(*second))
    assert found == pytest.approx((0.0524, 0.3339), abs=5e-5)
    low, high = newcombe(0.6, wilson(*second), 0.8, wilson(*first))
    assert (-high, -low) == pytest.approx(found)
    assert newcombe(0.0, wilson(0, 10), 0.0, wilson(0, 10)) == pytest.approx((-0.2775, 0.2775), abs=5e-5)
