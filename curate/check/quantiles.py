"""Quantiles of counted values."""

from collections import Counter


def quantile(counts: Counter[float], share: float) -> float:
    """Return a quantile of values that occur so many times each, interpolated like `numpy.quantile`.

    Args:
        counts: Not empty.
        share: 0 to 1.
    """
    rank = share * (counts.total() - 1)
    values = sorted(counts)
    low = _at_rank(counts, values, int(rank))
    return low + (rank % 1) * (_at_rank(counts, values, min(int(rank) + 1, counts.total() - 1)) - low)


def _at_rank(counts: Counter[float], values: list[float], rank: int) -> float:
    passed = 0
    for value in values:
        passed += counts[value]
        if passed > rank:
            return value
    raise AssertionError("the rank is below the number of values")
