"""Apportioning: whole samples in proportion to shares, as evenly as can be, and over both at once.

The largest remainder method (Hamilton's) gives each part the whole of its share, and what is left to the largest
remainders. It minimizes the sum of squared differences from the shares, and so does `apportion_rest` where some
samples are in their parts already: one sample after the other goes to the part that lacks most.
"""

import math
from collections.abc import Mapping, Sequence

_TIE_DIGITS = 9


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Return whole shares of a total in proportion to weights, by the largest remainder; of equals the first wins.

    Args:
        total: What is shared, 0 or more.
        weights: Not negative; where all are zero, all count the same.
    """
    if not weights:
        return []
    whole = sum(weights)
    ideal = [total * (weight / whole if whole else 1 / len(weights)) for weight in weights]
    # Everybody gets the whole part; the largest remainders (smallest share - ideal) get one more, until nothing is
    # left.
    shares = [int(share) for share in ideal]
    order = sorted(range(len(weights)), key=lambda index: (shares[index] - ideal[index], index))
    for index in order[: total - sum(shares)]:
        shares[index] += 1
    return shares


def fill_classes(total: int, counts: Mapping[str, int], preferred: Mapping[str, int] | None = None) -> dict[str, int]:
    """Return how many to add to each class so that the classes become as even as they can, like water in a vessel.

    Args:
        total: What is added.
        counts: What each class has.
        preferred: Of classes that are level, those with the smallest number here get the rest first.
    """
    order = sorted(counts, key=lambda name: (counts[name], name))
    size, below = 0, 0
    # The lowest classes that the water covers: one more is covered if enough is left once it is reached.
    while size < len(order) and counts[order[size]] * size - below <= total:
        below += counts[order[size]]
        size += 1
    # Water stands at one level over the covered classes; what does not divide evenly is given one by one.
    level, rest = divmod(total + below, size) if size else (0, 0)
    covered = order[:size]
    added = dict.fromkeys(counts, 0) | {name: level - counts[name] for name in covered}
    for name in sorted(covered, key=lambda name: ((preferred or {}).get(name, 0), name))[:rest]:
        added[name] += 1
    return added


def apportion_classes(counts: Mapping[str, int], weights: Sequence[float]) -> list[dict[str, int]]:
    """Divide each count over parts in proportion to weights, so that the totals of the parts keep the proportion too.

    What a class cannot give exactly is made up for in the next one.

    Returns:
        For each part the count of each class.
    """
    parts: list[dict[str, int]] = [{} for _ in weights]
    whole, given, seen = sum(weights), [0] * len(weights), 0
    for name, count in counts.items():
        seen += count
        # By what each part should have in all so far, not by this class alone: rounding does not add up.
        owed = [
            max(0.0, seen * (weight / whole if whole else 1 / len(weights)) - had)
            for weight, had in zip(weights, given, strict=True)
        ]
        for index, share in enumerate(apportion(count, owed)):
            parts[index][name] = share
            given[index] += share
    return parts


def apportion_rest(shares: Sequence[float], held: Sequence[int], count: int, carry: Sequence[float]) -> list[int]:
    """Return how many of `count` samples of a class go to each part, where the parts hold some already.

    Where there are as many samples as parts, none of the parts stays empty: for three samples at .8/.1/.1 that is
    1/1/1 and not 2/1/0, although the share of the first is then missed by more than one sample.

    Args:
        shares: Of the parts, summing to 1.
        held: Samples of the class that are in the parts already.
        count: Samples to give.
        carry: By how much the parts are above their shares over the classes so far; breaks ties, so that of two
            equal shares not always the same one gets the odd sample. In a class of fewer samples than parts it counts
            as much as what the class lacks: of many such classes, each rounded alone, all would go to the largest part.
    """
    total = count + sum(held)
    lacks = [total * share - have for share, have in zip(shares, held, strict=True)]
    # A product of floats such as 10 * 0.7 may end just below the whole number that it is.
    given = [math.floor(part + 10**-_TIE_DIGITS) for part in water_filling(lacks, count)]

    def need(part: int) -> tuple[float, float, int]:
        # Rounded, or the last bits of two equal needs would decide and `carry` never did.
        return (-round(lacks[part] - given[part], _TIE_DIGITS), round(carry[part], _TIE_DIGITS), part)

    if total < len(shares):
        owed = [round(lack - have - more, _TIE_DIGITS) for lack, have, more in zip(lacks, given, carry, strict=True)]
        # One more each at most, or the few samples of a class would all go to the part that lacks most over all.
        for part in sorted(range(len(given)), key=lambda part: -owed[part])[: count - sum(given)]:
            given[part] += 1
        return given
    for _ in range(count - sum(given)):
        given[min(range(len(given)), key=need)] += 1
    # Each empty part, those first that lack most, gets a sample of the one that can best spare it.
    for empty in sorted((i for i in range(len(given)) if held[i] + given[i] == 0), key=lambda i: -lacks[i]):
        donors = [i for i in range(len(given)) if given[i] > 0 and held[i] + given[i] > 1]
        if not donors:
            break
        given[max(donors, key=lambda i: (round(given[i] - lacks[i], _TIE_DIGITS), given[i]))] -= 1
        given[empty] += 1
    return given


def water_filling(lacks: Sequence[float], count: float) -> list[float]:
    """Return real numbers >= 0 that sum to `count` and leave the parts as evenly short of it as they can be.

    Each part gets what it lacks less a level that is the same for all, or nothing.

    Args:
        lacks: How far each part is below its share; negative where it is above. Sums to `count`.
        count: What there is to give.
    """
    level = top = 0.0
    for number, lack in enumerate(sorted(lacks, reverse=True), start=1):
        # This part, and all after it, are above the level already and get nothing.
        if number > 1 and lack <= level:
            break
        top += lack
        level = (top - count) / number
    return [max(0.0, lack - level) for lack in lacks]
