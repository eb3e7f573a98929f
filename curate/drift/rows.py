"""The samples of one side as columns: all of few, and of many as many as are drawn, in memory that does not grow.

A log of a year has millions of lines. What is drawn is a simple random sample of them (a reservoir), so every test
holds for it as it would for all; how many were drawn is reported.
"""

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from curate.describe.column_blocks import BLOCK_SAMPLES, Block, Measured
from curate.facts.records import Finding
from curate.ground.errors import InputError
from curate.records.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    from curate.split.grouping import Grouping

MOST_ROWS = 50_000
"""Samples of a side that are kept: their band is 0.015 wide at alpha .01, a seventh of the usual margin."""


class Watched(Measured, frozen=True, gc=False):
    """The part of a sample, or of a line of a log of predictions, that may drift.

    Attributes:
        prediction: What a model said of it.
        confidence: How sure it was, 0 to 1.
    """

    digest: str | None = None
    facts_version: int | None = None
    findings: tuple[Finding, ...] = ()
    origin: Origin | None = None
    prediction: str | int | None = None
    confidence: float | None = None


def view(name: str | None) -> type[Watched]:
    """Return what is read of a line: with the field `name` as `named`.

    Raises:
        InputError: It is a field that burnish itself reads as something else.
    """
    if name is None:
        return Watched
    if name in Watched.__struct_fields__:
        raise InputError(f"the field {name} is not free to be used here; name one of your own, such as time or id")
    fields = [("named", str | int | float | None, None)]
    made = msgspec.defstruct("Named", fields, bases=(Watched,), rename={"named": name}, frozen=True, gc=False)
    assert issubclass(made, Watched)
    return made


@dataclass(slots=True)
class Rows:
    """Some samples, by column; all columns are of one length.

    Attributes:
        seen: Samples that there were.
        columns: By name: facts and `confidence` as float64, not-a-number where missing; facts that are names, `label`
            and `prediction` as objects, None where missing; `path`, `kind`, `digest`, `tags`, `findings`, `group`.
        facts_versions: Of the samples with facts; None: only the header was read.
        generated: Samples that a recipe made, and that were left out.
        ungrouped: Samples without a group, which were left out.
    """

    seen: int = 0
    columns: "dict[str, NDArray[np.float64] | NDArray[np.object_]]" = field(default_factory=dict)
    facts_versions: set[int | None] = field(default_factory=set)
    generated: int = 0
    ungrouped: int = 0

    @property
    def kept(self) -> int:
        """How many of them are in the columns."""
        return len(self.columns["path"]) if self.columns else 0

    def at(self, positions: "NDArray[np.intp] | NDArray[np.bool_]") -> "Rows":
        """Return some of them."""
        columns = {name: column[positions] for name, column in self.columns.items()}
        part = Rows(0, columns, self.facts_versions)
        part.seen = part.kept
        return part


