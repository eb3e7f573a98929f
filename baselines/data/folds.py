"""Folds: who is tested when, in cross-validation, with nothing of a tested sample in its training set.

Units are tested together: samples with the same bytes, copies that `dedup --report` named, what `--group` names, and a
generated sample with its source. Generated samples are never tested themselves.
"""

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from curate.records.origin import ties_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from baselines.data.labelled_samples import LabelledSample
    from curate.split.grouping import Grouping

ALWAYS_TRAINS = -1
"""The fold of a unit that is in no test set."""


def units(
    examples: "Sequence[LabelledSample]", digests: "Sequence[str | None]", grouping: "Grouping | None"
) -> "NDArray[np.int64]":
    """Return the unit of each sample, numbered from 0 on in the order of the samples.

    Args:
        examples: Of one dataset.
        digests: Of their files.
        grouping: What else belongs together.
    """
    import numpy as np

    from curate.ground.union_find import join_keys

    # What a group is called is kept apart from digests and paths: a speaker named like a file ties nothing together.
    numbers: dict[tuple[str, str], int] = {}
    samples: list[int] = []
    keys: list[int] = []
    for index, one in enumerate(examples):
        values = grouping.values(one.path, one.tags, digests[index]) if grouping else ()
        for name in (*_names(one, digests[index]), *(("group", value) for value in values)):
            samples.append(index)
            keys.append(numbers.setdefault(name, len(numbers)))
    roots = join_keys(len(examples), np.array(samples, np.int64), np.array(keys, np.int64))
    # A root is the smallest index of its unit, so that the order of the roots is that of the samples.
    return np.unique(roots, return_inverse=True)[1]


def _names(example: "LabelledSample", digest: str | None) -> "Iterator[tuple[str, str]]":
    """Yield what ties a sample to others: digests and paths."""
    for name in ties_of(example.path, digest, example.duplicate_of, example.origin):
        yield "name", name


def make_folds(
    unit: "NDArray[np.int64]", label: "NDArray[np.int64]", testable: "NDArray[np.bool_]", count: int, seed: int
) -> "NDArray[np.int64]":
    """Return the fold in which each sample is tested; whole units, and each class spread evenly.

    Units go one after the other, the largest first, to the fold where they least raise the sum over folds and classes
    of (samples)²; for units of one sample that is an exact stratification.

    Args:
        unit: Of each sample, from 0 on.
        label: Class of each sample, from 0 on.
        testable: Whether the sample may be tested (generated ones may not).
        count: Folds.
        seed: Shuffles units of the same size.

    Returns:
        int64, from 0 on; `ALWAYS_TRAINS` for a unit that holds nothing to be tested.
    """
    import numpy as np

    contents: defaultdict[int, Counter[int]] = defaultdict(Counter)
    tested = testable & ~lonely(unit, label, testable)
    for one, name in zip(unit[tested].tolist(), label[tested].tolist(), strict=True):
        contents[one][name] += 1
    # Shuffled from a sorted list, so that the seed alone decides; the sort by size below is stable and keeps that order
    # among equals. Small units go last: they fill what the large ones left uneven.
    order = np.random.default_rng(seed).permutation(sorted(contents)).tolist()
    filled = np.zeros((count, int(label.max()) + 1))
    fold_of = np.full(int(unit.max()) + 1, ALWAYS_TRAINS, np.int64)
    for chosen in sorted(order, key=lambda one: (-contents[one].total(), min(contents[one]))):
        fold_of[chosen] = _best_fold(filled, contents[chosen])
    return np.asarray(fold_of[unit])


def lonely(unit: "NDArray[np.int64]", label: "NDArray[np.int64]", testable: "NDArray[np.bool_]") -> "NDArray[np.bool_]":
    """Return which samples are of a class that only one unit holds: tested, there is nothing to learn it from."""
    import numpy as np

    units_of: defaultdict[int, set[int]] = defaultdict(set)
    for one, name in zip(unit[testable].tolist(), label[testable].tolist(), strict=True):
        units_of[name].add(one)
    return np.array([len(units_of[name]) < 2 for name in label.tolist()], np.bool_)


def _best_fold(filled: "NDArray[np.float64]", counts: Counter[int]) -> int:
    """Return the fold to put a unit into, and count it there; of equals the one with the fewest samples."""
    # Σ (f + a)² - Σ f² = 2 Σ f a + Σ a², and the last sum is the same in each fold: f · a is all to compare.
    names, added = list(counts), list(counts.values())
    raised, totals = filled[:, names] @ added, filled.sum(axis=1)
    best = min(range(len(filled)), key=lambda fold: (raised[fold], totals[fold], fold))
    filled[best, names] += added
    return best
