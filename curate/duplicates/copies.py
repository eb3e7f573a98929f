"""Which samples are copies of which, by the pairs that were confirmed: sameness is passed on, likeness is not."""

from collections.abc import Collection, Iterable
from typing import Literal

from msgspec import Struct

Relation = Literal["exact", "near", "answered"]

SAME_BYTES = "same bytes"
"""Change of a pair of which nothing had to be decoded."""


class Pair(Struct, frozen=True):
    """Two samples that were confirmed to be copies of each other.

    Attributes:
        first: Index of one.
        second: Index of the other, larger.
        relation: `exact`: the same bytes or the same decoded content; `near`: the same thing, changed a little;
            `answered`: people say that they are copies, and the search does not.
        distance: 0 (the same) to 1; None: nothing was measured.
        change: What was done to it, such as `flipped`; empty where that is not known.
    """

    first: int
    second: int
    relation: Relation
    distance: float | None = 0.0
    change: str = ""


class Copies:
    """Which samples are copies of which: confirmed pairs, and whatever has the same content as one of them.

    Only sameness is passed on: what is exactly the same as A is to all others what A is. Likeness is not. Of twelve
    crops, each 4 % smaller than the last, each two that follow each other are copies, and the first and last are not.

    Attributes:
        chains: The samples that hang together, whatever lies between, each chain in order, by their first.
    """

    def __init__(self, count: int, pairs: Iterable[Pair]) -> None:
        """Take the confirmed pairs among `count` samples."""
        # Here, because the command line imports this for its help, and numpy takes longer than all of that.
        import numpy as np

        from curate.ground.union_find import join_pairs

        pairs = list(pairs)
        # Reshaped, because an empty list has no second axis.
        ends = np.array([(pair.first, pair.second) for pair in pairs], np.int64).reshape(-1, 2)
        exact = np.array([pair.relation == "exact" for pair in pairs], bool)
        chained, same = (join_pairs(count, some[:, 0], some[:, 1]) for some in (ends, ends[exact]))
        involved = np.unique(ends)
        self._content: dict[int, int] = dict(zip(involved.tolist(), same[involved].tolist(), strict=True))
        self._near: dict[int, dict[int, Pair]] = {}
        self._exact: dict[int, Pair] = {}
        for pair in pairs:
            one, other = self._content[pair.first], self._content[pair.second]
            if pair.relation == "exact":
                self._exact.setdefault(pair.second, pair)
            elif one != other:
                self._near.setdefault(one, {}).setdefault(other, pair)
                self._near.setdefault(other, {}).setdefault(one, pair)
        chains: dict[int, list[int]] = {}
        for index in involved.tolist():
            chains.setdefault(int(chained[index]), []).append(index)
        self.chains = [chains[first] for first in sorted(chains)]

    def content(self, index: int) -> int:
        """Return the first sample of the same content, which stands for that content."""
        return self._content[index]

    def near(self, content: int) -> Collection[int]:
        """Return the other contents that were confirmed to be near one."""
        return self._near.get(content, {})

    def pair(self, one: int, other: int) -> Pair | None:
        """Return what makes two samples copies of each other; None where nothing that was compared does."""
        first, second = sorted((one, other))
        if self._content[one] == self._content[other]:
            known = self._exact.get(second) or self._exact.get(first)
            return Pair(first, second, "exact", change=known.change if known else "")
        return self._near.get(self._content[first], {}).get(self._content[second])