@dataclass(slots=True)
class Reservoir:
    """Draws samples while they pass.

    Attributes:
        most: How many are kept.
        grouping: What makes a group, where that is asked for; samples in none are left out.
        seed: Of the draw.
        rows: What is kept so far.
    """

    most: int = MOST_ROWS
    grouping: "Grouping | None" = None
    seed: int = 0
    rows: Rows = field(default_factory=Rows)
    _rng: np.random.Generator | None = None

    def add(self, samples: list[Watched]) -> None:
        """Let samples pass (algorithm R of Vitter 1985, a block at a time)."""
        rows = self.rows
        self._rng = self._rng or np.random.default_rng(self.seed)
        rows.facts_versions.update({one.facts_version for one in samples if one.image or one.audio})
        number = rows.seen + np.arange(len(samples))
        rows.seen += len(samples)
        # The k-th sample takes place k, or a place by chance among k: it stays only if that is one of those kept.
        places = np.where(number < self.most, number, (self._rng.random(len(samples)) * (number + 1)).astype(np.int64))
        entering = np.flatnonzero(places < self.most)
        if len(entering):
            self._put([samples[at] for at in entering.tolist()], places[entering], min(rows.seen, self.most))

    def _put(self, samples: list[Watched], places: "NDArray[np.int64]", size: int) -> None:
        columns, new = self.rows.columns, self._columns(samples)
        for name in columns.keys() | new.keys():
            column = new.get(name)
            kept = columns.get(name)
            if kept is None or len(kept) < size:
                like = kept if kept is not None else column
                assert like is not None
                grown = _missing(size, like)
                if kept is not None:
                    grown[: len(kept)] = kept
                columns[name] = kept = grown
            # A block without recordings has no columns of them: its samples lack these facts.
            kept[places] = (np.nan if kept.dtype == np.float64 else None) if column is None else column

    def _columns(self, samples: list[Watched]) -> "dict[str, NDArray[np.float64] | NDArray[np.object_]]":
        block = Block(list(samples))
        columns: dict[str, NDArray[np.float64] | NDArray[np.object_]] = {**block.numbers, **block.categories}
        columns["confidence"] = np.array([one.confidence for one in samples], np.float64)
        named: dict[str, Callable[[Watched], object]] = {
            "path": lambda one: one.path,
            "label": lambda one: one.label,
            "prediction": lambda one: None if one.prediction in {None, ""} else str(one.prediction),
            "digest": lambda one: one.digest,
            "tags": lambda one: one.tags,
            "findings": lambda one: tuple(found.check for found in one.findings),
            "named": lambda one: getattr(one, "named", None),
        }
        if grouping := self.grouping:
            named["group"] = lambda one: "+".join(grouping.values(one.path, one.tags, one.digest))
        for name, of in named.items():
            column = np.empty(len(samples), object)
            # Not np.array(list): of tuples of one length it would make a table.
            column[:] = [of(one) for one in samples]
            columns[name] = column
        return columns


def fill(reservoir: Reservoir, samples: "Iterable[Watched]", *, generated: bool = True) -> Rows:
    """Let all samples pass, and return what is kept.

    Args:
        reservoir: Keeps them.
        samples: In any order.
        generated: Whether those that a recipe made take part; a reference is what the world gives.
    """
    left_out = without = 0
    for block in blocks(samples):
        taking = block
        if not generated:
            taking = [one for one in block if not (one.origin and one.origin.is_generated)]
            left_out += len(block) - len(taking)
        if grouping := reservoir.grouping:
            grouped = [one for one in taking if grouping.values(one.path, one.tags, one.digest)]
            without += len(taking) - len(grouped)
            taking = grouped
        reservoir.add(taking)
    reservoir.rows.generated, reservoir.rows.ungrouped = left_out, without
    return reservoir.rows


def blocks(samples: "Iterable[Watched]") -> "Iterator[list[Watched]]":
    """Yield samples a block at a time."""
    iterator = iter(samples)
    while part := list(islice(iterator, BLOCK_SAMPLES)):
        yield part


def joined_rows(first: Rows, second: Rows) -> Rows:
    """Return the rows of both; what one does not have is missing in it."""
    joined = Rows(first.seen + second.seen, {}, first.facts_versions | second.facts_versions)
    for name in first.columns.keys() | second.columns.keys():
        parts = []
        for rows, other in ((first, second), (second, first)):
            like = rows.columns.get(name, other.columns.get(name))
            assert like is not None
            parts.append(rows.columns[name] if name in rows.columns else _missing(rows.kept, like))
        joined.columns[name] = np.concatenate(parts)  # type: ignore[assignment] # both are of one type
    return joined


def _missing(
    size: int, like: "NDArray[np.float64] | NDArray[np.object_]"
) -> "NDArray[np.float64] | NDArray[np.object_]":
    return np.full(size, np.nan) if like.dtype == np.float64 else np.full(size, None, object)


def check_versions(reference: Rows, new: Rows) -> None:
    """Refuse facts that were not measured alike.

    Raises:
        InputError: The facts are of several versions; a difference of definition would pass for one of the data.
    """
    versions = reference.facts_versions | new.facts_versions
    if len(versions) > 1 and reference.facts_versions and new.facts_versions:
        words = [" and ".join(sorted("headers only" if one is None else f"version {one}" for one in side))
                 for side in (reference.facts_versions, new.facts_versions)]  # fmt: skip
        raise InputError(
            f"the reference has facts of {words[0]} and the new set of {words[1]}, which are not measured alike; "
            "measure both again: burnish scan --fresh"
        )
