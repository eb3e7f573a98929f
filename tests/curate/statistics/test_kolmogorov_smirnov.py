"""The distance of two samples of numbers, its p value with ties, and its band."""

from itertools import combinations

import numpy as np
import pytest

from curate.statistics.kolmogorov_smirnov import EXACT_UP_TO, Distance, band, distance, exact_ps, p_values


def exact_p(found: Distance) -> float:
    return exact_ps([found])[0]


def p_value(found: Distance) -> float:
    return p_values([found])[0]


def numbers(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, np.float64)


@pytest.mark.parametrize(
    ("a", "b", "d", "auc", "p"),
    [
        (range(1, 6), range(6, 11), 1.0, 1.0, 2 / 252),
        (range(1, 11), range(6, 16), 0.5, 0.875, 0.1678213),
        ([1, 1, 1], [1, 1], 0.0, 0.5, 1.0),
    ],
    ids=["apart", "overlapping", "constant"],
)
def test_by_hand(a: list[int], b: list[int], d: float, auc: float, p: float) -> None:
    found = distance(numbers(*a), numbers(*b))
    assert (found.d, found.auc) == (d, auc)
    assert p_value(found) == pytest.approx(p, abs=5e-8)


@pytest.mark.parametrize("seed", range(4))
def test_ties_are_counted_over_all_ways_of_parting(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 4, 5).astype(np.float64), rng.integers(0, 5, 6).astype(np.float64)
    both, seen, hits, ways = np.concatenate([a, b]), distance(a, b), 0, 0
    for some in combinations(range(11), 5):
        mask = np.isin(np.arange(11), some)
        hits, ways = hits + (distance(both[mask], both[~mask]).steps >= seen.steps), ways + 1
    assert exact_p(seen) == pytest.approx(hits / ways)
    assert exact_p(distance(b, a)) == pytest.approx(hits / ways), "neither side is special"


def test_tests_of_equal_and_of_other_sizes_do_not_touch_each_other() -> None:
    rng = np.random.default_rng(3)
    found = [
        distance(rng.integers(0, 9, n).astype(np.float64), rng.normal(size=m))
        for n, m in ((7, 9), (9, 7), (7, 9), (3, 2))
    ]
    assert p_values(found) == pytest.approx([exact_p(one) for one in found])


def test_a_small_p_keeps_its_digits() -> None:
    found = distance(np.arange(300.0), np.arange(300.0) + 300)
    assert 0 < p_value(found) < 1e-150


def test_the_limit_takes_over_without_a_step() -> None:
    size = EXACT_UP_TO // 2 + 1
    a, b = np.arange(size, dtype=np.float64), np.arange(size, dtype=np.float64) + 90.5
    assert p_value(distance(a, b)) == pytest.approx(exact_p(distance(a, b)), rel=0.05)


@pytest.mark.parametrize(("size", "width"), [(100, 0.1921), (400, 0.0960), (1000, 0.0607)])
def test_the_band_of_95_percent(size: int, width: float) -> None:
    assert band(size, size, 0.05) == pytest.approx(width, abs=5e-5)


def test_the_band_holds_the_true_distance() -> None:
    """Two normal samples, half a standard deviation apart: the true D is 2 Φ(1/4) - 1."""
    rng, true, outside = np.random.default_rng(0), 0.19741, 0
    for _ in range(400):
        found = distance(rng.normal(size=60), rng.normal(0.5, size=90))
        outside += abs(found.d - true) > band(60, 90, 0.05)
    assert outside <= 20
