"""Predictions and the outcomes that came back later: new labelled samples, the way back into the loop."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from curate.ground.csv import read_table
from curate.ground.errors import InputError, ManifestError
from curate.ground.json import encode, loads, read_objects
from curate.ground.moments import seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LABEL_FIELDS = ("label", "outcome")
"""What the outcome is called, the first of these that is there."""


class Outcome(NamedTuple):
    """What a sample turned out to be.

    Attributes:
        label: Its class.
        time: When that was known, seconds since 1970; None where it is not said.
        line: Of the file.
        at: The time as it was written.
    """

    label: str
    time: float | None
    line: int
    at: str | int | float | None


@dataclass(slots=True)
class Joined:
    """What came of a join.

    Attributes:
        predictions: All of them.
        labelled: Those with an outcome.
        unlabelled: Those without one yet.
        unmatched: Outcomes of no prediction.
        without_key: Predictions that have no such key.
        changed: Those that had another label before.
        right: Of the labelled that have a prediction, those that are right.
        judged: How many have a prediction.
        lags: Seconds from prediction to outcome, where both have a time.
        early: Outcomes that were known before the prediction.
    """

    predictions: int = 0
    labelled: int = 0
    unlabelled: int = 0
    unmatched: int = 0
    without_key: int = 0
    changed: int = 0
    right: int = 0
    judged: int = 0
    lags: list[float] = field(default_factory=list)
    early: int = 0


def read_outcomes(path: str, key: str, time: str | None = None) -> dict[str, Outcome]:
    """Return the outcomes of a file by key.

    Args:
        path: CSV with the columns of key and label, or JSON Lines with these fields.
        key: Name of the key.
        time: Name of the time; None: none is read.

    Raises:
        InputError: It cannot be read, has no outcome, or two outcomes of one key disagree; names the file and the line.
    """
    found: dict[str, Outcome] = {}
    rows = _table(path, key) if path.lower().endswith(".csv") else _lines(path)
    for line, fields in rows:
        value, label = (
            fields.get(key),
            next((fields[name] for name in LABEL_FIELDS if fields.get(name) not in (None, "")), None),
        )
        if value is None or value == "":
            raise InputError(f"{path}:{line}: it has no {key}")
        if label is None:
            raise InputError(f"{path}:{line}: it has no label (nor outcome); leave out the line until there is one")
        at = fields.get(time) if time else None
        one = Outcome(_name(label, path, line), None if at in (None, "") else _seconds(at, path, line), line, at)  # type: ignore[arg-type]
        before = found.setdefault(_name(value, path, line), one)
        if before.label != one.label:
            raise InputError(
                f"{path}:{line}: {key} {value} is {one.label!r}, and {before.label!r} in line {before.line}; keep one"
            )
    if not found:
        raise InputError(f"{path} has no outcomes")
    return found


def join(
    lines: "Iterable[bytes]",
    outcomes: "dict[str, Outcome]",
    key: str,
    joined: Joined,
    *,
    time: str | None = None,
    source: str = "<stdin>",
) -> "Iterator[tuple[bytes, bool]]":
    """Yield the line of each prediction, and whether it is labelled now; labelled ones have the outcome as label.

    Args:
        lines: Of the predictions.
        outcomes: By key.
        key: Name of the key.
        joined: Counts what comes of it; whole after the last line.
        time: Name of the time of a prediction; its lag is then written as `lag_s`, the outcome's time as `outcome_at`.
        source: What the user calls the file.

    Raises:
        ManifestError: A line is no sample, or a key has several predictions.
    """
    seen: dict[str, int] = {}
    used: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        fields = _sample(line, source, number)
        joined.predictions += 1
        value = fields.get(key)
        if value is None or value == "":
            joined.without_key += 1
            yield line.rstrip(b"\r\n"), False
            continue
        name = _name(value, source, number)
        # Which of two the outcome belongs to nobody can know; to take the last would make the model look better.
        if name in seen:
            raise ManifestError(source, number, f"{key} {name} has a prediction in line {seen[name]} already; keep one")
        seen[name] = number
        outcome = outcomes.get(name)
        if outcome is None:
            joined.unlabelled += 1
            yield line.rstrip(b"\r\n"), False
            continue
        used.add(name)
        yield encode(_labelled(fields, outcome, joined, time)), True
    joined.unmatched = len(outcomes.keys() - used)


def _labelled(fields: dict[str, object], outcome: Outcome, joined: Joined, time: str | None) -> dict[str, object]:
    """Return the fields of a prediction with its outcome; all others stay as they are."""
    joined.labelled += 1
    before, said = fields.get("label"), fields.get("prediction")
    joined.changed += before is not None and before != outcome.label
    if said not in (None, ""):
        joined.judged += 1
        joined.right += str(said) == outcome.label
    made = {**fields, "label": outcome.label}
    if outcome.at is not None:
        made["outcome_at"] = outcome.at
    if time and outcome.time is not None and fields.get(time) is not None:
        lag = outcome.time - seconds_of(fields[time], str(fields.get("path")))
        joined.lags.append(lag)
        joined.early += lag < 0
        made["lag_s"] = round(lag, 3)
    return made


def _sample(line: bytes, source: str, number: int) -> dict[str, object]:
    try:
        fields = loads(line)
    except ValueError as error:
        raise ManifestError(source, number, f"not a sample: {error}") from None
    if not isinstance(fields, dict) or not isinstance(fields.get("path"), str):
        raise ManifestError(source, number, "not a sample: missing required field `path`")
    return fields


def _table(path: str, key: str) -> "Iterator[tuple[int, dict[str, object]]]":
    for row in read_table(path, (key,)):
        yield row.line, dict(row.cells)


def _lines(path: str) -> "Iterator[tuple[int, dict[str, object]]]":
    if os.path.isdir(path):
        raise InputError(f"{path} is a folder; name the file of the outcomes")
    yield from read_objects(path, "the key and a label")


def _name(value: object, path: str, line: int) -> str:
    """Return a key or a label as text: the label 7 is easily written as a number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InputError(f"{path}:{line}: {value!r} is neither text nor a whole number")
    return str(value)


def _seconds(at: object, path: str, line: int) -> float:
    # A table has text only: there, digits alone are a number of seconds.
    number = float(at) if isinstance(at, str) and at.replace(".", "", 1).isdecimal() else at
    return seconds_of(number, f"{path}:{line}")


def quantiles(lags: "Iterable[float]") -> tuple[float, float, float]:
    """Return median, nine tenths and the longest of lags, of which there is one or more."""
    ordered = sorted(lags)
    last = len(ordered) - 1
    return ordered[last // 2], ordered[round(0.9 * last)], ordered[-1]
