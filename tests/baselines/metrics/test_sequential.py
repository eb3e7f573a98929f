"""Evidence that may be looked at every day."""

import numpy as np
import pytest

from baselines.metrics.sequential import discordance_e_value, evidence_above, lasting_interval


@pytest.mark.parametrize(
    ("gained", "lost", "value"),
    [(5, 0, 7.875), (6, 0, 14.4375), (7, 0, 26.8125), (10, 2, 4.1006), (10, 10, 0.1762), (0, 0, 1.0)],
)
def test_exact_e_values(gained: int, lost: int, value: float) -> None:
    assert discordance_e_value(gained, lost) == pytest.approx(value, abs=5e-5)
    assert discordance_e_value(lost, gained) == pytest.approx(discordance_e_value(gained, lost))


def test_a_hundred_thousand_samples_are_no_overflow() -> None:
    assert 1e300 < discordance_e_value(100_000, 0) < float("inf")
    assert 1e300 < evidence_above(100_000, 0, 100_000, 0.0) < float("inf")
    assert evidence_above(0, 100_000, 100_000, 0.0) < 1e-40


@pytest.mark.parametrize("mean", [-0.5, -0.02, 0.0, 0.3])
def test_a_bet_on_a_true_mean_gains_nothing_on_average(mean: float) -> None:
    # Over all counts of 6 samples, each weighted by its chance where the mean is as supposed.
    gain, loss = (0.2 + mean) / 2 + 0.3 * abs(mean), (0.2 - mean) / 2 + 0.3 * abs(mean)
    even = 1 - gain - loss
    total = sum(
        _ways(6, b, c) * gain**b * loss**c * even ** (6 - b - c) * evidence_above(b, c, 6, mean)
        for b in range(7)
        for c in range(7 - b)
    )
    assert total == pytest.approx(1.0)


def test_looking_every_50_of_1000_equal_systems_are_rarely_stopped() -> None:
    rng = np.random.default_rng(11)
    stopped = promoted = 0
    for _ in range(1000):
        drawn = rng.choice([1, -1, 0], p=[0.05, 0.05, 0.9], size=1000)
        looks = [(int((drawn[:n] == 1).sum()), int((drawn[:n] == -1).sum()), n) for n in range(50, 1001, 50)]
        stopped += any(c > b and discordance_e_value(b, c) >= 20 for b, c, _ in looks)
        # Of a mean of exactly 0, that it is above 0 is false as well.
        promoted += any(evidence_above(b, c, n, 0.0) >= 20 for b, c, n in looks)
    assert stopped <= 50
    assert promoted <= 50


def test_the_interval_lasts_while_one_looks() -> None:
    rng = np.random.default_rng(3)
    broken = 0
    for _ in range(200):
        drawn = rng.choice([1, -1, 0], p=[0.08, 0.03, 0.89], size=600)
        ends = [
            lasting_interval(int((drawn[:n] == 1).sum()), int((drawn[:n] == -1).sum()), n, 0.05)
            for n in range(100, 601, 100)
        ]
        broken += any(not low <= 0.05 <= high for low, high in ends)
    # Each end is wrong with 5 %.
    assert broken <= 20
    low, high = lasting_interval(12, 20, 1000, 0.05)
    assert lasting_interval(20, 12, 1000, 0.05) == pytest.approx((-high, -low))
    assert evidence_above(12, 20, 1000, low) == pytest.approx(20, rel=1e-3)


def _ways(samples: int, gained: int, lost: int) -> int:
    from math import comb

    return comb(samples, gained) * comb(samples - gained, lost)
