"""Side data: columns of a table, and tags, as numbers to learn from beside what is seen or heard.

A column of numbers is standardized, any other is one-hot, and what is unknown has a number of its own. A column that
gives the label away is refused: a model that learns from it says nothing of the pictures, and where the label is
missing the column will be too.
"""

import math
import os
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from curate.ground.csv import read_table
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from baselines.data.labelled_samples import LabelledSample

TABLE, TAGS = "table:", "tags"
_KEYS = ("path", "file_name")
_MISSING = frozenset({"", "nan", "NaN", "NA", "null", "None"})
_MOST_VALUES = 100
"""Of a column of texts; the rarer ones share one number, as do those that no training sample has."""
_MOST_TAGS = 200
"""Tags and keys that are learned from: a column for each of 2,500 took a minute and 1.8 GB for 10,000 samples."""
_GIVEN_AWAY = 0.99
_FEWEST = 10
"""Rows below which chance alone may make a column and the labels agree."""
_OF_A_CLASS = 5


class SideColumn(NamedTuple):
    """A column.

    Attributes:
        name: Of it.
        cells: A text for each sample; None where it is not known.
    """

    name: str
    cells: "list[str | None]"


class Encoded(NamedTuple):
    """Numbers to learn from.

    Attributes:
        values: float32, shape (samples, numbers); the mean squared length of a training row is about 1, as that
            of an embedding is, so that neither drowns the other.
        notes: What the user should know.
    """

    values: "NDArray[np.float32]"
    notes: list[str]


def read_columns(path: str, samples: "Sequence[LabelledSample]") -> tuple[list[SideColumn], list[str]]:
    """Return the columns of a CSV for some samples, joined by path, and what the user should know.

    Raises:
        InputError: The file cannot be read, has no column `path`, no other column, names a path twice, or names none of
            the samples.
    """
    rows = read_table(path, (), exact=True)
    names = list(rows[0].cells) if rows else []
    key = next((one for one in _KEYS if one in names), None)
    if key is None:
        raise InputError(f"{path} has no column `path`, so nobody can tell whose rows these are")
    row_of: dict[str, dict[str, str]] = {}
    for row in rows:
        name = os.path.normpath(row.cells[key])
        if name in row_of:
            raise InputError(f"{path}:{row.line}: {row.cells[key]} has a row already; keep one")
        row_of[name] = row.cells
    found = [row_of.get(os.path.normpath(one.path)) for one in samples]
    if missing := sum(one is None for one in found):
        if missing == len(samples):
            raise InputError(
                f"{path} has a row of none of the samples: it says {rows[0].cells[key]}, and the manifest "
                f"{samples[0].path}; paths have to agree"
            )
        notes = [f"{path} has no row for {missing:,} of {len(samples):,} samples; their values are unknown"]
    else:
        notes = []
    others = [name for name in names if name not in _KEYS]
    if not others:
        raise InputError(f"{path} has no column beside {key}")
    columns = [
        SideColumn(name, [None if row is None or row[name].strip() in _MISSING else row[name].strip() for row in found])
        for name in others
    ]
    return columns, notes


def columns_of_tags(samples: "Sequence[LabelledSample]") -> tuple[list[SideColumn], list[str]]:
    """Return a column for each key of `key=value` tags, and one with yes or no for each other tag; and what to know.

    Of more than `_MOST_TAGS`, those that most samples have.

    Raises:
        InputError: No sample has a tag.
    """
    values: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for place, one in enumerate(samples):
        for tag in sorted(one.tags):
            key, equals, value = tag.partition("=")
            mine = values[key if equals else tag]
            # Several values of one key are a value of their own.
            mine[place] = f"{mine[place]} + {value}" if place in mine else (value if equals else "yes")
    if not values:
        raise InputError("--feature tags: no sample has a tag; add some: burnish tag")
    keyed = {tag.partition("=")[0] for one in samples for tag in one.tags if "=" in tag}
    used = sorted(sorted(values, key=lambda name: (-len(values[name]), name))[:_MOST_TAGS])
    notes = []
    if len(values) > len(used):
        notes = [
            f"--feature tags: of {len(values):,} tags and keys the {len(used)} that most samples have are learned from"
        ]
    columns = [
        SideColumn(name, [values[name].get(place, None if name in keyed else "no") for place in range(len(samples))])
        for name in used
    ]
    return columns, notes


