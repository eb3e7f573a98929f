"""Metadata files beside media: `metadata.csv`, `.jsonl` or `.parquet`, Hugging Face's convention, and those of others.

The column `file_name` is relative to the folder of the metadata file, `label` is the label, `split` the split, and
every other column becomes a tag `column=value`; a column `tags` holds tags as they are, as a list or separated by `;`,
and what was said or is to be seen (`sentence`, `transcription`, `caption`) is the field `text` and no tag. Empty values
say nothing. A file that the user names may have other columns and may spell names otherwise; what was taken for what is
kept, to be said. The tables are held in memory.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import NamedTuple
from unicodedata import normalize

from curate.ground.csv import read_sheet
from curate.ground.errors import InputError, ManifestError, did_you_mean
from curate.ground.json import Decoder, encode
from curate.media.storage import exists, open_media, read_media
from curate.media.storage.address import is_url
from curate.scan.entry import Row
from curate.scan.file_names import NameIndex, relative, tidy

FILE_NAMES = ("metadata.jsonl", "metadata.csv", "metadata.parquet")
PATH_COLUMNS = (
    "file_name", "filename", "file", "path", "filepath", "file_path", "image", "image_path", "img", "audio",
    "audio_path", "audio_filepath", "wav", "fname", "image_id", "name", "id",
)  # fmt: skip
"""What the column of names is called, the first that is there."""
LABEL_COLUMNS = ("label", "class", "category", "target", "class_name", "labels")
TEXT_COLUMNS = ("text", "sentence", "transcription", "transcript", "caption")
"""Free text: as tags, each sentence would be a tag of its own."""


class Columns(NamedTuple):
    """Which column is what.

    Attributes:
        path: That of the names.
        label: That of the labels; None where there is none.
    """

    path: str = "file_name"
    label: str | None = "label"


@dataclass(slots=True)
class Table:
    """One metadata file.

    Attributes:
        source: Its path.
        folder: The folder that `file_name` is relative to.
        rows: By `file_name`.
        has_labels: Whether any row has a label.
        unused: Names that no file was found for yet.
        left_out: Columns whose values are lists or objects, and so are no tags.
        columns: Which column is what.
        named: Whether the user named it, and not its place.
        gives_labels: Whether its column of labels is called `label` or is the one that the user named, and not guessed.
        notes: What was taken for something else than it is called, in words.
    """

    source: str
    folder: str
    rows: dict[str, Row] = field(default_factory=dict)
    has_labels: bool = False
    unused: set[str] = field(default_factory=set)
    left_out: set[str] = field(default_factory=set)
    columns: Columns = field(default_factory=Columns)
    named: bool = False
    gives_labels: bool = True
    notes: list[str] = field(default_factory=list)
    _index: NameIndex | None = None

    @property
    def index(self) -> NameIndex:
        if self._index is None:
            self._index = NameIndex(frozenset(self.rows))
        return self._index

    def row(self, name: str) -> Row | None:
        """Return what is said of a file, whose name may be spelt otherwise than in the table."""
        found = name if name in self.rows else self.index.find(name)
        if found is None:
            return None
        if found != name:
            self.index.respelt[found] = name
        self.unused.discard(found)
        return self.rows[found]


class Metadata:
    """All metadata of a scan: one file that the user named, or those that are found beside the media.

    Args:
        file: The file that the user named; None: `metadata.jsonl` or `metadata.csv` in the folders themselves.
        path_column: What the column of names is called, if it is none of `PATH_COLUMNS`.
        label_column: What the column of labels is called.
    """

    def __init__(
        self, file: str | None = None, path_column: str | None = None, label_column: str | None = None
    ) -> None:
        self._columns = path_column, label_column
        self.named = load(file, path_column, label_column, named=True) if file else None
        self._found: dict[str, Table | None] = {}
        self._by_end: dict[str, str] = {}

    @property
    def tables(self) -> list[Table]:
        return [table for table in (self.named, *self._found.values()) if table]

    def prepare(self, files: Iterable[tuple[str, str]]) -> None:
        """Look at all files before the first is asked for: whose end a name is can be told only then.

        Args:
            files: Path, and the folder that was named, of every media file.
        """
        if not self.named:
            return
        rest = {path: relative(path, root) for path, root in files if self._direct(self.named, path, root) is None}
        if self.named.unused and rest:
            self._by_end = self.named.index.find_by_ends(rest, self.named.unused)

    def lookup(self, path: str, root: str) -> tuple[Table | None, Row | None]:
        """Return the table that is responsible for a file, and the file's row in it; None where there is none."""
        if self.named:
            row = self._direct(self.named, path, root)
            if row is None and path in self._by_end:
                name = self._by_end[path]
                self.named.index.respelt[name] = path
                row = self.named.row(name)
            return self.named, row
        table = self._nearest(path.rpartition("/")[0], root.rstrip("/"))
        return table, table.row(relative(path, table.folder)) if table else None

    def _direct(self, table: Table, path: str, root: str) -> Row | None:
        # Its names may be relative to where it lies or to the folder that is scanned, or absolute: all are common.
        return table.row(relative(path, table.folder)) or table.row(relative(path, root)) or table.row(path)

    def _nearest(self, folder: str, root: str) -> Table | None:
        """Return the table in the folder or in the nearest one above it, up to the root."""
        # In a loop, because folders may be nested deeper than Python recurses.
        while True:
            if folder not in self._found:
                files = (f"{folder}/{name}" for name in FILE_NAMES)
                here = next((file for file in files if exists(file)), None)
                self._found[folder] = load(here, *self._columns) if here is not None else None
            table = self._found[folder]
            if table or len(folder) <= len(root) or "/" not in folder:
                return table
            folder = folder.rpartition("/")[0]


