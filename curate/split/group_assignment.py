"""Packing: whole groups into splits, as near to the wished numbers as whole groups allow.

The aim is the sum over splits, and over all classes and the whole set, of (samples - wished samples) squared; the
whole set counts as one class more, for many small classes that are each well rounded can add up to a split that is
not. Before that aim comes another: no split is left empty while there is a group for it.

Few groups are all tried (`exhaustive`). Many are placed one by one, the largest first, where they lower the sum most;
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
UNIT = 1000.0
"""Wished numbers are rounded to a thousandth of a sample."""


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
    whole = np.arange(len(sizes)) * (number_of_classes + 1) + number_of_classes
    order = np.argsort(cells := np.concatenate((cells, whole)))
    owner, kind = np.divmod(cells[order], number_of_classes + 1)
    starts = np.searchsorted(owner, np.arange(len(sizes) + 1))
    return Groups(starts, kind, np.concatenate((counts, sizes))[order].astype(np.float64), sizes)


def pack(groups: Groups, wished: "NDArray[np.float64]", needy: "NDArray[np.bool_]") -> "NDArray[np.int64]":
    """Return the split of each group.

    Args:
        groups: In an order that does not come from the manifest: it breaks ties.
        wished: Samples wished, classes x splits; negative where there are too many already.
        needy: Splits that would be empty without a group.
    """
    from curate.split.brute_force import best_of_all
    from curate.split.local_search import Improvement

    target = np.rint(UNIT * np.vstack((wished, wished.sum(axis=0))))
    number = len(groups.sizes)
    if wished.shape[1] ** number <= EXACT_CHOICES:
        return best_of_all(groups.table(len(target)), target, needy)
    packed = Improvement(groups, -target, needy)
    largest_first = np.argsort(-groups.sizes, kind="stable")
    packed.place(largest_first)
    packed.fill_empty()
    for _ in range(max(1, min(4, MOVES_TRIED // number))):
        changed = packed.move(largest_first[:MOVES_TRIED])
        if number * len(target) <= EXCHANGE_CELLS:
            changed += packed.exchange(largest_first[: max(1, EXCHANGES_COST // (4 * number * len(target)))])
        if not changed:
            break
    return packed.where
