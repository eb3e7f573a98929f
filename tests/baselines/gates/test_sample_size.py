"""How many cases a gate takes: published figures, and whether that many tell."""

import numpy as np
import pytest

from baselines.gates.sample_size import arm_needed, arm_to_stop, pairs_needed, pairs_to_stop, plan_pairs
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
