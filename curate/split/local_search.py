"""Many groups: placed one by one, then moved and exchanged while that brings them nearer to the target."""

from typing import TYPE_CHECKING

import numpy as np

from curate.split.group_assignment import UNIT, Groups

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
            both = squares + squares[group] - 2 * (table @ table[group])
            own = pulls[group, self.where] - pulls[group, here]
            theirs = pulls[np.arange(len(pulls)), self.where] - pulls[:, here]
            costs = own - theirs + UNIT * both
            other = int(costs.argmin())
            if costs[other] < 0:
                there = int(self.where[other])
                self._put(other, int(here))
                self._put(group, there)
                pulls = table @ self.excess
                exchanged += 1
        return exchanged

    def _costs(self, group: int) -> "NDArray[np.float64]":
        """Return half of what a move of the group to each split adds to the sum; 0 for where it is."""
        classes, counts = self.groups.entries(group)
        pulls = counts @ self.excess[classes]
        here = self.where[group]
        costs = pulls - pulls[here] + UNIT * (counts @ counts)
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
            self.excess[classes, before] -= UNIT * counts
            self.members[before] -= 1
        self.excess[classes, split] += UNIT * counts
        self.members[split] += 1
        self.where[group] = split
