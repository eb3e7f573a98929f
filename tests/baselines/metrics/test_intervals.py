"""Intervals: published values, ends, and the bootstrap against one that draws indices."""

import numpy as np
import pytest

from baselines.metrics.intervals import paired_bootstrap, wilson


@pytest.mark.parametrize(
    ("right", "samples", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 1, 0.2065, 1.0), (0, 0, 0.0, 1.0)],
)
def test_wilson(right: int, samples: int, low: float, high: float) -> None:
    assert wilson(right, samples) == pytest.approx((low, high), abs=5e-5)


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
