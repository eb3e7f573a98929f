"""Do two samples of numbers come from one distribution? The largest distance of their distribution functions.

Facts are rounded, so equal values are the rule. The p value that pretends there are none is too large, and scipy's
exact one does; the one here counts the ways of parting the very values that were seen.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def p_values(found: "Sequence[Distance]") -> list[float]:
    """Return P(D >= d) of each, if its values are of one distribution: exact with ties for few, else by its limit."""
    from scipy.stats import kstwo

    p = [1.0] * len(found)
    alike: dict[tuple[int, int], list[int]] = {}
    for place, one in enumerate(found):
        n, m = one.sizes
        if n + m <= EXACT_UP_TO:
            alike.setdefault((n, m), []).append(place)
        else:
            # Of n and m values, D is distributed like that of nm / (n + m) against a known distribution; ties lower it.
            p[place] = min(1.0, float(kstwo.sf(one.d, max(1, round(n * m / (n + m))))))
    for places in alike.values():
        for place, exact in zip(places, exact_ps([found[at] for at in places]), strict=True):
            p[place] = exact
    return p


def exact_ps(found: "Sequence[Distance]") -> list[float]:
    """Return P(D >= d) of distances of equal sizes over all ways of parting the values of both samples, ties included.

    A walk over the pooled values (Hodges 1957) that only looks where a different value follows (Schröer and Trenkler
    1995). What leaves the band is added up: 1 less what stays would lose a small p in the last bits.
    """
    sizes = found[0].sizes
    (n, m), total = sorted(sizes), sum(sizes)
    looks = np.zeros((total + 1, len(found), 1), np.bool_)
    for place, one in enumerate(found):
        looks[one.ends, place] = True
    steps, count = np.array([[one.steps] for one in found]), np.arange(n + 1)
    # chance[t, i]: i of the first k values are of the smaller sample, and walk t has not left its band. All facts of a
    # set walk side by side: a step costs the call, not the numbers.
    chance, left = np.zeros((len(found), n + 1)), np.zeros(len(found))
    chance[:, 0] = 1.0
    for k in range(1, total + 1):
        rest = total - k + 1
        # Of a sample that is used up nothing can be taken, so no walk gets to a place that there is not.
        low, high = max(0, k - m - 1), min(n, k) + 1
        part = chance[:, low:high]
        taken = part[:, :-1] * ((n - count[low : high - 1]) / rest)
        part *= (m - (k - 1 - count[low:high])) / rest
        part[:, 1:] += taken
        if looks[k].any():
            outside = (np.abs(count[low:high] * m - (k - count[low:high]) * n) >= steps) & looks[k]
            left += np.where(outside, part, 0.0).sum(axis=1)
            part[outside] = 0.0
    return [min(1.0, float(value)) if one.steps else 1.0 for value, one in zip(left, found, strict=True)]


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