def load(file: str, path_column: str | None = None, label_column: str | None = None, *, named: bool = False) -> Table:
    """Read a metadata file.

    Args:
        file: It ends in `.csv`, `.tsv`, `.jsonl` or `.parquet`.
        path_column: The column of names; None: one of `PATH_COLUMNS`.
        label_column: The column of labels; None: `label`, of a file that the user named also another of
            `LABEL_COLUMNS`.
        named: Whether the user named it.

    Raises:
        InputError: It cannot be read, its ending is another, or it has no such column.
        ManifestError: A line of it makes no sense.
    """
    readers = {".csv": _read_csv, ".tsv": _read_csv, ".jsonl": _read_jsonl, ".parquet": _read_parquet}
    reader = readers.get(os.path.splitext(file)[1].lower())
    # By its ending, not its content: a CSV of one column is hard to tell from anything.
    if reader is None:
        raise InputError(f"cannot read {file} as metadata: it has to end in .csv, .tsv, .jsonl or .parquet")
    table = Table(file, os.path.dirname(file), named=named)
    try:
        names, rows = reader(table)
        table.columns = _columns(table, names, path_column, label_column)
        for number, fields in rows:
            _add(table, number, fields)
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror or error}") from None
    table.unused = set(table.rows)
    return table


_Rows = Iterable[tuple[int, Mapping[str, object]]]


def _read_csv(table: Table) -> tuple[tuple[str, ...], _Rows]:
    data = bytes(read_media(table.source) or b"") if is_url(table.source) else None
    sheet = read_sheet(table.source, (), exact=True, data=data)
    if not sheet.text and not any(_lies_there(table, row.cells) for row in sheet.rows):
        # Names in bytes that are no UTF-8 and of no file: then it is Excel's encoding of Western Europe.
        sheet = read_sheet(table.source, (), exact=True, encoding="cp1252", data=data)
        table.notes.append("is not UTF-8 and was read as Windows-1252")
    return sheet.names, [(row.line, row.cells) for row in sheet.rows]


def _lies_there(table: Table, cells: Mapping[str, str]) -> bool:
    odd = (cell for name, cell in cells.items() if name in PATH_COLUMNS and not cell.isprintable())
    return any(os.path.lexists(os.path.join(table.folder, cell)) for cell in odd if "\0" not in cell)


