"""Apportioning: how many samples of one class go to each split.

The largest remainder method (Hamilton's) gives each split the whole part of its share, and what is left to the
largest remainders. It minimizes the sum of squared differences from the shares, and so does what is done here where
some samples are in their splits already: one sample after the other goes to the split that lacks most.
"""

import math
from collections.abc import Sequence

_TIE_DIGITS = 9


def fill(shares: Sequence[float], held: Sequence[int], count: int, carry: Sequence[float]) -> list[int]:
    """Return how many of `count` samples of a class go to each split.

    Where there are as many samples as splits, none of the splits stays empty: for three samples at .8/.1/.1 that is
    1/1/1 and not 2/1/0, although the share of the first is then missed by more than one sample.

    Args:
        shares: Of the splits, summing to 1.
        held: Samples of the class that are in the splits already.
        count: Samples to give.
        carry: By how much the splits are above their shares over the classes so far; breaks ties, so that of two
            equal shares not always the same one gets the odd sample.
    """
    total = count + sum(held)
    lacks = [total * share - have for share, have in zip(shares, held, strict=True)]
    given = [math.floor(part + 10**-_TIE_DIGITS) for part in spread(lacks, count)]
    for _ in range(count - sum(given)):
        given[_neediest(lacks, given, carry)] += 1
    if total >= len(shares):
        _leave_none_empty(lacks, held, given)
    return given


def spread(lacks: Sequence[float], count: float) -> list[float]:
    """Return real numbers >= 0 that sum to `count` and leave the splits as evenly short of it as they can be.

    Each split gets what it lacks less a level that is the same for all, or nothing.

    Args:
        lacks: How far each split is below its share; negative where it is above. Sums to `count`.
        count: What there is to give.
    """
    level = 0.0
    top = 0.0
    for number, lack in enumerate(sorted(lacks, reverse=True), start=1):
        if number > 1 and lack <= level:
            break
        top += lack
        level = (top - count) / number
    return [max(0.0, lack - level) for lack in lacks]


def _neediest(lacks: Sequence[float], given: Sequence[int], carry: Sequence[float]) -> int:
    def need(split: int) -> tuple[float, float, int]:
        return (-round(lacks[split] - given[split], _TIE_DIGITS), round(carry[split], _TIE_DIGITS), split)

    return min(range(len(given)), key=need)


def _leave_none_empty(lacks: Sequence[float], held: Sequence[int], given: list[int]) -> None:
    """Give each empty split, those first that lack most, a sample of the one that can best spare it."""
    for empty in sorted((i for i in range(len(given)) if held[i] + given[i] == 0), key=lambda i: -lacks[i]):
        donors = [i for i in range(len(given)) if given[i] > 0 and held[i] + given[i] > 1]
        if not donors:
            return
        donor = max(donors, key=lambda i: (round(given[i] - lacks[i], _TIE_DIGITS), given[i]))
        given[donor] -= 1
        given[empty] += 1
