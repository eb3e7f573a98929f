"""What of two sets is held against each other: every fact, label, tag, finding and prediction that both can have."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from curate.facts.fact_schema import CATEGORIES, NUMBERS, part_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from curate.drift.rows import Rows

    Column = NDArray[np.float64] | NDArray[np.object_]

Subject = Literal["facts", "label", "tags", "findings", "prediction", "confidence", "features"]
SUBJECTS: tuple[Subject, ...] = ("facts", "label", "tags", "findings", "prediction", "confidence", "features")
MOST_TAGS = 100
"""Tags, and findings, that are compared: the most frequent ones. Each test more makes all others blinder."""
FEWEST_OF_TAG = 30
_OWN_FACTS = ("split",)
Form = Literal["numbers", "names", "share"]


@dataclass(slots=True)
class Comparison:
    """One thing that both sets have.

    Attributes:
        name: Of the fact; `label`; `tag KEY`; `missing NAME` and such.
        on: What it belongs to.
        form: Numbers, names, or whether something is so.
        values: Of the reference and of the new set: float64, objects, or bool.
        positions: Rows of both that have a value.
    """

    name: str
    on: Subject
    form: Form
    values: "tuple[Column, Column]"
    positions: "tuple[NDArray[np.intp], NDArray[np.intp]]"

    @property
    def sizes(self) -> tuple[int, int]:
        """How many values there are."""
        return len(self.values[0]), len(self.values[1])

    @property
    def numbers(self) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
        """The values of a fact that is a number."""
        return self.values[0].astype(np.float64), self.values[1].astype(np.float64)


@dataclass(slots=True)
class Compared:
    """All comparisons.

    Attributes:
        comparisons: In the order of the report.
        notes: What could not be compared, in sentences.
    """

    comparisons: list[Comparison] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def comparisons(reference: "Rows", new: "Rows", on: "Sequence[Subject]", without: str | None = None) -> Compared:
    """Return what two sets can be compared by.

    Args:
        reference: One or more rows.
        new: One or more rows.
        on: What is asked for; what neither has is left out, and what one has is said.
        without: Key of the tags that are groups, which are not compared.
    """
    sides, found = (reference, new), Compared()
    if "facts" in on:
        found.comparisons += _facts(sides, found.notes)
    for name in ("label", "prediction", "confidence"):
        if name in on:
            found.comparisons += _field(sides, name, found.notes)
    if "prediction" in on:
        found.comparisons += _accuracy(sides)
    if "tags" in on:
        found.comparisons += _tags(sides, without, found.notes)
    if "findings" in on:
        found.comparisons += _marks(sides, "findings", "finding", [column_of(side, "findings") for side in sides])
    return found


def column_of(side: "Rows", name: str) -> "Column":
    """Return a column, of missing values where no sample has it."""
    if name in side.columns:
        return side.columns[name]
    if name in NUMBERS or name == "confidence":
        return np.full(side.kept, np.nan)
    return np.full(side.kept, None, object)


def is_known(column: "Column") -> "NDArray[np.bool_]":
    """Return which values are not missing; a number that is not finite is none that could be compared."""
    if column.dtype == np.float64:
        return np.isfinite(column.astype(np.float64))
    return np.array([value is not None for value in column], np.bool_)


def _facts(sides: "tuple[Rows, Rows]", notes: list[str]) -> "Iterator[Comparison]":
    kinds = [column_of(side, "kind") for side in sides]
    for kind_of_facts in ("image", "audio"):
        counts = [int((kind == kind_of_facts).sum()) for kind in kinds]
        measured = [any(name.startswith(f"{kind_of_facts}.") for name in side.columns) for side in sides]
        if sum(measured) == 1 and max(counts):
            notes.append(f"only the {_side(measured)} has facts of kind {kind_of_facts}: they are not compared")
    for name in (*NUMBERS, *CATEGORIES):
        applies: list[NDArray[np.bool_]] = []
        for side, kind in zip(sides, kinds, strict=True):
            part = part_of(name)
            measured_part = part is None or any(other.startswith(f"{part}.") for other in side.columns)
            applies.append(np.full(side.kept, measured_part) if part is None else (kind == part) & measured_part)
        if name not in _OWN_FACTS:
            yield from _of_column(sides, name, "facts", (applies[0], applies[1]))


def _field(sides: "tuple[Rows, Rows]", name: Subject, notes: list[str]) -> "Iterator[Comparison]":
    there = [bool(is_known(column_of(side, name)).any()) for side in sides]
    # A log of what is served has no labels yet: that it has none is no news about its labels.
    if sum(there) == 1:
        notes.append(f"only the {_side(there)} has a {name}: it is not compared")
    if all(there):
        every = (np.ones(sides[0].kept, np.bool_), np.ones(sides[1].kept, np.bool_))
        # Into a log labels come back later, and for a part: that one is missing is no news where there are predictions.
        waits = name == "label" and is_known(column_of(sides[1], "prediction")).any()
        for one in _of_column(sides, name, name, every):
            if not (waits and one.form == "share"):
                yield one


def _of_column(
    sides: "tuple[Rows, Rows]", name: str, on: Subject, applies: "tuple[NDArray[np.bool_], NDArray[np.bool_]]"
) -> "Iterator[Comparison]":
    """Yield the comparison of values, and that of how many are missing where any is."""
    columns = [column_of(side, name) for side in sides]
    known = [is_known(column) & mine for column, mine in zip(columns, applies, strict=True)]
    if not any(one.any() for one in known) or not all(mine.any() for mine in applies):
        return
    form: Form = "numbers" if name in NUMBERS or name == "confidence" else "names"
    if all(one.any() for one in known):
        values = tuple(column[one] for column, one in zip(columns, known, strict=True))
        yield _made(name, on, form, values, known)
    if any((mine & ~one).any() for mine, one in zip(applies, known, strict=True)):
        yield _made(
            f"missing {name}", on, "share", [~one[mine] for one, mine in zip(known, applies, strict=True)], applies
        )


def _accuracy(sides: "tuple[Rows, Rows]") -> "Iterator[Comparison]":
    """Yield whether predictions are right, where labels are known on both sides: over all, and of each tag."""
    truths = [(column_of(side, "label"), column_of(side, "prediction")) for side in sides]
    known = [is_known(label) & is_known(said) for label, said in truths]
    if not all(one.any() for one in known):
        return
    right = [np.asarray(label == said, np.bool_) for label, said in truths]
    yield _made("accuracy", "prediction", "share", [one[mine] for one, mine in zip(right, known, strict=True)], known)
    tags = [column_of(side, "tags") for side in sides]
    counts = [
        Counter(tag for row in column[mine] for tag in set(row or ())) for column, mine in zip(tags, known, strict=True)
    ]
    for tag in sorted(counts[0].keys() & counts[1].keys()):
        # Whole sets of a tag are the accuracy again; a handful cannot tell, and would blind the other tests.
        if min(count[tag] for count in counts) >= FEWEST_OF_TAG and counts[1][tag] < known[1].sum():
            some = [mine & _has(column, tag) for column, mine in zip(tags, known, strict=True)]
            yield _made(
                f"accuracy {tag}",
                "prediction",
                "share",
                [one[mine] for one, mine in zip(right, some, strict=True)],
                some,
            )


def _tags(sides: "tuple[Rows, Rows]", without: str | None, notes: list[str]) -> "Iterator[Comparison]":
    """Yield the values of each key, and whether a tag without a key is there."""
    columns = [column_of(side, "tags") for side in sides]
    there = [any(column) for column in columns]
    if sum(there) == 1:
        notes.append(f"only the {_side(there)} has tags: they are not compared")
    if not all(there):
        return
    keys = Counter(
        key for column in columns for row in column for key in {tag.partition("=")[0] for tag in row if "=" in tag}
    )
    for key, _ in sorted(keys.most_common(MOST_TAGS)):
        if key == without:
            continue
        values = [_of_key(column, key) for column in columns]
        everything = [value for column in values for value in column if value is not None]
        # A key with another value for every other sample is a name, such as that of a file: nothing of it comes twice.
        if len(set(everything)) > len(everything) / 2 and len(everything) > FEWEST_OF_TAG:
            notes.append(f"tag {key} has {len(set(everything)):,} values, nearly one a sample: it is not compared")
            continue
        known = [is_known(value) for value in values]
        if all(one.any() for one in known):
            yield _made(
                f"tag {key}", "tags", "names", [value[one] for value, one in zip(values, known, strict=True)], known
            )
        if not all(one.all() for one in known):
            every = [np.ones(len(one), np.bool_) for one in known]
            yield _made(f"missing tag {key}", "tags", "share", [~one for one in known], every)
    plain = [_objects([tuple(tag for tag in row or () if "=" not in tag) for row in column]) for column in columns]
    yield from _marks(sides, "tags", "tag", plain)


def _marks(sides: "tuple[Rows, Rows]", on: Subject, word: str, columns: "Sequence[Column]") -> "Iterator[Comparison]":
    """Yield for each mark (a tag, a finding) whether samples have it."""
    marks = Counter(mark for column in columns for row in column for mark in set(row or ()))
    every = [np.ones(side.kept, np.bool_) for side in sides]
    for mark, _ in sorted(marks.most_common(MOST_TAGS)):
        yield _made(f"{word} {mark}", on, "share", [_has(column, mark) for column in columns], every)


def _made(
    name: str,
    on: Subject,
    form: Form,
    values: "Sequence[Column | NDArray[np.bool_]]",
    rows: "Sequence[NDArray[np.bool_]]",
) -> Comparison:
    first, second = (np.flatnonzero(mine) for mine in rows)
    return Comparison(name, on, form, (values[0], values[1]), (first, second))  # type: ignore[arg-type]


def _has(column: "Column", mark: str) -> "NDArray[np.bool_]":
    return np.array([mark in (row or ()) for row in column], np.bool_)


def _of_key(column: "Column", key: str) -> "NDArray[np.object_]":
    start = f"{key}="
    found = (sorted(tag.removeprefix(start) for tag in row or () if tag.startswith(start)) for row in column)
    return _objects(["+".join(values) if values else None for values in found])


def _objects(values: "Sequence[object]") -> "NDArray[np.object_]":
    made = np.empty(len(values), object)
    made[:] = values
    return made


def _side(there: "Sequence[bool]") -> str:
    return "reference" if there[0] else "new set"
