"""What relative checks learn from the whole set: what is usual, and how far from it is odd.

A rule by the spread alone finds something odd in every set: where all pictures but one have the same size, the spread
is nothing, and one row of pixels more is infinitely odd. So each rule has a floor under which nothing is.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from typing import NamedTuple

Score = Callable[[float], float]

_SIGMA = 1.4826
"""Of a normal distribution, the standard deviation over the median absolute deviation."""
_SIGMAS = 3.5
"""The modified z-score from which Iglewicz and Hoaglin (1993) call a value an outlier."""
_FEWEST = 20
"""Of fewer values, median and spread are chance."""


class Learnt(NamedTuple):
    """What a relative check learnt from the whole set.

    Attributes:
        score: From the fact to the value that is compared.
        threshold: None: nothing was learnt, so nothing is odd.
        median: Of the facts; None where the rule has none.
        samples: How many there were to learn from.
    """

    score: Score
    threshold: float | None
    median: float | None = None
    samples: int = 0


class Spread(NamedTuple):
    """How the distance of a fact from its median is counted.

    Attributes:
        floor: What is nearer than this to the median is not odd, however alike the others are.
        doublings: Whether it is counted in doublings, as of sizes and durations, and not in the fact's own unit.
    """

    floor: float
    doublings: bool = False


def learn_fence(counts: Counter[float], side: str, spread: Spread) -> Learnt:
    """Learn the threshold that lies 3.5 standard deviations, or the floor, beyond the median.

    The deviation is that of a normal distribution with this median absolute deviation, which half of the values may
    be wild without moving.

    Args:
        counts: How often each value occurs.
        side: `below` or `above`.
        spread: How distances are counted.
    """
    known = Counter({value: count for value, count in counts.items() if value > 0 or not spread.doublings})
    if known.total() < _FEWEST:
        return Learnt(float, None, samples=known.total())
    scaled = Counter({math.log2(value) if spread.doublings else value: count for value, count in known.items()})
    median = quantile(scaled, 0.5)
    distances: Counter[float] = Counter()
    for value, count in scaled.items():
        distances[abs(value - median)] += count
    deviation = quantile(distances, 0.5)
    away = max(_SIGMAS * _SIGMA * deviation, spread.floor)
    fence = median - away if side == "below" else median + away
    found, middle = (2.0**fence, 2.0**median) if spread.doublings else (fence, median)
    return Learnt(float, float(f"{found:.3g}"), middle, known.total())


def learn_with_limit(counts: Counter[float], side: str, spread: Spread, limit: float) -> Learnt:
    """Learn a fence, or take the limit, whichever flags more: bad in itself, or far from the rest."""
    found = learn_fence(counts, side, spread)
    if found.threshold is None:
        return found._replace(threshold=limit)
    return found._replace(threshold=(max if side == "below" else min)(limit, found.threshold))


def learn_sizes(counts: Counter[float]) -> Learnt:
    """Learn the usual sizes: from three interquartile ranges under the first quartile to as many above the third.

    cleanvision's odd_size: 1 at the middle of that range, 0.5 at its ends, 0 as far again beyond them. Half to twice
    the median is always in the range: there a fifth of ordinary photos would be odd, and of two sizes by one row of
    pixels the rarer one.
    """
    if not counts:
        return Learnt(float, None)
    low, high, median = quantile(counts, 0.25), quantile(counts, 0.75), quantile(counts, 0.5)
    middle, half = (low + high) / 2, 3.5 * (high - low)
    under, over = middle - min(middle - half, median / 2), max(middle + half, 2 * median) - middle

    def score(size: float) -> float:
        away = (middle - size) / under if size < middle else (size - middle) / over
        return 1 - min(1.0, away / 2)

    return Learnt(score, 0.5)


def learn_most_frequent(counts: Counter[float]) -> Learnt:
    """Learn the most frequent value; of several, the smallest."""
    return Learnt(float, min(counts, key=lambda value: (-counts[value], value)) if counts else None)


def quantile(counts: Counter[float], share: float) -> float:
    """Return a quantile of values that occur so many times each, interpolated like `numpy.quantile`.

    Args:
        counts: Not empty.
        share: 0 to 1.
    """
    # Counts and no list of values: in a set of a million few sizes differ.
    rank = share * (counts.total() - 1)
    values = sorted(counts)
    ends = list(accumulate(counts[value] for value in values))
    low, high = (values[bisect_right(ends, place)] for place in (int(rank), min(int(rank) + 1, ends[-1] - 1)))
    return low + (rank % 1) * (high - low)
