"""The difference of two systems on the same samples, by the score statistic: sound also where few of them differ.

The usual interval (Wald's) has no width where the systems agree on every sample, and is too short where they nearly
do, which is how an old and a new model mostly stand to each other.
"""

import math
from statistics import NormalDist

_ROUNDS = 100


def score_statistic(new_only: int, old_only: int, pairs: int, difference: float) -> float:
    """Return how many standard errors the seen difference lies above a supposed one (Tango 1998, equation 5).

    (b - c - n·d) / sqrt(n · (2q + d(1 - d))), with q the likeliest share of the pairs that only the old system gets
    right, given d: the larger root of 2n·q² - (b + c - (2n - b + c)·d)·q - c·d(1 - d) = 0.

    Args:
        new_only: Samples that only the new system gets right (b).
        old_only: Samples that only the old system gets right (c).
        pairs: All samples (n), 1 or more.
        difference: The supposed difference in accuracy, new - old, within -1 to 1 (d).
    """
    first = 2 * pairs
    second = -new_only - old_only + (2 * pairs - new_only + old_only) * difference
    third = -old_only * difference * (1 - difference)
    share = (math.sqrt(max(second * second - 4 * first * third, 0.0)) - second) / (2 * first)
    variance = pairs * (2 * share + difference * (1 - difference))
    above = new_only - old_only - pairs * difference
    if variance <= 0:
        # At d = -1 or 1, and at 0 where nothing differs: there is no spread, only yes or no.
        return 0.0 if abs(above) < 1e-9 else math.copysign(math.inf, above)
    return above / math.sqrt(variance)


def paired_interval(new_only: int, old_only: int, pairs: int, level: float = 0.95) -> tuple[float, float]:
    """Return the score interval of the difference new - old in accuracy (Tango 1998).

    Each end is the difference at which the score statistic is the normal quantile. It falls as the supposed difference
    grows, so that halving finds the ends to the last digit.

    Args:
        new_only: Samples that only the new system gets right.
        old_only: Samples that only the old system gets right.
        pairs: All samples, 1 or more.
        level: How often it holds the true difference, 0 to 1; of a decision to one side at alpha it is 1 - 2·alpha.
    """
    z = NormalDist().inv_cdf((1 + level) / 2)
    seen = (new_only - old_only) / pairs

    def end(inside: float, outside: float, wanted: float) -> float:
        for _ in range(_ROUNDS):
            middle = (inside + outside) / 2
            within = abs(score_statistic(new_only, old_only, pairs, middle)) < wanted
            inside, outside = (middle, outside) if within else (inside, middle)
        return inside

    return end(seen, -1.0, z), end(seen, 1.0, z)


def p_below(new_only: int, old_only: int, pairs: int, difference: float) -> float:
    """Return the one-sided p value of a difference as small as the seen one, where it is `difference` in truth."""
    return NormalDist().cdf(score_statistic(new_only, old_only, pairs, difference))
