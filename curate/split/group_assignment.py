"""Packing: whole groups into splits, as near to the wished numbers as whole groups allow.

The aim is the sum over splits, and over all classes and the whole set, of (samples - wished samples) squared; the
whole set counts as one class more, for many small classes that are each well rounded can add up to a split that is
not. Before that aim comes another: no split is left empty while there is a group for it.

Few groups are all tried (`best_of_all`). Many are placed one by one, the largest first, where they lower the sum most;
then moves and exchanges of groups lower it further, until none does or a fixed number was tried, so that the
result never depends on the speed of the machine.

All numbers are thousandths of a sample in floats, so they are integers below 2^53 and every sum is exact: ties are
ties on every machine, and the first in order wins.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

EXACT_CHOICES = 3**12
"""Up to so many ways to place the groups, all are tried: 12 groups in 3 splits, 19 in 2. About a second."""
MOVES_TRIED = 400_000
EXCHANGE_CELLS = 1_000_000
"""Exchanges matter where groups are few; each one looks at this many counts at most."""
EXCHANGES_COST = 250_000_000
STARTS_COST = 4000
"""So many groups are placed in all orders together: 41 groups in 64 orders take half a second."""
UNIT = 1000.0
"""Wished numbers are rounded to a thousandth of a sample."""
_TRIED_AT_ONCE = 1 << 15


@dataclass(frozen=True, slots=True)
class Groups:
    """How many samples of which class each group has; the whole set is the last class.

    Attributes:
        starts: Where the entries of each group begin; one more than there are groups.
        classes: Class of each entry.
        counts: Samples of each entry.
        sizes: Samples of each group.
    """

    starts: "NDArray[np.int64]"
    classes: "NDArray[np.int64]"
    counts: "NDArray[np.float64]"
    sizes: "NDArray[np.int64]"

    def entries(self, group: int) -> "tuple[NDArray[np.int64], NDArray[np.float64]]":
        """Return the classes of a group and how many samples it has of each."""
        part = slice(self.starts[group], self.starts[group + 1])
        return self.classes[part], self.counts[part]

    def table(self, classes: int) -> "NDArray[np.float64]":
        """Return the counts as a table of groups x classes."""
        table = np.zeros((len(self.sizes), classes))
        table[np.repeat(np.arange(len(self.sizes)), np.diff(self.starts)), self.classes] = self.counts
        return table


def make_groups(groups: "NDArray[np.int64]", classes: "NDArray[np.int64]", number_of_classes: int) -> Groups:
    """Return the groups 0, 1, 2… from the group and the class of each sample."""
    cells, counts = np.unique(groups * (number_of_classes + 1) + classes, return_counts=True)
    sizes = np.bincount(groups)
    # The whole set is one more class of every group, behind its others, so that the sum over all is the same sum.
    whole = np.arange(len(sizes)) * (number_of_classes + 1) + number_of_classes
    order = np.argsort(cells := np.concatenate((cells, whole)))
    owner, kind = np.divmod(cells[order], number_of_classes + 1)
    starts = np.searchsorted(owner, np.arange(len(sizes) + 1))
    return Groups(starts, kind, np.concatenate((counts, sizes))[order].astype(np.float64), sizes)


def pack(
    groups: Groups, wished: "NDArray[np.float64]", needy: "NDArray[np.bool_]", starts: int = 1
) -> "NDArray[np.int64]":
    """Return the split of each group.

    Args:
        groups: In an order that does not come from the manifest: it breaks ties.
        wished: Samples wished, classes x splits; negative where there are too many already.
        needy: Splits that would be empty without a group.
        starts: In how many orders the groups are placed, where they are few; the best of them counts.
    """
    target = np.rint(UNIT * np.vstack((wished, wished.sum(axis=0))))
    number = len(groups.sizes)
    if wished.shape[1] ** number <= EXACT_CHOICES:
        return best_of_all(groups.table(len(target)), target, needy)
    largest_first = np.argsort(-groups.sizes, kind="stable")
    best = _improved(groups, target, needy, largest_first)
    # The order in which groups are placed decides where the moves end. Seen on 41 speakers of 30 words in 3, 5 and 10
    # folds: a sum of 42, 58 and 76 samples squared from the largest first, 24, 42 and 64 as the best of 30 orders.
    for start in range(1, min(starts, max(1, STARTS_COST // number))):
        order = np.random.default_rng(start).permutation(number)
        other = _improved(groups, target, needy, order)
        best = min((best, other), key=Improvement.sum)
    return best.where


def _improved(
    groups: Groups, target: "NDArray[np.float64]", needy: "NDArray[np.bool_]", order: "NDArray[np.int64]"
) -> "Improvement":
    number = len(order)
    packed = Improvement(groups, -target, needy)
    packed.place(order)
    packed.fill_empty()
    # Rounds, because a move opens others. Their number depends on the number of groups and never on the clock.
    for _ in range(max(1, min(4, MOVES_TRIED // number))):
        changed = packed.move(order[:MOVES_TRIED])
        if number * len(target) <= EXCHANGE_CELLS:
            changed += packed.exchange(order[: max(1, EXCHANGES_COST // (4 * number * len(target)))])
        if not changed:
            break
    return packed


def best_of_all(
    table: "NDArray[np.float64]", target: "NDArray[np.float64]", needy: "NDArray[np.bool_]"
) -> "NDArray[np.int64]":
    """Return the split of each group that leaves fewest needy splits empty and, of those, is nearest to the target.

    With `a` the 0/1 vector of the groups in a split, `K` the table and `w` the target of that split, the squared
    distance |aK - w|^2 is a(KK')a' - 2a(Kw) and a constant: what a try costs does not depend on the number of classes.

    Args:
        table: Samples, groups x classes.
        target: Thousandths of samples, classes x splits.
        needy: Splits that should get a group.
    """
    number, splits = len(table), target.shape[1]
    inner, pull = UNIT * (table @ table.T), table @ target
    best: tuple[int, float, int] = (splits + 1, 0.0, 0)
    # In blocks: 3^12 ways at once would be 531,441 x 12 places for each split.
    for first in range(0, splits**number, _TRIED_AT_ONCE):
        ways = np.arange(first, min(first + _TRIED_AT_ONCE, splits**number))
        places = _digits(ways, number, splits)
        distance, empty = np.zeros(len(ways)), np.zeros(len(ways), np.int64)
        for split in range(splits):
            inside = (places == split).astype(np.float64)
            distance += ((inside @ inner) * inside).sum(axis=1) - 2 * (inside @ pull[:, split])
            if needy[split]:
                empty += ~inside.any(axis=1)
        # Fewest empty splits first, then the least distance; lexsort is stable, so that of equals the first wins.
        place = int(np.lexsort((distance, empty))[0])
        best = min(best, (int(empty[place]), float(distance[place]), first + place))
    return _digits(np.array([best[2]]), number, splits).ravel()


def _digits(numbers: "NDArray[np.int64]", count: int, base: int) -> "NDArray[np.int64]":
    """Return numbers as digits, shape (numbers, count): digit i of a way is the split of group i."""
    powers = base ** np.arange(count - 1, -1, -1, dtype=np.int64)
    return numbers[:, None] // powers % base


class Improvement:
    """A packing on its way.

    With `d` the distances of a split from its target, putting a group of counts `k` there changes their squared sum
    by 2kd + kk, and taking it away by -2kd + kk: each step costs only the classes of that group.

    Attributes:
        where: Split of each group, -1 before it is placed.
        excess: Thousandths of samples above the target, classes x splits.
        members: Number of groups in each split.
    """

    def __init__(self, groups: Groups, excess: "NDArray[np.float64]", needy: "NDArray[np.bool_]") -> None:
        self.groups = groups
        self.excess = excess
        self.needy = needy
        self.members = np.zeros(excess.shape[1], np.int64)
        self.where = np.full(len(groups.sizes), -1, np.int64)

    def place(self, order: "NDArray[np.int64]") -> None:
        """Put each group where it lowers the sum most."""
        for group in order:
            classes, counts = self.groups.entries(group)
            self._put(group, int((counts @ self.excess[classes]).argmin()))

    def sum(self) -> float:
        """Return how far it is from the target: over splits and classes, the squared distance."""
        return float(np.square(self.excess).sum())

    def fill_empty(self) -> None:
        """Give each needy split that is empty the group that costs least there, of a split that has another."""
        for empty in np.flatnonzero(self.needy & (self.members == 0)):
            free = [group for group in range(len(self.where)) if not self._is_last(group)]
            if free:
                self._put(min(free, key=lambda group: self._costs(group)[empty]), int(empty))

    def move(self, order: "NDArray[np.int64]") -> int:
        """Move each group that is better off elsewhere, and return how many were."""
        moved = 0
        for group in order:
            costs = self._costs(group)
            best = int(costs.argmin())
            if costs[best] < 0 and not self._is_last(group):
                self._put(group, best)
                moved += 1
        return moved

    def exchange(self, order: "NDArray[np.int64]") -> int:
        """Exchange each group with the best one of another split if that lowers the sum; return how many were."""
        table = self.groups.table(len(self.excess))
        squares = np.einsum("gc,gc->g", table, table)
        pulls = table @ self.excess
        exchanged = 0
        for group in order:
            here = self.where[group]
            # To exchange g and h adds 2(k_g - k_h)(d_there - d_here) + 2|k_g - k_h|^2: the two moves by themselves
            # would leave out that each makes room for the other. Half of that, for all h at once. Within one split
            # the first part is 0 and the second is not below 0, so that no such pair is ever chosen.
            both = squares + squares[group] - 2 * (table @ table[group])
            own = pulls[group, self.where] - pulls[group, here]
            theirs = pulls[np.arange(len(pulls)), self.where] - pulls[:, here]
            costs = own - theirs + UNIT * both
            other = int(costs.argmin())
            if costs[other] < 0:
                there = int(self.where[other])
                self._put(other, int(here))
                self._put(group, there)
                # Both columns of the excess have changed, and with them what every group is pulled by.
                pulls = table @ self.excess
                exchanged += 1
        return exchanged

    def _costs(self, group: int) -> "NDArray[np.float64]":
        """Return half of what a move of the group to each split adds to the sum; 0 for where it is."""
        classes, counts = self.groups.entries(group)
        pulls = counts @ self.excess[classes]
        here = self.where[group]
        costs = pulls - pulls[here] + UNIT * (counts @ counts)
        # By the formula a move to the same place would add |k|^2; it adds nothing.
        costs[here] = 0
        return costs  # type: ignore[no-any-return]

    def _is_last(self, group: int) -> bool:
        """Return whether a split that needs a group would lose its last one."""
        here = self.where[group]
        return bool(self.needy[here] and self.members[here] == 1)

    def _put(self, group: int, split: int) -> None:
        classes, counts = self.groups.entries(group)
        before = int(self.where[group])
        if before >= 0:
            # Fancy indices are safe here: a group has each class once.
            self.excess[classes, before] -= UNIT * counts
            self.members[before] -= 1
        self.excess[classes, split] += UNIT * counts
        self.members[split] += 1
        self.where[group] = split
