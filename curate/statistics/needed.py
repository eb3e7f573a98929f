"""How many samples would tell: found by simulation, with the distance that chance alone brings."""

import math
from typing import TYPE_CHECKING

import numpy as np

from curate.statistics.group_permutation import Form, apart

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Shares = NDArray[np.float64]

POWER = 0.8
MOST = 10_000_000
_DRAWS, _DRAWS_OF_TAIL = 500, 2000
_STEP, _STRIDE = 1.02, 1.3
_CHANCE = 1.07
"""What sqrt(n / 2) · D of unchanged numbers is below in 8 of 10 cases (Kolmogorov's distribution)."""


def needed_for_steady(shares: "Shares", form: Form, margin: float, alpha: float, true: float = 0.0) -> int | None:
    """Return how many samples of each side call it steady in 8 of 10 draws; None where no number does.

    Steady is what has an upper bound below the margin: the distance that is seen and the band around it. Where nothing
    changes the seen one is above 0 too, so that the band alone gives a third of the number that is needed.

    Args:
        shares: Of the steps or names, of both sides together.
        form: What they are.
        margin: Below this, a change does not matter.
        alpha: Of the band.
        true: A distance that is there; 0: nothing changes.
    """
    if true >= margin:
        return None

    def tells(n: int) -> bool:
        rng = np.random.default_rng(0)
        a, b = (rng.multinomial(n, shares, size=_DRAWS).astype(np.float64) for _ in range(2))
        # What is there adds to chance; as if they did not partly cancel, so that the number is rather too large.
        seen = float(np.quantile(apart(a, b, form), POWER)) + true
        return seen + width(shares, form, n, alpha) < margin

    return _least(tells, 2 * ((_CHANCE + math.sqrt(math.log(2 / alpha) / 2)) / (margin - true)) ** 2)


def needed_for_drifted(a: "Shares", b: "Shares", form: Form, alpha: float) -> int | None:
    """Return how many samples of each side find a change as large as the one seen in 8 of 10 draws.

    Args:
        a: Shares of the reference.
        b: Shares of what is new.
        form: What they are.
        alpha: What p has to be below, with as many tests as there are at once.
    """
    middle = (a + b) / 2

    def tells(n: int) -> bool:
        rng = np.random.default_rng(0)
        old, new = (rng.multinomial(n, one, size=_DRAWS).astype(np.float64) for one in (a, b))
        found = float(np.quantile(apart(old, new, form), 1 - POWER))
        if form == "ordered":
            return found > math.sqrt(math.log(2 / alpha) / n)
        old, new = (rng.multinomial(n, middle, size=_DRAWS_OF_TAIL).astype(np.float64) for _ in range(2))
        return found > _tail_of(apart(old, new, form), alpha)

    effect = float(apart(a[None], b[None], form)[0])
    return _least(tells, 2 * (math.log(2 / alpha) / 2 + 1) / effect**2) if effect else None


def width(shares: "Shares", form: Form, n: int, alpha: float) -> float:
    """Return the band around a distance of n samples against n, as the tests draw it."""
    if form == "ordered":
        return math.sqrt(math.log(2 / alpha) / n)
    rng = np.random.default_rng(1)
    drawn = [rng.multinomial(n, shares, size=_DRAWS_OF_TAIL) for _ in range(2)]
    off = (drawn[0] - drawn[1]) / n
    return max(-2 * math.log(alpha) / n, _tail_of(np.abs(off).sum(axis=1) / 2, alpha))


def _tail_of(drawn: "Shares", alpha: float) -> float:
    """Return what total variation exceeds with probability alpha: its square is like chi², a gamma variable."""
    from scipy.stats import gamma

    squares = drawn**2
    mean, variance = float(squares.mean()), float(squares.var())
    if not variance:
        return math.sqrt(mean)
    return math.sqrt(float(gamma.isf(alpha, mean**2 / variance, scale=variance / mean)))


def _least(tells: "Callable[[int], bool]", guess: float) -> int | None:
    """Return the least number that tells, to two in a hundred: the simulation knows no better."""
    low = high = max(2, min(round(guess), MOST))
    if tells(high):
        while low > 1 and tells(low):
            low, high = int(low / _STRIDE), low
    else:
        while not tells(high):
            low, high = high, math.ceil(high * _STRIDE)
            if high > MOST:
                return None
    while high > low * _STEP and high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if tells(middle) else (middle, high)
    return high
