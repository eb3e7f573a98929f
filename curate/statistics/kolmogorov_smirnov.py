"""Do two samples of numbers come from one distribution? The largest distance of their distribution functions.

Facts are rounded, so equal values are the rule. The p value that pretends there are none is too large, and scipy's
exact one does; the one here counts the ways of parting the very values that were seen.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

EXACT_UP_TO = 4000
"""Values of both samples together up to which p is exact; the time grows with their product."""


class Distance(NamedTuple):
    """How far apart two samples are.

    Attributes:
        d: sup |F_b - F_a|, 0 to 1.
        auc: P(b > a) + ½ P(b = a).
        steps: |i·m - j·n| at its largest, with i of n values of a and j of m of b passed: d·n·m as a whole number.
        ends: int64: how many values of both are passed after each different value.
        sizes: n and m.
    """

    d: float
    auc: float
    steps: int
    ends: "NDArray[np.int64]"
    sizes: tuple[int, int]


def distance(a: "Numbers", b: "Numbers") -> Distance:
    """Return how far apart two samples are, each of one finite value or more."""
    values, places = np.unique(np.concatenate([a, b]), return_inverse=True)
    of_a = np.bincount(places[: len(a)], minlength=len(values))
    of_b = np.bincount(places[len(a) :], minlength=len(values))
    passed_a, passed_b = np.cumsum(of_a), np.cumsum(of_b)
    # In whole numbers: whether another order reaches the same distance must not hang on the last bit of a float.
    steps = int(np.abs(passed_a * len(b) - passed_b * len(a)).max())
    pairs = len(a) * len(b)
    auc = float((of_b * (passed_a - of_a / 2)).sum()) / pairs
    return Distance(steps / pairs, auc, steps, passed_a + passed_b, (len(a), len(b)))


def p_value(found: Distance) -> float:
    """Return P(D >= d) if all values are of one distribution: exact with ties for few values, else by its limit."""
    from scipy.stats import kstwo

    if sum(found.sizes) <= EXACT_UP_TO:
        return exact_p(found)
    # Of n and m values, D is distributed like that of nm / (n + m) against a known distribution; ties only lower it.
    n, m = found.sizes
    return min(1.0, float(kstwo.sf(found.d, max(1, round(n * m / (n + m))))))


def exact_p(found: Distance) -> float:
    """Return P(D >= d) over all ways of parting the values of both samples, ties included.

    A walk over the pooled values (Hodges 1957) that only looks where a different value follows (Schröer and Trenkler
    1995). What leaves the band is added up: 1 less what stays would lose a small p in the last bits.
    """
    if not found.steps:
        return 1.0
    n, m = sorted(found.sizes)
    total, looks = n + m, np.zeros(n + m + 1, np.bool_)
    looks[found.ends] = True
    count = np.arange(n + 1)
    # chance[i]: i of the first k values are of the smaller sample, and the walk has not left the band.
    chance, left = np.zeros(n + 1), 0.0
    chance[0] = 1.0
    for k in range(1, total + 1):
        rest = total - k + 1
        taken = chance * ((n - count) / rest)
        chance *= (m - (k - 1 - count)) / rest
        chance[1:] += taken[:-1]
        if looks[k]:
            outside = np.abs(count * m - (k - count) * n) >= found.steps
            left += float(chance[outside].sum())
            chance[outside] = 0.0
    return min(1.0, left)


def band(n: int, m: int, alpha: float) -> float:
    """Return how far D may be from the true distance: sqrt(ln(2 / alpha) / 2 · (1/n + 1/m)).

    Dvoretzky, Kiefer and Wolfowitz (1956) with Massart's constant (1990) for one sample; of two independent ones the
    squares add up, as their errors do.

    Args:
        n: Values of one sample.
        m: Of the other.
        alpha: How often the true distance may be farther away.
    """
    return math.sqrt(math.log(2 / alpha) / 2 * (1 / n + 1 / m))