def _read_jsonl(table: Table) -> tuple[tuple[str, ...], _Rows]:
    decoder = Decoder(dict[str, object])
    rows: list[tuple[int, dict[str, object]]] = []
    names: dict[str, None] = {}
    with open_media(table.source) if is_url(table.source) else open(table.source, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                rows.append((number, decoder.decode(line)))
            except ValueError as error:
                raise ManifestError(table.source, number, str(error)) from None
            names.update(dict.fromkeys(rows[-1][1]))
    return tuple(names), rows


def _read_parquet(table: Table) -> tuple[tuple[str, ...], _Rows]:
    try:
        from pyarrow import ArrowException, parquet
    except ModuleNotFoundError:
        raise InputError(
            f"cannot read {table.source}: that needs pyarrow (burnish[parquet]); or save it as CSV"
        ) from None
    try:
        found = parquet.read_table(BytesIO(read_media(table.source) or b"") if is_url(table.source) else table.source)
    except ArrowException as error:
        raise InputError(f"cannot read {table.source} as Parquet: {' '.join(str(error).split())}") from None
    return tuple(found.column_names), list(enumerate(found.to_pylist(), start=1))


def _columns(table: Table, names: tuple[str, ...], path_column: str | None, label_column: str | None) -> Columns:
    """Return which column is what, and note what is not called as it should be.

    Raises:
        InputError: There is none for the names, or none that is called as the user said.
    """
    if not names:
        if os.path.splitext(table.source)[1].lower() == ".jsonl":
            return Columns()
        raise InputError(f"{table.source} is empty; its first line has to be file_name,label")
    by_lower = {name.strip().lower(): name for name in reversed(names)}
    for option, asked in (("--path-column", path_column), ("--label-column", label_column)):
        if asked is not None and asked not in names:
            raise InputError(f"{table.source} has no column {asked!r}{did_you_mean(asked, names)}; {option} names one")
    path = path_column or next((by_lower[name] for name in PATH_COLUMNS if name in by_lower), None)
    if path is None:
        known = ", ".join(map(repr, names[:8]))
        raise InputError(
            f"{table.source} has no column 'file_name' (it has {known}); say which one names the files: --path-column"
        )
    # In a file that is found, a `category` beside `file_name` may be a tag that organize wrote.
    usual = LABEL_COLUMNS if table.named else LABEL_COLUMNS[:1]
    label = label_column or next(
        (by_lower[name] for name in usual if name in by_lower and by_lower[name] != path), None
    )
    if path_column is None and path != "file_name":
        table.notes.append(f"names the files in the column {path!r}")
    if label_column is None and label is not None and label.lower() != "label":
        table.notes.append(f"has its labels in the column {label!r}")
        table.gives_labels = False
    if twice := next((name for name in (path, label) if name and names.count(name) > 1), None):
        raise InputError(f"{table.source} has the column {twice!r} twice")
    return Columns(path, label)


def _add(table: Table, number: int, fields: Mapping[str, object]) -> None:
    name = fields.get(table.columns.path)
    if isinstance(name, dict):
        # An image or a recording inside a Parquet file of `datasets` has its path beside its bytes.
        name = name.get("path")
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    if not isinstance(name, str) or not name.strip():
        raise ManifestError(table.source, number, f"no {table.columns.path}")
    name = tidy(name)
    if name in table.rows:
        raise ManifestError(table.source, number, f"{name} stands in it twice")
    label = _text(fields.get(table.columns.label)) if table.columns.label else None
    text = next((value for column in TEXT_COLUMNS if (value := _text(fields.get(column))) is not None), None)
    table.rows[name] = Row(label, tuple(_tags(table, fields.items())), _text(fields.get("split")), text)
    table.has_labels = table.has_labels or label is not None


def _tags(table: Table, fields: Iterable[tuple[str, object]]) -> Iterator[str]:
    others = {*table.columns, "split", *TEXT_COLUMNS}
    for key, value in fields:
        if key in others:
            continue
        if key == "tags" and isinstance(value, (str, list)):
            yield from (tag for tag in (value.split(";") if isinstance(value, str) else map(str, value)) if tag)
        elif isinstance(value, (list, dict, bytes)):
            table.left_out.add(key)
        elif (text := _text(value)) is not None:
            yield f"{key}={text}"


def _text(value: object) -> str | None:
    """Return a value as text: numbers and booleans as JSON writes them, nothing for an empty one."""
    if isinstance(value, str):
        # Blanks around a value are of who typed `a.jpg, cat`; two classes that differ by one would look the same.
        return normalize("NFC", value.strip()) or None
    return None if value is None else encode(value).decode()
