"""Agreement beyond chance: 1 is perfect, 0 is what chance would give, below 0 is less than that."""

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def cohen(pairs: "Iterable[tuple[str, str]]") -> float | None:
    """Return Cohen's kappa (1960) of two annotators: (p_o - p_e) / (1 - p_e).

    p_o is the share of samples with the same label, p_e the sum over labels of the product of how often each of the
    two uses it.

    Args:
        pairs: The labels of both, for each sample that both labelled.

    Returns:
        None where it is not defined: no samples, or both used one and the same label throughout.
    """
    listed = list(pairs)
    first, second = Counter(one for one, _ in listed), Counter(other for _, other in listed)
    total = len(listed)
    # p_o and p_e times n² are whole numbers, so that "all by chance" is an exact comparison and no 0/0 slips through.
    by_chance = sum(count * second[label] for label, count in first.items())
    if by_chance == total**2:
        return None
    same = sum(one == other for one, other in listed)
    return (same * total - by_chance) / (total**2 - by_chance)


def fleiss(samples: "Sequence[Mapping[str, int]]") -> float | None:
    """Return the kappa of Fleiss (1971), of samples that all have the same number of labels.

    (P - P_e) / (1 - P_e): P is the mean over samples of the share of pairs of labels that agree, P_e the sum of the
    squared shares of the labels.

    Args:
        samples: How often each label was given to each sample; every sample has n >= 2 labels.

    Returns:
        None where it is not defined: no samples, or one label only.
    """
    if not samples:
        return None
    each = sum(samples[0].values())
    totals = _totals(samples)
    agreeing = sum(count * (count - 1) for counts in samples for count in counts.values())
    observed = agreeing / (len(samples) * each * (each - 1))
    if len(totals) < 2:
        # One label throughout: P_e is 1, and the formula 0/0.
        return None
    by_chance = sum((count / totals.total()) ** 2 for count in totals.values())
    return (observed - by_chance) / (1 - by_chance)


def krippendorff(samples: "Iterable[Mapping[str, int]]") -> float | None:
    """Return Krippendorff's alpha for nominal labels; any number of labels may be missing.

    1 - D_o / D_e from the coincidences (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"): each pair
    of labels of a sample with m labels counts 1 / (m - 1). Samples with fewer than two labels say nothing.

    Args:
        samples: How often each label was given to each sample.

    Returns:
        None where it is not defined: no sample has two labels, or there is one label only.
    """
    paired = [counts for counts in samples if sum(counts.values()) >= 2]
    totals = _totals(paired)
    # In the words of the paper: D_o = Σ different / (m - 1) / n and D_e = different(totals) / (n (n - 1)), so that one
    # n falls out of their quotient. A sample with one label pairs with nothing and is not in n.
    number = totals.total()
    different = sum(_different(counts) / (sum(counts.values()) - 1) for counts in paired)
    by_chance = _different(totals)
    return 1 - (number - 1) * different / by_chance if by_chance else None


def _different(counts: "Mapping[str, int]") -> int:
    """Return the number of ordered pairs of labels that differ."""
    return sum(counts.values()) ** 2 - sum(count**2 for count in counts.values())


def _totals(samples: "Iterable[Mapping[str, int]]") -> "Counter[str]":
    totals: Counter[str] = Counter()
    for counts in samples:
        totals.update({label: count for label, count in counts.items() if count})
    return totals
