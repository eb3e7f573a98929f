"""Parquet tables as shards: media in columns of struct<bytes, path>, as Hugging Face's `datasets` writes them.

Labels are numbers whose names stand in the schema (`ClassLabel`). A cell's address is `column/row/name`; the name comes
from its path, so that an address ends like a file.
"""

import json
import os
import posixpath
from typing import TYPE_CHECKING, NamedTuple

from curate.ground.errors import InputError
from curate.media.storage.address import is_url
from curate.media.storage.remote import InstallError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

_ROWS = 1024
_LONGEST_NAME = 200


class Cell(NamedTuple):
    """A media file in a table.

    Attributes:
        name: `column/row/name`, its address in the table.
        path: What the table calls the file.
        columns: The row's other columns of text, numbers and truth values, and its `tags`; labels by their names.
        problem: Why it is not read.
    """

    name: str
    path: str
    columns: dict[str, object]
    problem: str = ""


class _Table:
    """An open table.

    Args:
        shard: Path or URL.

    Attributes:
        media: Its columns of media.
        names: The names of classes, by column.

    Raises:
        OSError: It cannot be read.
        InputError: It is no Parquet file, or pyarrow is missing.
    """

    def __init__(self, shard: str) -> None:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError:
            raise InstallError(f"{shard}: Parquet needs pyarrow: pip install 'burnish[shards]'") from None
        self.shard = shard
        try:
            # One thread: there is a worker for each processor.
            self.file: pq.ParquetFile = pq.ParquetFile(_source(shard), pre_buffer=False)
        except pa.ArrowException as error:
            raise OSError(0, f"it is no Parquet table: {error}".splitlines()[0]) from None
        schema = self.file.schema_arrow
        self.media = [one.name for one in schema if _is_media(one.type)]
        self.names = _class_names(schema)
        self.plain = [
            one.name
            for one in schema
            if any(
                test(one.type) for test in (_is_text, pa.types.is_integer, pa.types.is_boolean, pa.types.is_floating)
            )
        ]
        tags = schema.field("tags").type if "tags" in schema.names else None
        if tags is not None and pa.types.is_list(tags) and _is_text(tags.value_type):
            self.plain.append("tags")
        self._group: tuple[int, str, pa.ChunkedArray] | None = None
        self.starts = [0]
        for group in range(self.file.num_row_groups):
            self.starts.append(self.starts[-1] + self.file.metadata.row_group(group).num_rows)

    def cells(self) -> "Iterator[Cell]":
        """Yield the media of the table, row by row; their bytes are not read."""
        wanted = [*(f"{column}.path" for column in self.media), *self.plain]
        row = 0
        for batch in self.file.iter_batches(batch_size=_ROWS, columns=wanted, use_threads=False):
            for values in batch.to_pylist():
                for column in self.media:
                    path = str((values.get(column) or {}).get("path") or "")
                    plain = {name: self._named(name, values[name]) for name in self.plain if values[name] is not None}
                    yield Cell(cell_name(column, row, path), path, plain)
                row += 1

    def _named(self, column: str, value: object) -> object:
        names = self.names.get(column)
        # -1 is how a test set says that its labels are secret.
        return names[value] if names and isinstance(value, int) and 0 <= value < len(names) else value

    def read(self, name: str) -> bytes:
        """Return the bytes of a cell."""
        column, _, rest = name.partition("/")
        number = rest.partition("/")[0]
        if column not in self.media or not number.isdecimal() or int(number) >= self.starts[-1]:
            raise FileNotFoundError(2, "its table has no such cell any more")
        row = int(number)
        group = next(at for at in range(len(self.starts)) if row < self.starts[at + 1])
        if self._group is None or self._group[:2] != (group, column):
            found = self.file.read_row_group(group, columns=[f"{column}.bytes"], use_threads=False)
            self._group = group, column, found.column(0)
        value = self._group[2][row - self.starts[group]].as_py()
        data = value.get("bytes") if value else None
        if not isinstance(data, bytes):
            # A path alone is the place of a file on the machine that made the table: nothing of ours.
            raise OSError(0, "its table holds a path and no bytes")
        return data


def cells(shard: str) -> "Iterator[Cell]":
    """Yield the media of a table in its order.

    Raises:
        InputError: It has no column of media, or pyarrow is missing.
        OSError: It cannot be read.
    """
    table = _Table(shard)
    if not table.media:
        raise InputError(f"{shard} has no column of pictures or recordings (struct<bytes, path>)")
    yield from table.cells()


_tables: dict[tuple[int, str], tuple[tuple[int, int] | None, _Table]] = {}


def read_cell(shard: str, name: str) -> bytes:
    """Return the bytes of a cell.

    Raises:
        OSError: The table cannot be read, or has no such cell.
    """
    key, version = (os.getpid(), shard), _version(shard)
    if key not in _tables or _tables[key][0] != version:
        _tables.clear()
        _tables[key] = version, _Table(shard)
    return _tables[key][1].read(name)


def _version(shard: str) -> tuple[int, int] | None:
    if is_url(shard):
        return None
    found = os.stat(shard)
    return found.st_size, found.st_mtime_ns


def _source(shard: str) -> object:
    if not is_url(shard):
        os.stat(shard)  # of what is not there, this says so in words that burnish shows
        return shard
    import io

    from curate.media.storage.range_file import RangeFile

    return io.BufferedReader(RangeFile(shard))


def _is_text(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_media(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    if not pa.types.is_struct(kind) or kind.get_field_index("bytes") < 0 or kind.get_field_index("path") < 0:
        return False
    data = kind.field("bytes").type
    return bool(pa.types.is_binary(data) or pa.types.is_large_binary(data)) and _is_text(kind.field("path").type)


def _class_names(schema: "pa.Schema") -> dict[str, list[str]]:
    """Return the names of classes that the schema has, by column; nothing where it is not as `datasets` writes it."""
    try:
        told = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = told["info"]["features"]
        return {
            str(column): [str(name) for name in feature["names"]]
            for column, feature in features.items()
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def cell_name(column: str, row: int, path: str) -> str:
    """Return the address of a cell in its table.

    Args:
        column: Of media.
        row: From 0.
        path: What the table calls the file; its last part ends the address.
    """
    name = posixpath.basename(path.replace("\\", "/"))[-_LONGEST_NAME:].lstrip(".")
    shown = "".join(char for char in name if char.isprintable() and char != "#") or "media"
    return f"{column}/{row}/{shown}"
