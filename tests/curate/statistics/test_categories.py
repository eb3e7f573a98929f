"""Names: total variation and its p value, the divergences that are only printed, and the band."""

from itertools import combinations

import numpy as np
import pytest

from curate.statistics import categories


def counts(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, np.int64)


RNG = np.random.default_rng(0)


def test_total_variation_and_its_p_over_all_ways() -> None:
    a, b = counts(3, 1), counts(0, 4)
    assert categories.total_variation(a, b) == 0.75
    # aaab / bbbb: a, a, a and any of five b on one side, on either side: 10 of 70 ways
    assert categories.permutation_p(a, b, 99, RNG) == pytest.approx(10 / 70)


@pytest.mark.parametrize(
    ("a", "b", "expected"), [((1, 9), (3, 7), 0.2), ((0, 9, 1), (3, 7, 0), 0.3)], ids=["same names", "new names"]
)
def test_l_infinity(a: tuple[int, ...], b: tuple[int, ...], expected: float) -> None:
    assert categories.l_infinity(counts(*a), counts(*b)) == pytest.approx(expected)


def test_jensen_shannon_in_bits() -> None:
    # b2 a2 c1 against a2 Z1 Y1 X1: .6 of each is the other's to no part
    assert categories.jensen_shannon(counts(2, 2, 1, 0, 0, 0), counts(0, 2, 0, 1, 1, 1)) == pytest.approx(0.6)


def test_population_stability_and_what_chance_makes_of_it() -> None:
    assert categories.population_stability(counts(5, 5), counts(7, 3)) == pytest.approx(0.169460, abs=5e-7)
    assert categories.stability_by_chance(10, 100, 100, 0.01) == pytest.approx(0.4333, abs=5e-5)
    drawn = [RNG.multinomial(100, [0.1] * 10) for _ in range(4000)]
    found = [categories.population_stability(a, b) for a, b in zip(drawn[::2], drawn[1::2], strict=True)]
    assert np.quantile(found, 0.99) == pytest.approx(0.4333, rel=0.15)


def test_exact_and_drawn_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = counts(4, 2, 1), counts(1, 2, 4)
    names = np.repeat([0, 1, 2, 0, 1, 2], [4, 2, 1, 1, 2, 4])
    ways = [np.bincount(names[list(some)], minlength=3) for some in combinations(range(14), 7)]
    seen = categories.total_variation(a, b)
    reached = [categories.total_variation(one, a + b - one) >= seen - 1e-12 for one in ways]
    assert categories.permutation_p(a, b, 99, RNG) == pytest.approx(np.mean(reached))
    monkeypatch.setattr(categories, "_TABLES", 0)
    monkeypatch.setattr(categories, "ENOUGH", 10_000)
    assert categories.permutation_p(a, b, 20_000, RNG) == pytest.approx(np.mean(reached), abs=0.02)


def test_a_p_that_no_draw_reached_is_bounded_below_one_over_the_draws() -> None:
    a, b = RNG.multinomial(5000, [0.05] * 20), RNG.multinomial(5000, [0.4] + [0.6 / 19] * 19)
    assert categories.permutation_p(a, b, 999, RNG) < 1e-9
    assert categories.permutation_p(a, RNG.multinomial(5000, [0.05] * 20), 999, RNG) > 0.01


def test_p_is_uniform_where_nothing_changed() -> None:
    shares = np.full(25, 0.04)
    found = [
        categories.permutation_p(RNG.multinomial(200, shares), RNG.multinomial(100, shares), 999, RNG)
        for _ in range(300)
    ]
    assert abs(np.mean(np.array(found) <= 0.1) - 0.1) < 0.06


@pytest.mark.parametrize("alpha", [0.05, 1e-7], ids=["bootstrap", "bound"])
def test_the_band_holds_the_true_distance(alpha: float) -> None:
    p, q = np.array([0.5, 0.3, 0.2, 0.0]), np.array([0.4, 0.3, 0.25, 0.05])
    true, outside = 0.1, 0
    for _ in range(200):
        a, b = RNG.multinomial(150, p), RNG.multinomial(120, q)
        outside += abs(categories.total_variation(a, b) - true) > categories.band(a, b, alpha, RNG)
    assert outside <= 200 * max(alpha, 0.01)


def test_three_equal_samples_do_not_tell_what_the_fourth_will_be() -> None:
    assert categories.band(counts(3), counts(3), 0.05, RNG) > 0.5
    assert categories.band(counts(10_000), counts(10_000), 0.01, RNG) < 0.001
