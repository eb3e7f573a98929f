"""Metadata files for training libraries: Hugging Face's `metadata.jsonl` and `metadata.csv`, Speech Commands' lists."""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, get_args

from curate.ground.errors import UsageError
from curate.ground.json import encode
from curate.records.sample import Sample

Style = Literal["hf", "csv", "speech-commands", "none"]
STYLES: tuple[Style, ...] = get_args(Style)

_LISTS = {"val": "validation_list.txt", "test": "testing_list.txt"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_RESERVED = {"file_name", "label", "split", "tags"}
MOST_COLUMNS = 100
"""Keys of tags that get a column of their own: every row has all columns, and 20,000 rows of 5,000 took 2.3 GB."""


def metadata_files(placed: Iterable[tuple[str, Sample]], style: Style, notes: list[str]) -> dict[str, bytes]:
    """Return the metadata files of a set, by their path relative to the destination.

    For `hf` and `csv` there is one in each top folder that holds the files of one split, else one at the top: that is
    where `datasets` looks. Columns are `file_name`, `label`, a column for each key of `key=value` tags, and `tags` for
    the others: tags without a key, and those of keys beyond the `MOST_COLUMNS` that most samples have.

    Args:
        placed: Where each sample goes, relative to the destination, and the sample.
        style: Which files.
        notes: Is given what the user should hear.

    Raises:
        UsageError: A tag's key is the name of another column.
    """
    if style == "none":
        return {}
    if style == "speech-commands":
        return _speech_commands(placed)
    # Held, because the first pass says whether folders are splits, and the second needs to know it.
    placed = list(placed)
    by_folder: dict[str, list[dict[str, Any]]] = {}
    split_of: dict[str, set[str | None]] = {}
    for target, sample in placed:
        split_of.setdefault(target.split("/")[0] if "/" in target else "", set()).add(sample.split)
    # Each top folder has the files of one split and is named for it; a file at the top belongs to none.
    by_split = "" not in split_of and all(splits == {folder} for folder, splits in split_of.items())
    keys = _columns_of_tags((sample for _, sample in placed), notes)
    for target, sample in placed:
        folder, _, name = target.partition("/") if by_split else ("", "", target)
        by_folder.setdefault(folder, []).append(_row(name, sample, keys, with_split=not by_split))
    write, ending = (_csv, "csv") if style == "csv" else (_jsonl, "jsonl")
    # Of all folders: `datasets` refuses splits whose metadata have other columns, or columns of another type.
    columns = _columns(row for rows in by_folder.values() for row in rows)
    if style == "csv" and (empty := _empty_in_a_folder(by_folder, columns)):
        notes.append(
            f"the column {empty[1]} has no value in {empty[0]}, and a CSV says nothing of its type: load_dataset of "
            "Hugging Face will refuse it; --metadata hf has no such trouble"
        )
    values = (value for rows in by_folder.values() for row in rows for value in row.values())
    formulas = sum(str(value).startswith(_FORMULA) for value in values) if style == "csv" else 0
    if formulas:
        # Kept as they are, for the way back: a quote in front would make another name.
        notes.append(f"{formulas:,} values begin like a formula, and a spreadsheet may compute them")
    return {f"{folder}/metadata.{ending}".lstrip("/"): write(rows, columns) for folder, rows in by_folder.items()}


def _columns_of_tags(samples: Iterable[Sample], notes: list[str]) -> set[str]:
    """Return the keys of tags that get a column: those that most samples have, at most `MOST_COLUMNS`."""
    counts: Counter[str] = Counter()
    for sample in samples:
        keys = {tag.partition("=")[0]: tag for tag in sample.tags if "=" in tag}
        if taken := next((tag for key, tag in keys.items() if key in _RESERVED), None):
            raise UsageError(f"{sample.path}: the tag {taken!r} has the name of a column of metadata; rename it")
        counts.update(keys.keys())
    if len(counts) > MOST_COLUMNS:
        notes.append(
            f"of {len(counts):,} keys of tags the {MOST_COLUMNS} that most samples have get a column of metadata; the "
            "others stand in the column tags"
        )
    return set(sorted(counts, key=lambda key: (-counts[key], key))[:MOST_COLUMNS])


def _speech_commands(placed: Iterable[tuple[str, Sample]]) -> dict[str, bytes]:
    lists: dict[str, list[str]] = {name: [] for name in _LISTS.values()}
    for target, sample in placed:
        if sample.split in _LISTS:
            lists[_LISTS[sample.split]].append(target)
    return {
        name: "".join(f"{target}\n" for target in sorted(targets)).encode("utf-8", "surrogateescape")
        for name, targets in lists.items()
    }


def _row(name: str, sample: Sample, keys: set[str], *, with_split: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"file_name": name}
    if sample.label is not None:
        row["label"] = sample.label
    if with_split and sample.split is not None:
        row["split"] = sample.split
    plain = []
    for tag in sample.tags:
        key, equals, value = tag.partition("=")
        # Tags of the form key=value become columns, which a training library can select by; the others stay together in
        # one.
        if equals and key in keys:
            row[key] = value
        else:
            plain.append(tag)
    if plain:
        row["tags"] = plain
    return row


def _columns(rows: Iterable[dict[str, Any]]) -> list[str]:
    found = dict.fromkeys(key for row in rows for key in row)
    return (
        [name for name in ("file_name", "label", "split") if name in found]
        + sorted(found.keys() - _RESERVED)
        + (["tags"] if "tags" in found else [])
    )


def _empty_in_a_folder(by_folder: dict[str, list[dict[str, Any]]], columns: list[str]) -> tuple[str, str] | None:
    for folder, rows in by_folder.items():
        for name in columns:
            if len(by_folder) > 1 and not any(row.get(name) for row in rows):
                return folder, name
    return None


def _jsonl(rows: list[dict[str, Any]], columns: list[str]) -> bytes:
    # Every row has every column: pyarrow, which reads it, takes the columns from the first rows. Of one that no row of
    # this file has, nothing would tell the type; an empty text does, and is read back as nothing.
    present = {name for row in rows for name in row}
    blank: dict[str, list[str] | str | None] = {name: None if name in present else "" for name in columns}
    if "tags" in blank:
        blank["tags"] = [] if "tags" in present else [""]
    full = ({name: row.get(name, blank[name]) for name in columns} for row in rows)
    return b"".join(encode(row) + b"\n" for row in full)


def _csv(rows: list[dict[str, Any]], columns: list[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows({**row, **({"tags": ";".join(row["tags"])} if "tags" in row else {})} for row in rows)
    # A name that is not UTF-8 gets its own bytes back, as the file system has it.
    return text.getvalue().encode("utf-8", "surrogateescape")
