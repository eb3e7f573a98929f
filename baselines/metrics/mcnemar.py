"""McNemar's test: do two systems, tried on the same samples, differ in accuracy."""

import math

EXACT_BELOW = 25
"""Discordant samples below which the test is exact (Edwards 1948; the usual rule for the chi² approximation)."""


def mcnemar(b: int, c: int) -> float:
    """Return the two-sided p value: exact for fewer than 25 discordant samples, else by the corrected chi².

    Args:
        b: Samples that only one of the systems gets right.
        c: Samples that only the other one gets right.
    """
    return exact_p(b, c) if b + c < EXACT_BELOW else corrected_chi2(b, c)[1]


def exact_p(b: int, c: int) -> float:
    """Return the two-sided binomial p value: 2 · P(X <= min(b, c)), X binomial of b + c with 1/2, 1 at most."""
    discordant = b + c
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
