"""Shares of whole groups: exact values by hand, the level whatever a group is like, and what too few can tell."""

import math

import numpy as np
import pytest

from curate.statistics.binomial import more_p
from curate.statistics.group_shares import GroupShares, groups_that_tell, mean_above_p

STAKES = 1e-4 * 10 ** (4 * np.arange(40) / 39)


def filled(sizes: list[int], hits: list[int]) -> GroupShares:
    shares = GroupShares()
    checked = np.repeat(np.arange(len(sizes)), sizes)
    shares.add(checked, np.repeat(np.arange(len(hits)), hits))
    return shares


def test_the_fortune_of_two_groups_by_hand() -> None:
    # Stakes of s / .1: a group that has all multiplies the fortune by 1 + s · .9 / .1, one that has none by 1 - s.
    fortune = np.mean([(1 + 9 * s) * (1 - s) for s in STAKES])
    assert mean_above_p(np.array([1.0, 0.0]), 0.1) == pytest.approx(min(1.0, 1 / fortune))
    fortune = np.mean([(1 + 9 * s) ** 3 for s in STAKES])
    assert mean_above_p(np.ones(3), 0.1) == pytest.approx(1 / fortune)
    assert mean_above_p(np.zeros(50), 0.1) == 1.0


@pytest.mark.parametrize("likeness", [0.02, 1.0, 30.0], ids=["all or none", "like", "nearly alike"])
@pytest.mark.parametrize("groups", [5, 40])
def test_the_level_holds_however_alike_a_group_is(groups: int, likeness: float) -> None:
    rng, allowed, trials = np.random.default_rng(groups), 0.05, 400
    alarms = alone = 0
    for _ in range(trials):
        hits = rng.binomial(100, rng.beta(allowed * likeness, (1 - allowed) * likeness, groups))
        alarms += filled([100] * groups, hits.tolist()).p(allowed) < 0.05
        alone += more_p(int(hits.sum()), 100 * groups, allowed) < 0.05
    assert alarms <= 0.05 * trials
    assert alone > 0.1 * trials, "what this is for: single samples alarm far more often"


def test_many_groups_with_a_little_more_each_tell_as_much_as_few_with_all() -> None:
    assert filled([200] * 30, [10] * 30).p(0.01) < 1e-6
    assert filled([200] * 30, [200] * 7 + [0] * 23).p(0.01) < 1e-4
    assert filled([200] * 30, [200] + [0] * 29).p(0.01) > 0.2


def test_single_samples_are_tested_exactly() -> None:
    assert filled([1] * 100, [1] * 5 + [0] * 95).p(0.01) == more_p(5, 100, 0.01)
    assert filled([], []).p(0.01) == 1.0


def test_a_share_that_is_not_above_the_allowed_one_never_alarms() -> None:
    # Forty clips that all have it in groups of one, and ten thousand in one that has none.
    assert mean_above_p(np.array([0.0, *[1.0] * 40]), 0.01) < 1e-9
    assert filled([10_000, *[1] * 40], [0, *[1] * 40]).p(0.01) == more_p(40, 10_040, 0.01) > 0.9


@pytest.mark.parametrize(("level", "allowed"), [(0.01, 0.01), (0.00025, 0.01), (0.001, 0.2)])
def test_as_few_groups_can_tell_as_it_says(level: float, allowed: float) -> None:
    least = groups_that_tell(level, allowed)
    assert mean_above_p(np.ones(least), allowed) < level <= mean_above_p(np.ones(least - 1), allowed)


def test_very_many_groups_neither_overflow_nor_forget() -> None:
    shares = GroupShares()
    for block in range(0, 100_000, 1000):
        numbers = np.repeat(np.arange(block, block + 1000), 2)
        shares.add(numbers, numbers[::2])
    assert (shares.groups, shares.hit) == (100_000, 100_000)
    assert shares.p(0.4) < 1e-12
    assert math.isfinite(shares.p(0.6))
