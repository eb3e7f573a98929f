"""Class imbalance: counts, shares and the figures that say how uneven they are."""

import math
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from curate.ground.errors import UsageError, did_you_mean
from curate.records.sample import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

UNLABELLED = "(none)"
"""Stands for the samples that have no label, no split or no tag of the key."""


class Described(View):
    """The part of a sample that classes are counted by."""

    path: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None


class ClassCount(Struct, frozen=True):
    """One class.

    Attributes:
        label: Its name.
        count: Number of samples.
        share: Count / number of samples, 0 to 1.
        missing: How many samples it would need to be as large as the largest class.
    """

    label: str
    count: int
    share: float
    missing: int


class Imbalance(Struct, frozen=True):
    """How evenly the samples are spread over classes.

    Attributes:
        by: What was counted: `label`, `split` or `tag:KEY`.
        samples: Number of samples that were counted, without those that have no value.
        classes: Largest first, then by name.
        imbalance_ratio: Largest count / smallest count; 1 is balanced; None without classes.
        effective_classes: exp(Shannon entropy of the shares): the number of equally large classes that would be as
            uneven; equals the number of classes when balanced.
        majority_accuracy: Accuracy of always guessing the largest class; None without classes.
        without: Samples that have no label, split or tag of the key.
    """

    by: str
    samples: int
    classes: tuple[ClassCount, ...]
    imbalance_ratio: float | None
    effective_classes: float
    majority_accuracy: float | None
    without: int


def grouping(by: str) -> "Callable[[Described], Iterable[str]]":
    """Return the function that gives the classes of a sample: `label`, `split`, or `tag:KEY`.

    A sample can carry several tags of one key, and then counts in each.

    Raises:
        UsageError: `by` is none of these.
    """
    if by == "label":
        return lambda sample: () if sample.label is None else (sample.label,)
    if by == "split":
        return lambda sample: () if sample.split is None else (sample.split,)
    if by.startswith("tag:") and len(by) > len("tag:"):
        prefix = f"{by[4:]}="
        return lambda sample: [tag[len(prefix) :] for tag in sample.tags if tag.startswith(prefix)]
    raise UsageError(f"--by {by!r} is unknown{did_you_mean(by, ('label', 'split', 'tag:KEY'))}")


def count_classes(samples: "Iterable[Described]", by: str = "label", within: str | None = None) -> Imbalance:
    """Count the samples of each class.

    Args:
        samples: Any number; only the counts are held.
        by: `label`, `split` or `tag:KEY`.
        within: Count only the samples of this split.

    Raises:
        UsageError: `by` is unknown, or no sample is in the split `within`.
    """
    classes_of = grouping(by)
    counts: Counter[str] = Counter()
    splits: set[str] = set()
    without = total = 0
    for sample in samples:
        if within is not None and sample.split != within:
            # Remembered for the error, which names the nearest split that there is.
            splits.add(sample.split or UNLABELLED)
            continue
        total += 1
        names = classes_of(sample)
        for name in names:
            counts[name] = counts.get(name, 0) + 1
        # A sample with two tags of one key counts in both classes, so that the counts may add up to more than the
        # samples.
        without += not names
    if within is not None and splits and not total:
        raise UsageError(f"--within {within!r}: no sample is in that split{did_you_mean(within, splits)}")
    return imbalance(counts, by, without)


def imbalance(counts: "Counter[str]", by: str = "label", without: int = 0) -> Imbalance:
    """Return the figures of imbalance of some counts; classes that count nothing are classes all the same."""
    total = counts.total()
    largest, smallest = max(counts.values(), default=0), min(counts.values(), default=0)
    classes = tuple(
        ClassCount(label, count, count / total if total else 0.0, largest - count)
        for label, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
    # Classes of no sample add nothing: x log x goes to 0 with x, where the logarithm itself has no value.
    entropy = -sum(found.share * math.log(found.share) for found in classes if found.share)
    return Imbalance(
        by=by,
        samples=total,
        classes=classes,
        imbalance_ratio=largest / smallest if smallest else None,
        effective_classes=math.exp(entropy) if total else 0.0,
        majority_accuracy=largest / total if total else None,
        without=without,
    )


def failed_gates(result: Imbalance, max_ratio: float | None = None, min_count: int | None = None) -> list[str]:
    """Return, in words, the gates that do not hold; a set without classes fails `min_count`."""
    failed = []
    if max_ratio is not None and result.imbalance_ratio is not None and result.imbalance_ratio > max_ratio:
        failed.append(f"imbalance ratio {result.imbalance_ratio:.2f} is above --max-ratio {max_ratio:g}")
    if min_count is not None:
        short = [found for found in result.classes if found.count < min_count]
        if short:
            names = ", ".join(f"{found.label} ({found.count})" for found in short)
            failed.append(f"{len(short)} of {len(result.classes)} classes are below --min-count {min_count}: {names}")
        elif not result.classes and min_count > 0:
            failed.append(f"there are no classes, and --min-count is {min_count}")
    return failed
