"""What chance alone explains: intervals of an accuracy and of a difference, and McNemar's test of two systems."""

import math
from functools import lru_cache

Z_95 = 1.959963984540054
"""Quantile 0.975 of the standard normal distribution: two-sided intervals of 95 %."""
RESAMPLES = 10_000
"""Drawn by `paired_bootstrap`; Efron and Tibshirani (1993) advise 1,000 at least for percentile intervals."""
EXACT_BELOW = 25
"""Discordant samples below which the test is exact (Edwards 1948; the usual rule for the chi² approximation)."""
_COUNTED = 1000


def wilson(right: float, samples: float, z: float = Z_95) -> tuple[float, float]:
    """Return the score interval of a proportion (Wilson 1927), both ends within 0 to 1; of 95 % where z is not given.

    (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n), with p = right / samples and n = samples.
    It is sound for few samples and near 0 and 1, where the usual p ± 1.96·sqrt(p(1-p)/n) is not.

    Args:
        right: How many were right, 0 to `samples`.
        samples: Of how many, which may be an effective number; of none, nothing is known and the interval is (0, 1).
        z: Quantile of the standard normal distribution, above 0.
    """
    if samples == 0:
        # 0/0: any share is possible.
        return 0.0, 1.0
    share, ratio = right / samples, z**2 / samples
    middle = (share + ratio / 2) / (1 + ratio)
    half = z * math.sqrt(share * (1 - share) / samples + ratio / samples / 4) / (1 + ratio)
    # At 0 and at all right, the formula gives exactly 0 and 1, but for the rounding of floats.
    return 0.0 if right == 0 else max(0.0, middle - half), 1.0 if right == samples else min(1.0, middle + half)


@lru_cache(maxsize=4096)
def paired_bootstrap(better: int, worse: int, samples: int, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % percentile interval of the difference in accuracy (second system - first) on the same samples.

    Samples are drawn with replacement, each with the answers of both systems (Efron and Tibshirani 1993, 13.3). Of a
    sample only its difference matters: +1, 0 or -1. So a draw of n samples is a draw from the multinomial distribution
    of these three, which is the same distribution and takes no longer for many samples.

    Args:
        better: Samples that only the second system gets right.
        worse: Samples that only the first system gets right.
        samples: All samples, 1 or more.
        seed: Where chance begins; the interval depends on these four numbers only.
    """
    import numpy as np

    # The larger count is drawn first, so that the systems in the other order give the mirror image.
    sign, more, less = (1, better, worse) if better >= worse else (-1, worse, better)
    shares = np.array([more, less, samples - more - less]) / samples
    drawn = np.random.default_rng(seed).multinomial(samples, shares, size=RESAMPLES)
    # Not interpolated: a difference is a whole number of samples, and the gate compares its ends with exactly 0.
    ends = np.quantile(drawn[:, 0] - drawn[:, 1], [0.025, 0.975], method="closest_observation")
    low, high = sorted(sign * int(end) / samples for end in ends)
    return low, high


def mcnemar(b: int, c: int) -> float:
    """Return the two-sided p value: exact for fewer than 25 discordant samples, else by the corrected chi².

    Args:
        b: Samples that only one of the systems gets right.
        c: Samples that only the other one gets right.
    """
    return exact_p(b, c) if b + c < EXACT_BELOW else corrected_chi2(b, c)[1]


def exact_p(b: int, c: int) -> float:
    """Return the two-sided binomial p value: 2 · P(X <= min(b, c)), X binomial of b + c with 1/2, 1 at most."""
    # Where both are wrong or both right the systems do not differ; under the null hypothesis each of the others
    # falls to either side like a coin.
    discordant = b + c
    if discordant > _COUNTED:
        # The whole numbers below grow with the square of the samples: 100,000 of them take minutes.
        from scipy.special import bdtr

        return min(1.0, 2 * float(bdtr(min(b, c), discordant, 0.5)))
    tail = sum(math.comb(discordant, count) for count in range(min(b, c) + 1))
    # Whole numbers are divided only here: 2**n is beyond a float for many samples.
    return min(1.0, 2 * tail / (1 << discordant))


def corrected_chi2(b: int, c: int) -> tuple[float, float]:
    """Return chi² = (|b - c| - 1)² / (b + c) with one degree of freedom (Edwards 1948), and its p value.

    The correction never takes the difference below 0. The tail of chi² with one degree of freedom is erfc(√(chi²/2)).
    Without discordant samples there is nothing to tell the systems apart by: (0, 1).
    """
    if b + c == 0:
        return 0.0, 1.0
    statistic = max(abs(b - c) - 1, 0) ** 2 / (b + c)
    return statistic, math.erfc(math.sqrt(statistic / 2))


def newcombe(a: float, ends_a: tuple[float, float], b: float, ends_b: tuple[float, float]) -> tuple[float, float]:
    """Return the 95 % interval of the difference a - b of two independent shares (Newcombe 1998, method 10).

    a - b - sqrt((a - low_a)² + (high_b - b)²) to a - b + sqrt((high_a - a)² + (b - low_b)²): with Wilson's ends it is
    sound where the shares are near 0 or 1; with those of clusters it holds clusters.

    Args:
        a: The first share, 0 to 1.
        ends_a: Its 95 % interval.
        b: The second share.
        ends_b: Its 95 % interval.
    """
    low = a - b - math.hypot(a - ends_a[0], ends_b[1] - b)
    return low, a - b + math.hypot(ends_a[1] - a, b - ends_b[0])
