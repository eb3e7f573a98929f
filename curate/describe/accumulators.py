"""What is known of a group of samples while a manifest is read: sketches, counts and the sample at each extreme."""

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curate.describe.sketch import Sketch
from curate.facts.fact_schema import CATEGORIES, NUMBERS, part_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from curate.describe.column_blocks import Block

_MAX_VALUES = 1000


class Extreme(NamedTuple):
    """The first sample that has the smallest or the largest value of a fact.

    Attributes:
        value: The value; larger is further out, so the smallest is kept with its sign turned.
        path: Of the sample.
        kind: Of the sample.
    """

    value: float
    path: str
    kind: str | None


class Gathered:
    """A group of samples.

    Args:
        capacity: Of each sketch.
    """

    def __init__(self, capacity: int) -> None:
        self.samples = 0
        self.kinds: Counter[str | None] = Counter()
        self.sketches = {name: Sketch(capacity) for name in NUMBERS}
        self.categories: dict[str, Counter[object]] = {name: Counter() for name in CATEGORIES}
        self.others: Counter[str] = Counter()

    def add(self, block: "Block", positions: "NDArray[np.intp] | slice" = slice(None)) -> None:
        """Take in the samples of a block that are at some positions."""
        kinds = block.kinds[positions]
        self.samples += len(kinds)
        self.kinds.update(kinds.tolist())
        for name, column in block.numbers.items():
            self.sketches[name].add(column[positions])
        for name, names in block.categories.items():
            self._count(name, Counter(names[positions].tolist()))

    def applicable(self, name: str) -> int:
        """Return how many samples could have a fact."""
        part = part_of(name)
        return self.kinds[part] if part else self.samples

    def _count(self, name: str, counts: Counter[object]) -> None:
        """Count values, as many different ones as a table can hold: a column of free text must not fill the memory."""
        counts.pop(None, None)
        known = self.categories[name]
        for value, count in counts.items():
            if value in known or len(known) < _MAX_VALUES:
                known[value] += count
            else:
                self.others[name] += count


class Extremes:
    """The sample at each end of each fact."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], Extreme] = {}

    def add(self, block: "Block") -> None:
        """Take in a block."""
        for name, column in block.numbers.items():
            for end, sign in (("lowest", -1), ("highest", 1)):
                if not getattr(NUMBERS[name], end):
                    continue
                # The lowest is the highest of the negative; what is missing or infinite (NaN too) is at no end.
                comparable = np.where(np.isfinite(column), sign * column, -np.inf)
                position = int(comparable.argmax())
                value = float(comparable[position])
                before = self.found[name, end].value if (name, end) in self.found else -np.inf
                if value > before:
                    self.found[name, end] = Extreme(value, block.paths[position], block.kinds[position])

    def items(self) -> "Iterator[tuple[str, str, Extreme]]":
        """Yield fact, end and sample, in the order of the table, where the two ends differ."""
        for (name, end), found in sorted(self.found.items(), key=lambda item: list(NUMBERS).index(item[0][0])):
            yield name, end, found
