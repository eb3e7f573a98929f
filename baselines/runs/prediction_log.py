"""What a system said in production: a log in JSON Lines or CSV, or a run, one entry for each key."""

import math
import os
from typing import TYPE_CHECKING, NamedTuple

from baselines.data.predictions import check_name, text_of
from baselines.runs.run_folder import PREDICTIONS, predictions_of_run
from curate.ground.csv import read_table
from curate.ground.errors import InputError
from curate.ground.json import read_objects
from curate.ground.moments import seconds_of_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TAG = "tag:"
"""What the name of a CSV column with a tag begins with: `tag:noise`."""


class Logged(NamedTuple):
    """What a system said once.

    Attributes:
        key: What the same case is known by in another log: a path, a digest, the number of an order.
        prediction: The class.
        label: The true class; None where it is not known (yet).
        confidence: 0 to 1; None where the log has none.
        time: Seconds since 1970, UTC; None where the log has none.
        tags: Such as `camera=north`.
        group: What it belongs to, such as the name of a speaker; None where that is not known.
    """

    key: str
    prediction: str
    label: str | None = None
    confidence: float | None = None
    time: float | None = None
    tags: tuple[str, ...] = ()
    group: str | None = None


class LogFields(NamedTuple):
    """Which field of a log says what.

    Attributes:
        key: What cases are known by.
        time: When it was said.
        group: A field, or the key of a tag, that ties cases together; None: they are independent.
    """

    key: str = "path"
    time: str = "time"
    group: str | None = None


def read_log(source: str, fields: LogFields = LogFields()) -> list[Logged]:  # noqa: B008 # immutable
    """Return the entries of a log, or the predictions of a run.

    Args:
        source: A `.jsonl` or `.csv` with the key, `prediction` and, where known, `label`, `confidence`, a time
            (ISO 8601, in UTC unless it says otherwise, or seconds since 1970) and `tags` (a list or an object; in CSV
            `a=b;c=d`, or columns like `tag:noise`); or the folder of a run.
        fields: Which field says what.

    Raises:
        InputError: It cannot be read, a line lacks the key or the prediction, a value makes no sense, or two lines have
            the same key, so that nobody knows which of the two answers counted; names file and line.
    """
    if os.path.isdir(source):
        # First as a run, so that a folder that is none gets the words that all commands have for it.
        predictions_of_run(source)
        source = os.path.join(source, PREDICTIONS)
    entries: dict[str, Logged] = {}
    lines: dict[str, int] = {}
    for line, row in _rows(source, (fields.key, "prediction")):
        entry = _entry(f"{source}:{line}", row, fields)
        if entry.key in entries:
            raise InputError(
                f"{source}:{line}: {fields.key} {entry.key!r} has a prediction in line {lines[entry.key]} already; "
                "keep the one that was acted on"
            )
        entries[entry.key], lines[entry.key] = entry, line
    if not entries:
        raise InputError(f"{source} has no predictions")
    return list(entries.values())


def read_truth(file: str, key: str = "path") -> dict[str, str]:
    """Return the label of each key, from a `.csv` or `.jsonl` with the key and `label`; a line without one is no news.

    Raises:
        InputError: It cannot be read, lacks one of the two, or gives a key two labels; names file and line.
    """
    found: dict[str, str] = {}
    for line, row in _rows(file, (key, "label")):
        # A manifest of the cases to decide on, of which people have decided some.
        if row.get("label") is None:
            continue
        where = f"{file}:{line}"
        name, label = (text_of(where, field, row.get(field)) for field in (key, "label"))
        if found.setdefault(name, label) != label:
            raise InputError(f"{where}: {name} is {label!r} here and {found[name]!r} in an earlier line; keep one")
    if not found:
        raise InputError(f"{file} has no labels")
    return found


def _rows(file: str, columns: tuple[str, ...]) -> "Iterator[tuple[int, Mapping[str, object]]]":
    """Yield the number of each line of a file, from 1, and its fields; an empty cell of a CSV is a missing field."""
    check_name(file)
    if file.lower().endswith(".csv"):
        for row in read_table(file, columns):
            yield row.line, {name: cell for name, cell in row.cells.items() if cell}
        return
    # A confidence that is no number gets an error of its own.
    yield from read_objects(file, " and ".join(columns), nan=True)


def _entry(where: str, row: "Mapping[str, object]", fields: LogFields) -> Logged:
    label, confidence, time = row.get("label"), row.get("confidence"), row.get(fields.time)
    tags = _tags(where, row)
    return Logged(
        key=text_of(where, fields.key, row.get(fields.key)),
        prediction=text_of(where, "prediction", row.get("prediction")),
        label=None if label is None else text_of(where, "label", label),
        confidence=None if confidence is None else _share(where, confidence),
        time=None if time is None else _time(where, fields.time, time),
        tags=tags,
        group=None if fields.group is None else _group(where, row, tags, fields.group),
    )


def _share(where: str, value: object) -> float:
    number = _number(value)
    if not 0 <= number <= 1:
        raise InputError(f"{where}: confidence {value} is not within 0 to 1; leave it out where there is none")
    return number


def _time(where: str, name: str, value: object) -> float:
    number = _number(value)
    if math.isfinite(number):
        return number
    found = seconds_of_text(value) if isinstance(value, str) else None
    if found is None:
        raise InputError(f"{where}: {name} {value!r} is no time; write it like 2026-03-01T12:00:00Z or in seconds")
    return found


def _number(value: object) -> float:
    """Return a number as JSON or CSV has it; NaN for what is none."""
    try:
        return float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        return math.nan


def _tags(where: str, row: "Mapping[str, object]") -> tuple[str, ...]:
    given = row.get("tags")
    if isinstance(given, dict):
        given = [f"{key}={value}" for key, value in given.items()]
    elif isinstance(given, str):
        given = [part.strip() for part in given.split(";") if part.strip()]
    if given is None:
        given = []
    if not isinstance(given, list) or not all(isinstance(tag, str) and tag for tag in given):
        raise InputError(f'{where}: tags have to be a list of texts, like ["noise=car"]')
    columns = [f"{name.removeprefix(_TAG)}={value}" for name, value in row.items() if name.startswith(_TAG)]
    return tuple(dict.fromkeys((*given, *columns)))


def _group(where: str, row: "Mapping[str, object]", tags: tuple[str, ...], key: str) -> str | None:
    found = [tag.partition("=")[2] for tag in tags if tag.startswith(f"{key}=")]
    if len(found) > 1:
        raise InputError(f"{where}: has {len(found)} tags {key}=…; a case belongs to one group")
    if found:
        return found[0]
    value = row.get(key)
    return None if value is None else text_of(where, key, value)