def encode(columns: "Sequence[SideColumn]", label: "Sequence[str]", trains: "Sequence[bool]", source: str) -> Encoded:
    """Return the numbers of some columns.

    Means, spreads and the values that have a number of their own are taken from the training samples alone.

    Args:
        columns: Of the samples.
        label: Of each sample.
        trains: Whether it may be trained on.
        source: Name of the table, for messages.

    Raises:
        InputError: A column gives the label away; names all of them. Or no column says anything.
    """
    import numpy as np

    given = [column.name for column in columns if gives_away(column.cells, label)]
    if given:
        raise InputError(
            f"{source}: the column {', '.join(map(repr, given))} gives the label away (who knows it knows the label); "
            "leave it out: a model that has it learns nothing of the files"
        )
    mask = np.array(trains, np.bool_)
    parts, notes = [], []
    for column in columns:
        known = [cell for cell, train in zip(column.cells, trains, strict=True) if train and cell is not None]
        if len(set(known)) < (1 if None in column.cells else 2):
            notes.append(f"{source}: the column {column.name!r} says nothing of the training samples, and is left out")
            continue
        numbers = [_number(cell) for cell in column.cells]
        whole = all(number is not None for number, cell in zip(numbers, column.cells, strict=True) if cell is not None)
        parts.append(_standardized(numbers, mask) if whole else _one_hot(column.cells, known))
    if not parts:
        raise InputError(f"{source}: no column says anything of the training samples")
    return Encoded(np.hstack(parts).astype(np.float32) / np.float32(math.sqrt(len(parts))), notes)


def gives_away(cells: "Sequence[str | None]", label: "Sequence[str]") -> bool:
    """Return whether a column gives the label away.

    It does where the other samples of the same value (of a number that no other has, those of the nearest) tell the
    label of 99 in 100; or where a value stands for all samples of a class and for no others. A name that is different
    for each sample tells nothing by its value, and is none.
    """
    rows = [(cell, one) for cell, one in zip(cells, label, strict=True) if cell is not None]
    labels = Counter(one for _, one in rows)
    if len(rows) < _FEWEST or len(labels) < 2 or max(labels.values()) > _GIVEN_AWAY * len(rows):
        return False
    of_value: defaultdict[str | float, Counter[str]] = defaultdict(Counter)
    numbers = [_number(cell) for cell, _ in rows]
    keys: list[str | float] = (
        [number for number in numbers if number is not None] if None not in numbers else [cell for cell, _ in rows]
    )
    for key, (_, one) in zip(keys, rows, strict=True):
        of_value[key][one] += 1
    totals = {key: counts.total() for key, counts in of_value.items()}
    right = sum(_told(of_value[key], totals[key], one) for key, (_, one) in zip(keys, rows, strict=True))
    if None not in numbers and len(of_value) > len(labels):
        right = _told_by_nearest(of_value)  # type: ignore[arg-type] # all keys are numbers here
    if right >= _GIVEN_AWAY * len(rows):
        return True
    everywhere = Counter(label)
    return any(
        len(counts) == 1 and (one := next(iter(counts))) and counts[one] == everywhere[one] >= _OF_A_CLASS
        for key, counts in of_value.items()
        if isinstance(key, str)
    )


def _told(counts: "Counter[str]", total: int, label: str) -> bool:
    """Return whether the others of the same value tell the label of a sample; `total` is that of the counts."""
    # Less the sample itself; to take it out of a copy is quadratic in classes.
    return total > 1 and counts[label] - 1 > (total - 1) / 2


def _told_by_nearest(of_value: "dict[float, Counter[str]]") -> int:
    """Return of how many samples the nearest other numbers tell the label."""
    ordered = sorted(of_value)
    right = 0
    for place, value in enumerate(ordered):
        near = ordered[max(0, place - 1) : place] + ordered[place + 1 : place + 2]
        beside = of_value[min(near, key=lambda other: abs(other - value))] if near else Counter[str]()
        own, total = of_value[value], of_value[value].total()
        for label, count in own.items():
            told = _told(own, total, label) if total > 1 else beside[label] > beside.total() / 2
            right += count * told
    return right


def _number(cell: str | None) -> float | None:
    try:
        value = float(cell) if cell is not None else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _standardized(numbers: "Sequence[float | None]", trains: "NDArray[np.bool_]") -> "NDArray[np.float64]":
    """Return a column at mean 0 and spread 1 over the training samples; unknown ones at the mean, and marked."""
    import numpy as np

    values = np.array([math.nan if one is None else one for one in numbers])
    unknown = np.isnan(values)
    mean, spread = float(np.mean(values[trains & ~unknown])), float(np.std(values[trains & ~unknown]))
    scaled = np.where(unknown, 0.0, (values - mean) / (spread or 1.0))
    return np.column_stack([scaled, unknown]) if unknown.any() else scaled[:, None]


def _one_hot(cells: "Sequence[str | None]", known: "Sequence[str]") -> "NDArray[np.float64]":
    """Return a column for each value that two training samples have, one for all others, and one for unknown."""
    import numpy as np

    kept = [value for value, count in Counter(known).most_common(_MOST_VALUES) if count > 1]
    place = {value: at for at, value in enumerate(kept)}
    found = np.zeros((len(cells), len(kept) + 2))
    for row, cell in enumerate(cells):
        found[row, len(kept) + 1 if cell is None else place.get(cell, len(kept))] = 1
    return found
