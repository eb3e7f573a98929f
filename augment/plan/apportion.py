"""Dividing whole numbers: in proportion, as evenly as can be, and over both at once."""

from collections.abc import Mapping, Sequence


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
    shares = [int(share) for share in ideal]
    order = sorted(range(len(weights)), key=lambda index: (shares[index] - ideal[index], index))
    for index in order[: total - sum(shares)]:
        shares[index] += 1
    return shares


def fill(total: int, counts: Mapping[str, int], preferred: Mapping[str, int] | None = None) -> dict[str, int]:
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
    level, rest = divmod(total + below, size) if size else (0, 0)
    covered = order[:size]
    added = dict.fromkeys(counts, 0) | {name: level - counts[name] for name in covered}
    for name in sorted(covered, key=lambda name: ((preferred or {}).get(name, 0), name))[:rest]:
        added[name] += 1
    return added


def missing(counts: Mapping[str, int], largest: int) -> int:
    """Return how many samples fill every class up to `largest`."""
    return sum(max(0, largest - count) for count in counts.values())


def spread(counts: Mapping[str, int], weights: Sequence[float]) -> list[dict[str, int]]:
    """Divide each count over parts in proportion to weights, so that the totals of the parts keep the proportion too.

    What a class cannot give exactly is made up for in the next one.

    Returns:
        For each part the count of each class.
    """
    parts: list[dict[str, int]] = [{} for _ in weights]
    whole, given, seen = sum(weights), [0] * len(weights), 0
    for name, count in counts.items():
        seen += count
        owed = [
            max(0.0, seen * (weight / whole if whole else 1 / len(weights)) - had)
            for weight, had in zip(weights, given, strict=True)
        ]
        for index, share in enumerate(apportion(count, owed)):
            parts[index][name] = share
            given[index] += share
    return parts
