"""Files of human levels, and the option `--human` of `weak`."""

import csv
import io
from typing import TYPE_CHECKING

import msgspec

from baselines.annotators.human_level import HumanLevel
from curate.ground.csv import read_table
from curate.ground.errors import InputError, UsageError
from curate.ground.fraction import parse_share, share_columns
from curate.ground.json import decode

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Report(msgspec.Struct):
    human_level: list[HumanLevel]


def read_human(value: str) -> "float | dict[str, float]":
    """Return what `--human` says: a level for all tags, or one for each tag that a file names.

    Args:
        value: A number, 0 to 1 or with a percent sign; or a file: CSV with `tag,human`, the JSON of
            `burnish agreement --json`, or a JSON object of tags and numbers. The tag `(all)` is for tags not named.

    Raises:
        UsageError: It is a number out of range.
        InputError: The file cannot be read, or holds something else.
    """
    text = value.strip()
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        return _read_json(value) if value.endswith(".json") else _read_csv(value)
    try:
        return parse_share(text)
    except ValueError:
        meant = f"; did you mean {number / 100:g}?" if 1 < number <= 100 else ""
        raise UsageError(f"--human {value}: a human level is a fraction from 0 to 1{meant}") from None


def write_human_csv(levels: "Iterable[HumanLevel]") -> bytes:
    """Return the levels as CSV: `tag,human,samples`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("tag", "human", "samples"))
    writer.writerows((level.tag, f"{level.human:.6g}", level.samples) for level in levels)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _read_csv(path: str) -> dict[str, float]:
    try:
        rows = read_table(path, ("tag", "human"))
    except InputError as error:
        raise InputError(f"--human: {error}") from None
    levels: dict[str, float] = {}
    for row, shares in zip(rows, share_columns(path, rows, ("human",)), strict=True):
        if row.cells["tag"] in levels:
            raise InputError(f"{path}:{row.line}: the tag {row.cells['tag']!r} is named twice")
        levels[row.cells["tag"]] = shares["human"]
    return levels


def _read_json(path: str) -> dict[str, float]:
    try:
        with open(path, "rb") as file:
            data = file.read()
        found = decode(data, dict[str, object])
        levels = decode(data, _Report).human_level if "human_level" in found else None
        by_tag = decode(data, dict[str, float]) if levels is None else _named(levels)
    except OSError as error:
        raise InputError(f"--human: cannot read {path}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path} holds no human levels ({error}); make it: burnish agreement FILE --json") from None
    for tag, level in by_tag.items():
        if not 0 <= level <= 1:
            raise InputError(f"{path}: the level {level:g} of {tag!r} is not a fraction from 0 to 1")
    return by_tag


def _named(levels: "Iterable[HumanLevel]") -> dict[str, float]:
    return {level.tag: level.human for level in levels}
