"""Few groups: every way to place them is tried, and the best is the best."""

from typing import TYPE_CHECKING

import numpy as np

from curate.split.group_assignment import UNIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

_AT_ONCE = 1 << 15


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
    for first in range(0, splits**number, _AT_ONCE):
        ways = np.arange(first, min(first + _AT_ONCE, splits**number))
        places = _digits(ways, number, splits)
        distance, empty = np.zeros(len(ways)), np.zeros(len(ways), np.int64)
        for split in range(splits):
            inside = (places == split).astype(np.float64)
            distance += ((inside @ inner) * inside).sum(axis=1) - 2 * (inside @ pull[:, split])
            if needy[split]:
                empty += ~inside.any(axis=1)
        place = int(np.lexsort((distance, empty))[0])
        best = min(best, (int(empty[place]), float(distance[place]), first + place))
    return _digits(np.array([best[2]]), number, splits).ravel()


def _digits(numbers: "NDArray[np.int64]", count: int, base: int) -> "NDArray[np.int64]":
    powers = base ** np.arange(count - 1, -1, -1, dtype=np.int64)
    return numbers[:, None] // powers % base
