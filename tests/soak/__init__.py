"""What takes long: `make soak` runs all of it, and CI what stands for the rest.

A test that has cheaper brothers is marked `soak` as a whole; of many cases of one mechanism CI takes some.
"""

import itertools
import os
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

Case = TypeVar("Case")
SOAK = bool(os.environ.get("BURNISH_SOAK"))


def some(cases: Iterable[Case], count: int) -> list[Case]:
    """Return all cases in a soak, else so many of them, spread evenly, the first and the last among them."""
    every = list(cases)
    if SOAK or count >= len(every):
        return every
    return [every[round(number * (len(every) - 1) / max(1, count - 1))] for number in range(count)]


def crossed(*axes: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Return each value with each value of the other axes in a soak, else as few rows as show every value once."""
    values: list[Sequence[Any]] = [list(axis) for axis in axes]
    if SOAK:
        return list(itertools.product(*values))
    return [tuple(axis[row % len(axis)] for axis in values) for row in range(max(map(len, values)))]
