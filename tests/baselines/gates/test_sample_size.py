"""How many cases a gate takes: published figures, and whether that many tell."""

import numpy as np
import pytest
from scipy.stats import binom

from baselines.gates.sample_size import (
    arm_needed,
    arm_to_stop,
    pairs_needed,
    pairs_to_stop,
    plan_arms,
    plan_pairs,
    power_of_arms,
    power_of_pairs,
)
from baselines.metrics.paired_score import p_below
from baselines.metrics.sequential import discordance_e_value, evidence_above


def test_exact_numbers() -> None:
    assert (pairs_needed(0.02, 0.1), pairs_needed(0.01, 0.1)) == (1546, 6183)
    assert (arm_needed(0.01, 0.95), arm_needed(0.02, 0.95)) == (5874, 1469)


def test_a_larger_loss_takes_fewer_cases() -> None:
    assert pairs_to_stop(0.05, 0.1) < pairs_to_stop(0.03, 0.1) < pairs_to_stop(0.01, 0.1)
    assert arm_to_stop(0.05, 0.95) < arm_to_stop(0.02, 0.95)


@pytest.mark.parametrize(("discordant", "margin", "drop"), [(0.1, 0.03, 0.05), (0.2, 0.05, 0.08)])
def test_that_many_tell_in_four_of_five(discordant: float, margin: float, drop: float) -> None:
    promote, stop = plan_pairs(margin, drop, discordant, 0.05, 0.8)
    assert promote.once <= promote.exact < 1.1 * promote.once
    assert stop.once <= stop.exact < 1.1 * stop.once
    rng = np.random.default_rng(7)
    even = rng.multinomial(promote.once, [discordant / 2, discordant / 2, 1 - discordant], size=1000)
    behind = [(discordant - drop) / 2, (discordant + drop) / 2, 1 - discordant]
    worse = rng.multinomial(stop.once, behind, size=1000)
    assert np.mean([p_below(int(c), int(b), promote.once, margin) < 0.05 for b, c, _ in even]) >= 0.77
    assert np.mean([p_below(int(b), int(c), stop.once, 0.0) < 0.05 for b, c, _ in worse]) >= 0.77
    even = rng.multinomial(promote.sequential, [discordant / 2, discordant / 2, 1 - discordant], size=500)
    worse = rng.multinomial(stop.sequential, behind, size=500)
    # At the end only; with the looks on the way it is a little more often.
    assert np.mean([evidence_above(int(b), int(c), promote.sequential, -margin) >= 20 for b, c, _ in even]) >= 0.7
    assert np.mean([c > b and discordance_e_value(int(b), int(c)) >= 20 for b, c, _ in worse]) >= 0.7
    assert promote.sequential > promote.once
    assert stop.sequential > stop.once


def test_the_power_is_that_of_the_gates_own_test() -> None:
    def promoted(gained: int, lost: int) -> bool:
        return p_below(lost, gained, 687, 0.03) < 0.05

    # Summed over what may be seen; 20,000 draws know it to .003.
    draws = np.random.default_rng(1).multinomial(687, [0.05, 0.05, 0.9], size=20_000)
    known = {(int(b), int(c)): promoted(int(b), int(c)) for b, c, _ in np.unique(draws, axis=0)}
    drawn = np.mean([known[int(b), int(c)] for b, c, _ in draws])
    found = power_of_pairs(687, (0.05, 0.05), promoted)
    assert found == pytest.approx(drawn, abs=0.01)
    assert found < 0.8, "the published formula falls short of what it promises"
    exact = plan_pairs(0.03, 0.05, 0.1, 0.05, 0.8)[0].exact
    assert power_of_pairs(exact, (0.05, 0.05), lambda b, c: p_below(c, b, exact, 0.03) < 0.05) >= 0.8


def test_the_power_of_arms_of_ten_is_that_of_a_sum_over_all() -> None:
    def told(old: int, new: int) -> bool:
        return new - old >= 2

    grid = [(old, new) for old in range(11) for new in range(11) if told(old, new)]
    sums = sum(binom.pmf(old, 10, 0.6) * binom.pmf(new, 10, 0.7) for old, new in grid)
    assert power_of_arms(10, 0.6, 0.7, told) == pytest.approx(sums, abs=1e-5)


def test_a_canary_too_is_planned_for_its_own_test() -> None:
    promote, stop = plan_arms(0.03, 0.05, 0.95, 0.05, 0.8)
    assert (promote.once, promote.exact, stop.once, stop.exact) == (653, 668, 343, 343)
