"""The facts of many samples as columns: a block of lines at a time, because arrays are faster than records."""

from collections import defaultdict
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from curate.facts.fact_schema import CATEGORIES, NUMBERS, fields_of
from curate.records.sample import MeasuredView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

BLOCK_SAMPLES = 1 << 14
"""Enough for numpy to pay off; the records of a block take some 15 MB."""


def _view(part: str) -> type[msgspec.Struct]:
    """Return a record of the facts of a kind, and of nothing else: what is not named is not decoded."""
    numbers = [(name, float | None, None) for name in fields_of(part, NUMBERS)]
    categories = [(name, str | int | None, None) for name in fields_of(part, CATEGORIES)]
    return msgspec.defstruct(f"{part.title()}View", [*numbers, *categories], gc=False)


_Image, _Audio = _view("image"), _view("audio")
_VIEWS = {"image": _Image, "audio": _Audio}


class Measured(MeasuredView, frozen=True, gc=False):
    """The part of a sample that is described."""

    path: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None
    kind: str | None = None
    bytes: int | None = None
    image: _Image | None = None  # type: ignore[valid-type]
    audio: _Audio | None = None  # type: ignore[valid-type]


class Block:
    """Some samples, by column.

    Attributes:
        paths: Of the samples.
        kinds: Of the samples; None where it is not known.
        numbers: Column of each fact that is a number, not-a-number where it is missing; none of a kind that is absent.
        categories: Column of each fact that is a name, None where it is missing.
    """

    def __init__(self, samples: list[Measured]) -> None:
        self.samples = samples
        self.paths = [sample.path for sample in samples]
        self.kinds = np.array([sample.kind for sample in samples], dtype=object)
        self.numbers = {"bytes": as_floats([sample.bytes for sample in samples])}
        self.categories: dict[str, NDArray[np.object_]] = {
            "kind": self.kinds,
            "split": np.array([sample.split for sample in samples], dtype=object),
        }
        for part, view in _VIEWS.items():
            facts = [getattr(sample, part) for sample in samples]
            # A set of pictures has no columns of recordings at all.
            if any(facts):
                self._add_part(part, facts, view)

    def groups(self, names_of: "Callable[[Any], Iterable[str]]") -> "Iterator[tuple[str, NDArray[np.intp]]]":
        """Yield each group with the positions of its samples; a sample of no group is in none."""
        positions: defaultdict[str, list[int]] = defaultdict(list)
        for position, sample in enumerate(self.samples):
            for name in names_of(sample):
                positions[name].append(position)
        for name, found in positions.items():
            yield name, np.array(found)

    def _add_part(self, part: str, facts: list[msgspec.Struct | None], view: type[msgspec.Struct]) -> None:
        # A record of Nones stands for a sample of another kind, so that all columns of a block are of one length.
        nothing = view()
        found = [one or nothing for one in facts]
        # A column at a time: tuples of the records would take three times as long to make as the columns.
        for field in view.__struct_fields__:
            name, column = f"{part}.{field}", list(map(attrgetter(field), found))
            if name in NUMBERS:
                self.numbers[name] = as_floats(column)
            elif name in CATEGORIES:
                self.categories[name] = np.array(column, dtype=object)


def blocks(samples: "Iterable[Measured]", size: int = BLOCK_SAMPLES) -> "Iterator[Block]":
    """Yield samples a block at a time."""
    iterator = iter(samples)
    while part := list(islice(iterator, size)):
        yield Block(part)


def as_floats(values: "Sequence[float | None]") -> "NDArray[np.float64]":
    """Return numbers of JSON, of shape (any,): None is not-a-number, and whole ones without end are infinite."""
    try:
        return np.array(values, np.float64)
    except OverflowError:
        # JSON has whole numbers of any length; Python keeps them, and refuses to make floats of more than 308 digits.
        return np.array([_as_float(value) for value in values], np.float64)


def _as_float(value: float | None) -> float:
    try:
        return np.nan if value is None else float(value)
    except OverflowError:
        return np.inf if value and value > 0 else -np.inf
