"""Metadata files for training: Hugging Face's `metadata.jsonl`, `.csv`, `.parquet`, Speech Commands' lists."""

import csv
import io
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from curate.ground.errors import InputError, UsageError
from curate.ground.json import encode, loads
from curate.organize.class_folders import YoloFiles
from curate.organize.common_voice_files import CommonVoiceFiles
from curate.records.sample import Sample

Style = Literal["hf", "csv", "parquet", "speech-commands", "common-voice", "yolo", "none"]
STYLES: tuple[Style, ...] = get_args(Style)

_LISTS = {"val": "validation_list.txt", "test": "testing_list.txt"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_RESERVED = {"file_name", "label", "split", "tags"}
MOST_COLUMNS = 100
"""Keys of tags that get a column of their own: every row has all columns, and 20,000 rows of 5,000 took 2.3 GB."""


@dataclass(slots=True)
class _Folder:
    """What the samples have of which the files lie in one top folder, or in all of them.

    Attributes:
        splits: Their splits.
        present: Keys of tags, and `label` and `tags` (those without a key), that any of them has.
        valued: Those of `present` that are not an empty text everywhere.
        has_text: Whether any of them has a transcript or caption, which goes before a tag of that key.
    """

    splits: set[str | None] = field(default_factory=set)
    present: set[str] = field(default_factory=set)
    valued: set[str] = field(default_factory=set)
    has_text: bool = False

    def see(self, sample: Sample) -> dict[str, str]:
        """Take a sample in, and return the values of its tags by their keys."""
        self.splits.add(sample.split)
        values: dict[str, str] = {}
        for tag in sample.tags:
            key, equals, value = tag.partition("=")
            if equals and key in _RESERVED:
                raise UsageError(f"{sample.path}: the tag {tag!r} has the name of a column of metadata; rename it")
            is_column = equals and not (key == "text" and sample.text is not None)
            values[key if is_column else "tags"] = value if is_column else tag
        if sample.text is not None:
            values["text"] = sample.text
            self.has_text = True
        if sample.label is not None:
            values["label"] = sample.label
        self.present.update(values)
        self.valued.update(key for key, value in values.items() if value or key == "tags")
        return values

    def join(self, other: "_Folder") -> None:
        """Take in the samples of another folder."""
        self.splits |= other.splits
        self.present |= other.present
        self.valued |= other.valued
        self.has_text |= other.has_text

    def columns(self, keys: set[str], *, with_split: bool) -> list[str]:
        """Return the columns that any of the samples has something for, in order."""
        columns = ["file_name", *(["label"] if "label" in self.present else [])]
        if with_split and self.splits - {None}:
            columns.append("split")
        columns += sorted(self.present & keys)
        return [*columns, "tags"] if self.present - keys - {"label"} else columns


class MetadataFiles:
    """The metadata files of a set, found in one pass over its samples and written in another: none is held.

    For `hf`, `csv` and `parquet` there is one in each top folder that holds the files of one split, else one at the
    top: that is where `datasets` looks. Columns are `file_name`, `label`, `text`, one for each key of `key=value` tags,
    and `tags` for the others: tags without a key, and those of keys beyond the `MOST_COLUMNS` that most samples have.

    Attributes:
        names: Paths of the files, relative to the destination, once the samples were surveyed.
    """

    def __init__(self, style: Style) -> None:
        """Begin with nothing known."""
        self.names: tuple[str, ...] = ()
        self._style = style
        self._columns: list[str] = []
        self._present: dict[str, list[str]] = {}
        self._by_split = False

    def survey(self, placed: Iterable[tuple[str, Sample]], notes: list[str]) -> None:
        """Find out which files and columns there are.

        Args:
            placed: Where each sample goes, relative to the destination, and the sample. All are taken, whatever the
                style.
            notes: Is given what the user should hear.

        Raises:
            UsageError: A tag's key is the name of another column.
        """
        if self._style in {"none", "speech-commands"}:
            deque(placed, maxlen=0)
            self.names = tuple(_LISTS.values()) if self._style == "speech-commands" else ()
            return
        folders: dict[str, _Folder] = {}
        counts: Counter[str] = Counter()
        formulas: Counter[str] = Counter()
        for target, sample in placed:
            top, slash, below = target.partition("/")
            values = folders.setdefault(top if slash else "", _Folder()).see(sample)
            counts.update(values.keys() - _RESERVED)
            if self._style == "csv":
                # Which of these are columns is known at the end. `file_name` may begin below the top folder: that is
                # counted as `tags`, which are a list, and no key can be.
                texts = {**values, "file_name": target, "tags": below, "split": sample.split or ""}
                formulas.update(key for key, text in texts.items() if text.startswith(_FORMULA))
        # Each top folder has the files of one split and is named for it; a file at the top belongs to none.
        self._by_split = "" not in folders and all(seen.splits == {name} for name, seen in folders.items())
        together = _Folder()
        for seen in folders.values():
            together.join(seen)
        keys = _columns_of_tags(counts, notes) | ({"text"} if together.has_text else set())
        if not self._by_split:
            folders = {"": together}
        # Of all folders: `datasets` refuses splits whose metadata have other columns, or columns of another type.
        self._columns = together.columns(keys, with_split=not self._by_split)
        self._present = {name: seen.columns(keys, with_split=not self._by_split) for name, seen in folders.items()}
        if self._style == "csv":
            counted = {*self._columns, "tags"} - {"file_name" if self._by_split else "tags"}
            _warn_of_csv(folders, self._columns, sum(formulas[name] for name in counted), notes)
        ending = {"csv": "csv", "parquet": "parquet"}.get(self._style, "jsonl")
        self.names = tuple(f"{name}/metadata.{ending}".lstrip("/") for name in folders)

    def contents(self, placed: Iterable[tuple[str, Sample]]) -> dict[str, bytes]:
        """Return what the files hold, by their names.

        Args:
            placed: The samples that were surveyed, and where each goes.
        """
        if self._style == "speech-commands":
            return _speech_commands(placed)
        if self._style == "none":
            return {}
        # As bytes from the first row on: rows as dictionaries took 700 bytes each, and as text 4 bytes a character.
        files = {folder: io.BytesIO() for folder in self._present}
        # A table of Parquet is written of the lines of JSON, with a type for each column in all folders.
        writer = _csv_writer if self._style == "csv" else _jsonl_writer
        writers = {folder: writer(file, self._columns) for folder, file in files.items()}
        blanks = {folder: _blank(self._columns, present) for folder, present in self._present.items()}
        for target, sample in placed:
            folder, _, name = target.partition("/") if self._by_split else ("", "", target)
            writers[folder](_row(name, sample, blanks[folder]))
        data = {name: file.getvalue() for name, file in zip(self.names, files.values(), strict=True)}
        return {name: _parquet(lines) for name, lines in data.items()} if self._style == "parquet" else data


def files_beside(style: Style) -> MetadataFiles | CommonVoiceFiles | YoloFiles:
    """Return the files that a style writes beside the media, to be surveyed."""
    if style == "common-voice":
        return CommonVoiceFiles()
    return YoloFiles() if style == "yolo" else MetadataFiles(style)


def _warn_of_csv(folders: dict[str, _Folder], columns: list[str], formulas: int, notes: list[str]) -> None:
    every = set(columns) - {"file_name"}
    for folder, seen in folders.items() if len(folders) > 1 else ():
        has = {"tags"} if seen.present - every - {"label"} else set()
        empty = next((name for name in columns if name in every - seen.valued - has), None)
        if empty is not None:
            notes.append(
                f"the column {empty} has no value in {folder}, and a CSV says nothing of its type: load_dataset of "
                "Hugging Face will refuse it; --metadata hf has no such trouble"
            )
            break
    if formulas:
        # Kept as they are, for the way back: a quote in front would make another name.
        notes.append(f"{formulas:,} values begin like a formula, and a spreadsheet may compute them")


def _columns_of_tags(counts: Counter[str], notes: list[str]) -> set[str]:
    """Return the keys of tags that get a column: those that most samples have, at most `MOST_COLUMNS`."""
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


def _blank(columns: list[str], present: list[str]) -> dict[str, Any]:
    """Return a row without values.

    Every row has every column: pyarrow, which reads it, takes the columns from the first rows. Of one that no row of
    this file has, nothing would tell the type; an empty text does, and is read back as nothing.
    """
    blank: dict[str, list[str] | str | None] = {name: None if name in present else "" for name in columns}
    if "tags" in blank:
        blank["tags"] = [] if "tags" in present else [""]
    return blank


def _row(name: str, sample: Sample, blank: dict[str, Any]) -> dict[str, Any]:
    row = {**blank, "file_name": name}
    if sample.label is not None:
        row["label"] = sample.label
    if "split" in row and sample.split is not None:
        row["split"] = sample.split
    if sample.text is not None:
        row["text"] = sample.text
    plain = []
    for tag in sample.tags:
        key, equals, value = tag.partition("=")
        # Tags of the form key=value become columns, which a training library can select by; the others stay together in
        # one.
        if equals and key in row and not (key == "text" and sample.text is not None):
            row[key] = value
        else:
            plain.append(tag)
    if plain:
        row["tags"] = plain
    return row


def _jsonl_writer(file: io.BytesIO, _: list[str]) -> Callable[[dict[str, Any]], object]:
    return lambda row: file.write(encode(row) + b"\n")


def _parquet(lines: bytes) -> bytes:
    """Return the rows of lines of JSON as a table of Parquet, which `datasets` and `burnish scan` read.

    Raises:
        InputError: pyarrow is not installed, or a name is not UTF-8.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ModuleNotFoundError:
        raise InputError("--metadata parquet needs pyarrow: pip install 'burnish[shards]'") from None
    rows = [loads(line) for line in lines.splitlines()]
    names = dict.fromkeys(name for row in rows for name in row)
    types = {name: pa.list_(pa.string()) if name == "tags" else pa.string() for name in names}
    try:
        table = pa.Table.from_pylist(rows, pa.schema(list(types.items())))
    except UnicodeEncodeError as error:
        raise InputError(f"{error.object[:80]!r} is not UTF-8, which Parquet needs; take --metadata csv") from None
    made = io.BytesIO()
    parquet.write_table(table, made)
    return made.getvalue()


def _csv_writer(file: io.BytesIO, columns: list[str]) -> Callable[[dict[str, Any]], object]:
    # A name that is not UTF-8 gets its own bytes back, as the file system has it.
    text = io.TextIOWrapper(file, "utf-8", "surrogateescape", newline="", write_through=True)
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    return lambda row: writer.writerow({**row, "tags": ";".join(row["tags"])} if "tags" in row else row)
