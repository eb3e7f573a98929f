"""Metadata files beside media: `metadata.csv` or `metadata.jsonl`, Hugging Face's convention.

The column `file_name` is relative to the folder of the metadata file, `label` is the label, `split` the split, and
every other column becomes a tag `column=value`; a column `tags` holds tags as they are, as a list or separated by `;`.
Empty values say nothing. The tables are held in memory.
"""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from curate.ground.csv import read_table
from curate.ground.errors import InputError, ManifestError
from curate.ground.json import Decoder, encode
from curate.media.storage import exists, open_media, read_media
from curate.media.storage.address import is_url
from curate.scan.entry import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

FILE_NAMES = ("metadata.jsonl", "metadata.csv")


@dataclass(slots=True)
class Table:
    """One metadata file.

    Attributes:
        source: Its path.
        folder: The folder that `file_name` is relative to.
        rows: By `file_name`.
        has_labels: Whether any row has a label; then folders give none.
        unused: Names that no file was found for yet.
        left_out: Columns whose values are lists or objects, and so are no tags.
    """

    source: str
    folder: str
    rows: dict[str, Row] = field(default_factory=dict)
    has_labels: bool = False
    unused: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)

    def row(self, name: str) -> Row | None:
        row = self.rows.get(name)
        if row is not None:
            self.unused.discard(name)
        return row


class Metadata:
    """All metadata of a scan: one file that the user named, or those that are found beside the media.

    Args:
        file: The file that the user named; None: `metadata.jsonl` or `metadata.csv` in the folders themselves.
    """

    def __init__(self, file: str | None = None) -> None:
        self.named = load(file) if file else None
        self._found: dict[str, Table | None] = {}

    @property
    def tables(self) -> list[Table]:
        return [table for table in (self.named, *self._found.values()) if table]

    def lookup(self, path: str, root: str) -> tuple[Table | None, Row | None]:
        """Return the table that is responsible for a file, and the file's row in it; None where there is none."""
        if self.named:
            # Its names may be relative to where it lies or to the folder that is scanned: both are common.
            row = self.named.row(_relative(path, self.named.folder)) or self.named.row(_relative(path, root))
            return self.named, row
        table = self._nearest(path.rpartition("/")[0], root.rstrip("/"))
        return table, table.row(_relative(path, table.folder)) if table else None

    def _nearest(self, folder: str, root: str) -> Table | None:
        """Return the table in the folder or in the nearest one above it, up to the root."""
        # In a loop, because folders may be nested deeper than Python recurses.
        while True:
            if folder not in self._found:
                files = (f"{folder}/{name}" for name in FILE_NAMES)
                here = next((file for file in files if exists(file)), None)
                self._found[folder] = load(here) if here is not None else None
            table = self._found[folder]
            if table or len(folder) <= len(root) or "/" not in folder:
                return table
            folder = folder.rpartition("/")[0]


def load(file: str) -> Table:
    """Read a metadata file.

    Raises:
        InputError: It cannot be read, or its ending is neither `.csv` nor `.jsonl`.
        ManifestError: A line of it makes no sense.
    """
    readers = {".csv": _read_csv, ".jsonl": _read_jsonl}
    reader = readers.get(os.path.splitext(file)[1].lower())
    # By its ending, not its content: a CSV of one column is hard to tell from anything.
    if reader is None:
        raise InputError(f"cannot read {file} as metadata: it has to end in .csv or .jsonl")
    table = Table(file, os.path.dirname(file))
    try:
        for number, fields in reader(file):
            _add(table, number, fields)
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from None
    table.unused = set(table.rows)
    return table


def _read_csv(file: str) -> "Iterator[tuple[int, Mapping[str, Any]]]":
    data = bytes(read_media(file) or b"") if is_url(file) else None
    for row in read_table(file, ("file_name",), exact=True, data=data):
        yield row.line, row.cells


def _read_jsonl(file: str) -> "Iterator[tuple[int, Mapping[str, Any]]]":
    decoder = Decoder(dict[str, Any])
    with open_media(file) if is_url(file) else open(file, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                yield number, decoder.decode(line)
            except ValueError as error:
                raise ManifestError(file, number, str(error)) from None


def _add(table: Table, number: int, fields: "Mapping[str, Any]") -> None:
    name = fields.get("file_name")
    if not isinstance(name, str) or not name:
        raise ManifestError(table.source, number, "no file_name")
    name = os.path.normpath(name).replace(os.sep, "/")
    if name in table.rows:
        raise ManifestError(table.source, number, f"{name} stands in it twice")
    label, split = _text(fields.get("label")), _text(fields.get("split"))
    tags = tuple(_tags(table, fields.items()))
    table.rows[name] = Row(label, tags, split)
    table.has_labels = table.has_labels or label is not None


def _tags(table: Table, fields: "Iterable[tuple[str, Any]]") -> "Iterator[str]":
    for key, value in fields:
        if key == "tags" and isinstance(value, (str, list)):
            yield from (tag for tag in (value.split(";") if isinstance(value, str) else map(str, value)) if tag)
        elif isinstance(value, (list, dict)):
            table.left_out.add(key)
        elif key not in {"file_name", "label", "split"} and (text := _text(value)) is not None:
            yield f"{key}={text}"


def _text(value: Any) -> str | None:
    """Return a value as text: numbers and booleans as JSON writes them, nothing for an empty one."""
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else encode(value).decode()


def _relative(path: str, folder: str) -> str:
    if not folder or not path.startswith(folder):
        return os.path.relpath(path, folder or ".") if folder else path
    return path[len(folder) :].lstrip("/")
