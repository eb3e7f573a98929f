"""Tango's interval: published figures, and how often it holds."""

import math

import numpy as np
import pytest

from baselines.metrics.paired_score import p_below, paired_interval, score_statistic


@pytest.mark.parametrize(
    ("counts", "level", "ends"),
    [
        ((5, 3, 100), 0.95, (-0.0425, 0.0868)),
        ((0, 0, 100), 0.95, (-0.0370, 0.0370)),
        ((10, 2, 50), 0.95, (0.0281, 0.3005)),
        ((12, 20, 1000), 0.95, (-0.0200, 0.0033)),
        ((12, 20, 1000), 0.90, (-0.0179, 0.0014)),
    ],
)
def test_exact_ends(counts: tuple[int, int, int], level: float, ends: tuple[float, float]) -> None:
    assert paired_interval(*counts, level) == pytest.approx(ends, abs=5e-5)


@pytest.mark.parametrize(("gained", "lost", "pairs"), [(7, 2, 40), (0, 3, 3), (3, 0, 3), (1, 0, 1), (0, 0, 1)])
def test_the_other_way_round_is_the_mirror_image(gained: int, lost: int, pairs: int) -> None:
    low, high = paired_interval(gained, lost, pairs)
    assert paired_interval(lost, gained, pairs) == pytest.approx((-high, -low), abs=1e-12)
    assert -1 <= low <= (gained - lost) / pairs <= high <= 1


def test_the_p_value_and_the_interval_say_the_same() -> None:
    low, high = paired_interval(12, 20, 1000, 0.9)
    assert p_below(12, 20, 1000, high) == pytest.approx(0.05, abs=1e-9)
    # From below: the old system is no more than -low better.
    assert p_below(20, 12, 1000, -low) == pytest.approx(0.05, abs=1e-9)


def test_without_spread_there_is_yes_or_no() -> None:
    assert score_statistic(0, 0, 10, 0.0) == 0
    assert score_statistic(10, 0, 10, 1.0) == 0
    assert score_statistic(5, 0, 10, 1.0) == -math.inf


def test_it_covers_what_it_says() -> None:
    rng = np.random.default_rng(5)
    drawn = rng.multinomial(200, [0.03, 0.06, 0.91], size=1000)
    held = [low <= -0.03 <= high for low, high in (paired_interval(int(b), int(c), 200) for b, c, _ in drawn)]
    assert 0.93 <= np.mean(held) <= 0.975
