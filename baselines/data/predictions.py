"""Predictions: of a run, and from elsewhere: `path`, `prediction` and, where known, `confidence`, `probabilities`."""

import hashlib
import math
import os
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from curate.ground.csv import read_table
from curate.ground.errors import InputError
from curate.ground.json import loads, read_objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_COLUMNS = ("path", "prediction")
_ENDINGS = (".csv", ".jsonl")
PROBABILITY = ("probability:", "p:")
"""What the name of a CSV column with the probability of a class begins with."""
_SUM_TOLERANCE = 0.05


class Prediction(msgspec.Struct, frozen=True, omit_defaults=True):
    """One sample of the test set, and what the model said of it.

    Attributes:
        path: Of the sample, as in the manifest.
        label: The true class.
        prediction: The class that the model chose.
        confidence: Probability of that class, 0 to 1; None where the model gives none.
        tags: Of the sample.
        digest: Of its file, `sha256:…`; what two runs are matched by where both have it, else by path.
        kind: `image` or `audio`.
        probabilities: Of each class, 0 to 1, or of the likeliest and of the label; empty where the model gives none.
        group: What it belongs to by `--group`, such as the name of a speaker; None where that is not known.
        repeats: What models from other draws of the training part said, one class each (`train --repeats`).
    """

    path: str
    label: str
    prediction: str
    confidence: float | None = None
    tags: tuple[str, ...] = ()
    digest: str | None = None
    kind: str | None = None
    probabilities: dict[str, float] = {}
    group: str | None = None
    repeats: tuple[str, ...] = ()


class ExternalPrediction(NamedTuple):
    """What another model said of one file.

    Attributes:
        prediction: The class.
        confidence: 0 to 1; None where it gave none.
        line: Number of its line, from 1.
        probabilities: Of each class, 0 to 1; empty where it gave none.
    """

    prediction: str
    confidence: float | None
    line: int
    probabilities: "Mapping[str, float]" = MappingProxyType({})


class _Row(NamedTuple):
    line: int
    path: object
    prediction: object
    confidence: object
    probabilities: object = None


def check_name(file: str) -> None:
    """Check the ending of the file.

    Raises:
        InputError: It is neither `.csv` nor `.jsonl`.
    """
    if os.path.splitext(file)[1].lower() not in _ENDINGS:
        raise InputError(f"cannot read {file} as predictions: it has to end in .csv or .jsonl")


def read_external_predictions(file: str) -> dict[str, ExternalPrediction]:
    """Return the predictions of a file by path.

    Raises:
        InputError: It cannot be read, a line is malformed, a confidence is not within 0 to 1, or a path has two lines;
            names the file and the line.
    """
    check_name(file)
    found: dict[str, ExternalPrediction] = {}
    rows: Iterable[_Row] = _json_rows(file)
    if file.lower().endswith(".csv"):
        cells = ((row.line, row.cells) for row in read_table(file, _COLUMNS))
        rows = (_csv_row(file, line, one) for line, one in cells)
    for row in rows:
        where = f"{file}:{row.line}"
        path = text_of(where, "path", row.path)
        if path in found:
            raise InputError(f"{where}: {path} has a prediction in line {found[path].line} already; keep one")
        prediction, probabilities = text_of(where, "prediction", row.prediction), _probabilities(file, row)
        # Who gives all of them need not repeat that of the chosen class.
        confidence = probabilities.get(prediction) if row.confidence is None else _confidence(file, row)
        found[path] = ExternalPrediction(prediction, confidence, row.line, probabilities)
    if not found:
        raise InputError(f"{file} has no predictions")
    return found


def describe_file(file: str) -> str:
    """Return the name and the digest of a file, for the record of a run."""
    with open(file, "rb") as opened:
        return f"{file} sha256:{hashlib.file_digest(opened, 'sha256').hexdigest()}"


def _json_rows(file: str) -> "Iterator[_Row]":
    # A confidence that is no number gets an error of its own.
    for line, record in read_objects(file, "path and prediction", nan=True):
        yield _Row(line, *(record.get(name) for name in _Row._fields[1:]))


def _csv_row(file: str, line: int, cells: dict[str, str]) -> _Row:
    """Return a row of a table; probabilities stand in columns like `p:cat`, or as a JSON object in one column.

    Raises:
        InputError: A class has two columns, or the object is none.
    """
    given: dict[str, object] = {}
    for name, cell in cells.items():
        prefix = next((one for one in PROBABILITY if name.startswith(one)), None)
        if prefix is None:
            continue
        label = name.removeprefix(prefix)
        if label in given:
            raise InputError(f"{file}: the class {label!r} has two columns of probabilities; keep one")
        given[label] = cell
    probabilities: object = given or None
    if not given and (text := cells.get("probabilities")):
        try:
            probabilities = loads(text.encode("utf-8", "surrogateescape"))
        except ValueError as error:
            raise InputError(f"{file}:{line}: probabilities are no JSON: {error}") from None
    return _Row(line, cells["path"], cells["prediction"], cells.get("confidence") or None, probabilities)


def text_of(where: str, name: str, value: object) -> str:
    """Return a field that has to be text; a whole number is taken for one, as the label 7 is easily written.

    Raises:
        InputError: It is missing or something else; `where` is the file and the line, `name` that of the field.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise InputError(f"{where}: {name} is {'missing' if value is None or value == '' else 'no text'}")
    return value


def _probabilities(file: str, row: _Row) -> dict[str, float]:
    """Return the probability of each class, as far as there are any.

    Raises:
        InputError: They are no object of numbers within 0 to 1, or do not sum to 1: logits, or percents.
    """
    if row.probabilities is None:
        return {}
    where = f"{file}:{row.line}: probabilities"
    if not isinstance(row.probabilities, dict):
        raise InputError(f"{where} have to be an object of classes and numbers")
    found: dict[str, float] = {}
    for label, given in row.probabilities.items():
        try:
            value = float(given) if isinstance(given, str | int | float) else math.nan
        except ValueError:
            value = math.nan
        if not 0 <= value <= 1:
            raise InputError(f"{where}: that of {label!r} is {given}, not within 0 to 1; give the softmax, not logits")
        found[label] = value
    # Rounded to four digits, those of 1,000 classes may be off by 0.05.
    if abs(sum(found.values()) - 1) > _SUM_TOLERANCE:
        raise InputError(f"{where} sum to {sum(found.values()):.4g}, not to 1; give the softmax over all classes")
    return found


def _confidence(file: str, row: _Row) -> float | None:
    if row.confidence is None:
        return None
    try:
        value = float(row.confidence) if isinstance(row.confidence, str | int | float) else math.nan
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise InputError(f"{file}:{row.line}: confidence {row.confidence} is not within 0 to 1; leave it empty")
    return value
