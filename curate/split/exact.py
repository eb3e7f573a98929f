"""`exact`: every class as near to its shares as whole samples, and whole groups, allow."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from curate.ground.apportion import apportion_rest, water_filling
from curate.split.group_assignment import make_groups, pack

if TYPE_CHECKING:
    from numpy.typing import NDArray


def split_exactly(
    split: "NDArray[np.int64]",
    components: "NDArray[np.int64]",
    strata: "NDArray[np.int64]",
    shares: Sequence[float],
    order: "NDArray[np.uint64]",
    starts: int = 1,
    *,
    fill_all: bool = False,
) -> None:
    """Give a split to each sample that has none.

    Groups of two and more are packed first; the samples that belong with no other then fill each class up to its
    shares. What is in a split already counts.

    Args:
        split: Of each sample, -1 for those to be given one; written to. Splits from len(shares) on count for nothing.
        components: Of each sample, numbered in an order that does not come from the manifest.
        strata: Class of each sample, 0, 1, 2…
        shares: Of the splits, summing to 1.
        order: Of the samples; does not come from the manifest either.
        starts: As for `pack`.
        fill_all: Whether a split must not be left empty while there is a sample for it, as a fold must not.
    """
    classes = int(strata.max()) + 1
    free = split < 0
    grouped = free & (np.bincount(components)[components] > 1)
    single = free & ~grouped
    singles = np.bincount(strata[single], minlength=classes)
    if grouped.any():
        _, groups = np.unique(components[grouped], return_inverse=True)
        held = _count(split, strata, classes, len(shares))
        wished = _wished(held, np.bincount(strata[free], minlength=classes), singles, shares)
        # Where there are at least as many single samples as splits, those fill every split, and no group has to.
        needy = (held.sum(axis=0) == 0) & (singles.sum() < len(shares))
        split[grouped] = pack(make_groups(groups, strata[grouped], classes), wished, needy, starts)[groups]
    _fill(split, np.flatnonzero(single), singles, strata, shares, order)
    if fill_all:
        places = np.flatnonzero(single)
        # Of equals the first counts, and that must not be one of the manifest.
        _fill_empty(split, places[np.argsort(order[places])], strata, shares)


def _count(split: "NDArray[np.int64]", strata: "NDArray[np.int64]", classes: int, splits: int) -> "NDArray[np.int64]":
    """Return how many samples of each class are in each split."""
    known = (split >= 0) & (split < splits)
    cells = np.bincount(strata[known] * splits + split[known], minlength=classes * splits)
    return cells.reshape(classes, splits)


def _wished(
    held: "NDArray[np.int64]", free: "NDArray[np.int64]", singles: "NDArray[np.int64]", shares: Sequence[float]
) -> "NDArray[np.float64]":
    """Return how many samples of each class the groups should bring to each split.

    That is what the split lacks, less the part that single samples will bring: of what is lacking they take the same
    share everywhere, or else all groups would go to the largest split and all single samples to the others.
    """
    lacks = (held.sum(axis=1) + free)[:, None] * np.array(shares) - held
    for number in np.flatnonzero(singles):
        lacks[number] -= np.array(water_filling(lacks[number].tolist(), int(free[number]))) * (
            singles[number] / free[number]
        )
    return lacks  # type: ignore[no-any-return]


def _fill(
    split: "NDArray[np.int64]",
    single: "NDArray[np.int64]",
    singles: "NDArray[np.int64]",
    strata: "NDArray[np.int64]",
    shares: Sequence[float],
    order: "NDArray[np.uint64]",
) -> None:
    held = _count(split, strata, len(singles), len(shares))
    # By class, within a class shuffled: `given` then says how many of each class go to which split, in one repeat.
    drawn = single[np.lexsort((order[single], strata[single]))]
    carry = [0.0] * len(shares)
    given = np.zeros(held.shape, np.int64)
    for number in _largest_first(held.sum(axis=1) + singles, strata[single], order[single], len(shares)):
        have, count = held[number].tolist(), int(singles[number])
        given[number] = new = apportion_rest(shares, have, count, carry) if count else [0] * len(shares)
        total = count + sum(have)
        # What rounding gave one split too much, the next classes give to others: without it, a hundred classes of 5
        # samples at .8/.1/.1 would all round alike.
        carry = [at + n + h - total * share for at, n, h, share in zip(carry, new, have, shares, strict=True)]
    split[drawn] = np.repeat(np.tile(np.arange(len(shares)), len(singles)), given.ravel())


def _largest_first(
    sizes: "NDArray[np.int64]", strata: "NDArray[np.int64]", order: "NDArray[np.uint64]", splits: int
) -> list[int]:
    """Return the classes: by number those that can be in every split, then the smaller ones, shuffled.

    Which of those go where is a matter of whose turn it is: by name that would be every fifth of the alphabet.

    Args:
        sizes: Samples of each class.
        strata: Class of each single sample.
        order: Of each single sample.
        splits: How many there are.
    """
    first = np.full(len(sizes), np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(first, strata, order)
    first[sizes >= splits] = 0
    found: list[int] = np.argsort(first, kind="stable").tolist()
    return found


def _fill_empty(
    split: "NDArray[np.int64]", single: "NDArray[np.int64]", strata: "NDArray[np.int64]", shares: Sequence[float]
) -> None:
    """Give each empty split one of the single samples, of a split with more than that one.

    Class by class nothing says so: where three single samples of one class meet five folds of which two hold groups,
    one of the three may go to the fold with a group of another class.
    """
    classes = int(strata.max()) + 1
    while True:
        held = _count(split, strata, classes, len(shares))
        sizes = held.sum(axis=0)
        empty = np.flatnonzero(sizes == 0)
        free = single[sizes[split[single]] > 1]
        if not len(empty) or not len(free):
            return
        over = held - held.sum(axis=1, keepdims=True) * np.array(shares)
        split[free[int(over[strata[free], split[free]].argmax())]] = empty[0]
