"""Do two samples of names come from one distribution? Total variation, its p value and how far off it may be.

All take counts: how often each name occurs in one sample and in the other, at the same places.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]

ENOUGH = 100
"""Draws at least as far apart as what was seen, after which no more are made (Besag and Clifford 1991)."""
_TABLES = 100_000
_CHUNK = 1000
_CELLS = 1 << 21
_MOST_DRAWS = 20_000


def total_variation(a: "Counts", b: "Counts") -> float:
    """Return ½ Σ |share in b - share in a|, 0 to 1: the share of samples that would have to change their name."""
    return float(np.abs(b / b.sum() - a / a.sum()).sum() / 2)


def l_infinity(a: "Counts", b: "Counts") -> float:
    """Return the largest difference of a share."""
    return float(np.abs(b / b.sum() - a / a.sum()).max())


def jensen_shannon(a: "Counts", b: "Counts") -> float:
    """Return the Jensen-Shannon divergence in bits, 0 to 1; scipy's `jensenshannon` is its root, in nats.

    ½ Σ p log2(p / m) + ½ Σ q log2(q / m), m = (p + q) / 2.
    """
    p, q = a / a.sum(), b / b.sum()
    middle = (p + q) / 2
    parts = [one[one > 0] * np.log2(one[one > 0] / middle[one > 0]) for one in (p, q)]
    return max(0.0, float(sum(part.sum() for part in parts) / 2))


def population_stability(a: "Counts", b: "Counts", least: float = 1e-4) -> float:
    """Return the population stability index, Σ (q - p) ln(q / p).

    Args:
        a: Counts of the reference.
        b: Counts of what is new.
        least: A share below is taken for this: of a share of 0 the index would be infinite.
    """
    p, q = np.maximum(a / a.sum(), least), np.maximum(b / b.sum(), least)
    return float(((q - p) * np.log(q / p)).sum())


def stability_by_chance(bins: int, n: int, m: int, alpha: float) -> float:
    """Return what the population stability index exceeds with probability `alpha` where nothing changes.

    chi²(bins - 1) · (1/n + 1/m) (Yurdakul 2018). The usual limit of 0.2 is chance itself for few samples.
    """
    from scipy.stats import chi2

    return float(chi2.isf(alpha, bins - 1) * (1 / n + 1 / m))


def permutation_p(a: "Counts", b: "Counts", draws: int, rng: np.random.Generator) -> float:
    """Return P(total variation >= what was seen) if which samples are of b is chance.

    Exact over all tables with these sums where they are few. Else (1 + hits) / (1 + draws); or the bound below, if that
    is less than all draws together could say: p < 1e-9 would need more of them than anybody has patience for.

    Args:
        a: Counts of the reference.
        b: Counts of what is new.
        draws: Most that are made.
        rng: Draws them.
    """
    both, n, m = a + b, int(a.sum()), int(b.sum())
    seen = int(np.abs(b * n - a * m).sum())
    if not seen:
        return 1.0
    both = both[both > 0]
    tables = math.prod(min(int(count), m) + 1 for count in both[:-1]) if len(both) < 20 else _TABLES + 1
    if tables <= _TABLES:
        return _exact(both, m, seen)
    hits = made = 0
    total = 0.0
    chunk = max(1, min(_CHUNK, _CELLS // len(both)))
    while made < draws:
        drawn = rng.multivariate_hypergeometric(both, m, size=min(chunk, draws - made))
        apart = np.abs(drawn * n - (both - drawn) * m).sum(axis=1)
        reached = np.flatnonzero(apart >= seen)
        if hits + len(reached) >= ENOUGH:
            return ENOUGH / (made + int(reached[ENOUGH - hits - 1]) + 1)
        hits, made, total = hits + len(reached), made + len(apart), total + float(apart.sum())
        # Below all that the draws could say, the bound says it at once.
        if (bound := _tail((seen - total / made) / (2 * n * m), n, m)) < 1 / (1 + draws):
            return bound
    return (1 + hits) / (1 + made)


def _exact(both: "Counts", m: int, seen: int) -> float:
    """Return the probability of all tables that are as far apart: m of the pooled counts, hypergeometric."""
    from scipy.special import gammaln

    def log_choose(of: "NDArray[np.int64]", some: "NDArray[np.int64]") -> "NDArray[np.float64]":
        return np.asarray(gammaln(of + 1) - gammaln(some + 1) - gammaln(of - some + 1))

    n = int(both.sum()) - m
    free = np.indices([min(int(count), m) + 1 for count in both[:-1]]).reshape(len(both) - 1, -1)
    last = m - free.sum(axis=0)
    possible = (last >= 0) & (last <= both[-1])
    of_b = np.concatenate([free[:, possible], last[None, possible]])
    apart = np.abs(of_b * n - (both[:, None] - of_b) * m).sum(axis=0)
    logs = log_choose(both[:, None], of_b).sum(axis=0) - log_choose(np.array([n + m]), np.array([m]))
    return min(1.0, float(np.exp(logs[apart >= seen]).sum()))


def _tail(beyond: float, n: int, m: int) -> float:
    """Return a bound of P(total variation >= its mean + beyond) where which samples are of b is chance.

    McDiarmid's inequality for draws without replacement (El-Yaniv and Pechyony 2009, lemma 2): an exchange of two
    samples changes total variation by 1/n + 1/m at most.
    """
    if beyond <= 0:
        return 1.0
    few, many = sorted((n, m))
    width = few * many / (n + m - 0.5) / (1 - 1 / (2 * many)) * (1 / n + 1 / m) ** 2
    return math.exp(-2 * beyond**2 / width)


def band(a: "Counts", b: "Counts", alpha: float, rng: np.random.Generator) -> float:
    """Return how far total variation may be from the true one; it is exceeded with probability `alpha` at most.

    Total variation is a distance: it is off by the distance of the errors of both samples at most, which the bootstrap
    draws. Never less than what a name may have that was not met in as many samples (1 - share)^n = alpha: of three
    equal samples nobody knows what the fourth will be.

    Args:
        a: Counts of the reference.
        b: Counts of what is new.
        alpha: How often the true one may be farther away.
        rng: Of the bootstrap.
    """
    n, m = int(a.sum()), int(b.sum())
    unmet = -math.log(alpha) * (1 / n + 1 / m) if min(n, m) else 1.0
    draws = math.ceil(20 / alpha)
    if draws > _MOST_DRAWS or draws * len(a) > _CELLS:
        # McDiarmid again, and for the mean √ of the variances: nobody draws a tail of one in a million.
        p, q = a / n, b / m
        mean = float(np.sqrt(p * (1 - p) / n + q * (1 - q) / m).sum() / 2)
        return max(unmet, mean + math.sqrt(-math.log(alpha) / 2 * (1 / n + 1 / m)))
    off = rng.multinomial(m, b / m, size=draws) / m - b / m
    off -= rng.multinomial(n, a / n, size=draws) / n - a / n
    return max(unmet, float(np.quantile(np.abs(off).sum(axis=1) / 2, 1 - alpha, method="higher")))
