"""How many cases a gate needs before it can tell: asked before anything is collected."""

import math
from bisect import bisect_left
from functools import cache, partial
from statistics import NormalDist
from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.metrics.paired_score import p_below
from baselines.metrics.sequential import discordance_e_value, evidence_above
from baselines.metrics.significance import newcombe, wilson

if TYPE_CHECKING:
    from collections.abc import Callable

_TRIALS = 400
_LOOKS = 20
_MOST = 10_000_000
_UNLIKELY = 1e-6
"""Counts beyond are left out of a sum."""


class Needed(Struct, frozen=True):
    """How many cases one answer takes.

    Attributes:
        answer: `promote` or `stop`.
        difference: The true difference, new - old, that it is told of.
        once: Cases for one look, by the published formula: pairs, or of each arm.
        exact: Cases for one look with which the gate's own test tells as often as asked, by summing over what may be
            seen; the formula's normal approximation falls a point or two short of it.
        sequential: Cases where one looks 20 times on the way, by 400 simulated comparisons.
    """

    answer: str
    difference: float
    once: int
    exact: int
    sequential: int


def pairs_needed(margin: float, discordant: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return how many pairs show, with the given power, that equal systems differ by less than a margin.

    (z_alpha + z_power)² · discordant / margin² (Connor 1987, one-sided).

    Args:
        margin: Above 0.
        discordant: The share of cases that only one of the two gets right.
        alpha: Level, to one side.
        power: How often it is to be told.
    """
    return math.ceil((_z(1 - alpha) + _z(power)) ** 2 * discordant / margin**2)


def pairs_to_stop(drop: float, discordant: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return how many pairs show, with the given power, that the new system is worse where it is by `drop`."""
    spread = math.sqrt(max(discordant - drop**2, 0.0))
    return math.ceil(((_z(1 - alpha) * math.sqrt(discordant) + _z(power) * spread) / drop) ** 2)


def arm_needed(margin: float, accuracy: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return how many cases of each arm show that two systems of equal accuracy differ by less than a margin.

    (z_alpha + z_power)² · 2p(1 - p) / margin², with p the accuracy.
    """
    return math.ceil((_z(1 - alpha) + _z(power)) ** 2 * 2 * accuracy * (1 - accuracy) / margin**2)


def arm_to_stop(drop: float, accuracy: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return how many cases of each arm show that the new system is worse where its accuracy is lower by `drop`."""
    lower = accuracy - drop
    middle = (accuracy + lower) / 2
    same = math.sqrt(2 * middle * (1 - middle))
    apart = math.sqrt(accuracy * (1 - accuracy) + lower * (1 - lower))
    return math.ceil(((_z(1 - alpha) * same + _z(power) * apart) / drop) ** 2)


def plan_pairs(margin: float, drop: float, discordant: float, alpha: float, power: float) -> list[Needed]:
    """Return how many pairs a shadow takes: to promote an equal system, and to stop one that is worse by `drop`."""
    once = pairs_needed(margin, discordant, alpha, power), pairs_to_stop(drop, discordant, alpha, power)
    even = (discordant / 2, discordant / 2)
    behind = ((discordant - drop) / 2, (discordant + drop) / 2)
    exact = (
        _reach(once[0], power, lambda n: power_of_pairs(n, even, lambda b, c: p_below(c, b, n, margin) < alpha)),
        _reach(once[1], power, lambda n: power_of_pairs(n, behind[::-1], lambda c, b: p_below(b, c, n, 0.0) < alpha)),
    )
    promote = _simulate(once[0], even, lambda b, c, n: evidence_above(b, c, n, -margin) >= 1 / alpha, power)
    stop = _simulate(once[1], behind, lambda b, c, _: c > b and discordance_e_value(b, c) >= 1 / alpha, power)
    return [Needed("promote", 0.0, once[0], exact[0], promote), Needed("stop", -drop, once[1], exact[1], stop)]


def plan_arms(margin: float, drop: float, accuracy: float, alpha: float, power: float) -> list[Needed]:
    """Return how many cases of each arm a canary takes, alike."""
    once = arm_needed(margin, accuracy, alpha, power), arm_to_stop(drop, accuracy, alpha, power)
    lower = accuracy - drop

    z = _z(1 - alpha)

    def ends(old: int, new: int, number: int) -> tuple[float, float]:
        return newcombe(new / number, wilson(new, number, z), old / number, wilson(old, number, z))

    exact = (
        _reach(once[0], power, lambda n: power_of_arms(
            n, accuracy, accuracy, lambda old, new: ends(old, new, n)[0] > -margin
        )),
        # Of the worse one fewer are right: what tells is how many are wrong.
        _reach(once[1], power, lambda n: power_of_arms(
            n, accuracy, 1 - lower, lambda old, wrong: ends(old, n - wrong, n)[1] < 0
        )),
    )  # fmt: skip

    def shares(new: float) -> tuple[float, float]:
        return new * (1 - accuracy), (1 - new) * accuracy

    promote = _simulate(once[0], shares(accuracy), lambda b, c, n: evidence_above(b, c, n, -margin) >= 1 / alpha, power)
    stop = _simulate(once[1], shares(lower), lambda b, c, n: evidence_above(c, b, n, 0.0) >= 1 / alpha, power)
    return [Needed("promote", 0.0, once[0], exact[0], promote), Needed("stop", -drop, once[1], exact[1], stop)]


def power_of_pairs(number: int, shares: tuple[float, float], told: "Callable[[int, int], bool]") -> float:
    """Return how often so many pairs tell.

    Args:
        number: Of pairs.
        shares: Of the pairs that only one of the two systems gets right, the one that has to be ahead first.
        told: Whether such numbers of pairs tell; of equally many pairs that differ, more for the first tell sooner.
    """
    from scipy.stats import binom

    differ = sum(shares)
    low, high = (int(end) for end in binom.ppf((_UNLIKELY, 1 - _UNLIKELY), number, differ))

    def tells(both: int, first: int) -> bool:
        return told(first, both - first)

    total = 0.0
    for both in range(low, high + 1):
        # The least number that tells; none may.
        least = bisect_left(range(both + 1), True, key=partial(tells, both))
        total += float(binom.pmf(both, number, differ) * binom.sf(least - 1, both, shares[0] / differ))
    return total


def power_of_arms(number: int, first: float, second: float, told: "Callable[[int, int], bool]") -> float:
    """Return how often so many cases of each arm tell.

    Args:
        number: Of cases, of each.
        first: Share of the cases of one arm that are counted.
        second: Share of the cases of the other arm that are counted.
        told: Whether such counts tell; the higher the second one is, the sooner.
    """
    from scipy.stats import binom

    low, high = (int(end) for end in binom.ppf((_UNLIKELY, 1 - _UNLIKELY), number, first))
    total = 0.0
    for one in range(low, high + 1):
        least = bisect_left(range(number + 1), True, key=partial(told, one))
        total += float(binom.pmf(one, number, first) * binom.sf(least - 1, number, second))
    return total


def _reach(start: int, power: float, power_of: "Callable[[int], float]") -> int:
    """Return the least number from `start` on, to half a percent, with that power."""
    number = start
    while power_of(number) < power and number < _MOST:
        number += max(1, number // 200)
    return number


def _simulate(start: int, shares: tuple[float, float], told: "Callable[[int, int, int], bool]", power: float) -> int:
    """Return the least number of cases, to 2 %, at which as many comparisons as `power` asks were told at some look.

    Args:
        start: How many it takes with one look.
        shares: Of the cases that only the new system, and that only the old one gets right.
        told: Whether these counts and so many cases tell.
        power: Of the comparisons.
    """

    @cache
    def reached(number: int) -> bool:
        import numpy as np

        # The same chance for every number, so that more cases never tell less often by luck alone.
        rng = np.random.default_rng(0)
        step = max(1, number // _LOOKS)
        drawn = rng.multinomial(step, [*shares, 1 - sum(shares)], size=(_TRIALS, _LOOKS)).cumsum(axis=1)
        hits = sum(
            any(told(int(b), int(c), step * (look + 1)) for look, (b, c, _) in enumerate(trial)) for trial in drawn
        )
        # One standard error more than asked: of many plans the one that just reached it was lucky (.791 instead of .8).
        return hits >= power * _TRIALS + math.sqrt(_TRIALS * power * (1 - power))

    low, high = start // 2, 2 * start
    while not reached(high):
        low, high = high, 2 * high
        if high > _MOST:
            return high
    while high - low > max(1, high // 50):
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _z(share: float) -> float:
    return NormalDist().inv_cdf(share)
