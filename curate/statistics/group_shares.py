"""Whether a share is above what is allowed where samples come in groups, and nothing is known of how alike a group is.

Only groups have to be independent of each other. Each has a share of its own between 0 and 1, and the mean of those is
tested by betting (Waudby-Smith and Ramdas 2024, "Estimating means of bounded random variables by betting"): a player
who stakes λ of the fortune on each group's share being above the allowed one gains nothing on average where it is not,
so that a fortune of K comes with a chance of 1/K at most (Markov), for any number of groups and any likeness in them.
It adapts: groups that all have a little more than allowed tell as much as few that have all of it.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from curate.statistics.binomial import more_p

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STAKES = 40
_LEAST_STAKE = 1e-4
_MOST_GROUPS = 1000


class GroupShares:
    """How many samples of each group could have something, and how many have it; groups are numbers from 0."""

    def __init__(self) -> None:
        self._checked = np.zeros(16, np.int64)
        self._hits = np.zeros(16, np.int64)

    def add(self, checked: "NDArray[np.int64]", hits: "NDArray[np.int64]") -> None:
        """Count samples by their groups: those that could have it, and among these those that have it."""
        if not len(checked):
            return
        short = int(checked.max()) + 1 - len(self._checked)
        if short > 0:
            # At least twice as many, or a set of single samples would be copied for each block.
            grown = np.zeros(max(short, len(self._checked)), np.int64)
            self._checked, self._hits = np.append(self._checked, grown), np.append(self._hits, grown)
        np.add.at(self._checked, checked, 1)
        np.add.at(self._hits, hits, 1)

    @property
    def groups(self) -> int:
        """How many groups could have it."""
        return int((self._checked > 0).sum())

    @property
    def hit(self) -> int:
        """How many groups have it."""
        return int((self._hits > 0).sum())

    def p(self, allowed: float) -> float:
        """Return the one-sided p value of the shares, if `allowed` is the true mean of them, 0 to 1 without its ends.

        Not below the binomial test of all samples: no alarm for a share that is not above the allowed one at all.
        """
        there = self._checked > 0
        checked, hits = self._checked[there], self._hits[there]
        alone = more_p(int(hits.sum()), int(checked.sum()), allowed)
        if not len(checked) or (checked == 1).all():
            return alone  # single samples are independent, and their test is exact
        return max(alone, mean_above_p(hits / checked, allowed))


def mean_above_p(shares: "NDArray[np.float64]", allowed: float) -> float:
    """Return the p value of independent shares, each 0 to 1, if their mean is `allowed` or less.

    Args:
        shares: One of each group.
        allowed: Above 0 and below 1.
    """
    stakes = np.geomspace(_LEAST_STAKE, 1.0, _STAKES)[:, None] / allowed
    values, counts = np.unique(shares, return_counts=True)
    with np.errstate(divide="ignore"):
        # A stake of 1 / allowed is lost whole by a group that has nothing.
        fortunes = np.log(np.maximum(0.0, 1 + stakes * (values - allowed))) @ counts
    # The stakes share the fortune alike: the mean of fair games is a fair game.
    best = float(fortunes.max())
    if not math.isfinite(best):
        return 1.0
    return min(1.0, math.exp(-best) / float(np.exp(fortunes - best).mean()))


def groups_that_tell(level: float, allowed: float) -> int:
    """Return how few groups, all of whose samples have it, give a p value below `level`."""
    found = (number for number in range(1, _MOST_GROUPS) if mean_above_p(np.ones(number), allowed) < level)
    return next(found, _MOST_GROUPS)
