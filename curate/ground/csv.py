"""CSV tables: those that people make (annotations, human levels, priorities), and metadata that programs make."""

import codecs
import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from curate.ground.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence


_SEPARATORS = (",", ";", "\t", "|")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Row(NamedTuple):
    """One row.

    Attributes:
        line: Number of its line, from 1.
        cells: Its values by column.
    """

    line: int
    cells: dict[str, str]


class Sheet(NamedTuple):
    """A table as it was read.

    Attributes:
        names: Of its columns, without blanks around them.
        rows: In order.
        text: Whether every byte of it was text in its encoding; else names that are not UTF-8 are surrogate-escaped.
    """

    names: tuple[str, ...]
    rows: list[Row]
    text: bool


def read_table(path: str, columns: "Sequence[str]", *, exact: bool = False) -> list[Row]:
    """Return the rows of a table; further columns are kept.

    Args:
        path: Of the file.
        columns: Those that it has to have.
        exact: As for `read_sheet`; there is one row or more unless it is set.

    Raises:
        InputError: As `read_sheet`, or the table has no rows.
    """
    rows = read_sheet(path, columns, exact=exact).rows
    if not rows and not exact:
        raise InputError(f"{path} has a header ({','.join(columns)}) and no rows")
    return rows


def read_sheet(
    path: str,
    columns: "Sequence[str]",
    *,
    exact: bool = False,
    encoding: str | None = None,
    data: bytes | None = None,
) -> Sheet:
    """Read a table as spreadsheets and programs write it.

    The encoding is UTF-8, or what a byte order mark or the zero bytes of UTF-16 say; columns are separated by what the
    header has most of: comma, semicolon (Excel where the comma is the decimal sign), tab or bar.

    Args:
        path: Of the file.
        columns: Those that it has to have.
        exact: A program wrote it: blanks around a value belong to it, unless the header too was typed `a, b`, and names
            that are not UTF-8 are allowed. Else blanks are taken away.
        encoding: Instead of what the bytes say.
        data: Its bytes, where they are not on a disk.

    Raises:
        InputError: It cannot be read, lacks a column, or a row has too few or too many values; names the file and the
            line.
    """
    try:
        if data is None:
            with open(path, "rb") as file:
                data = file.read()
        text, sound = _decoded(path, data, encoding, exact=exact)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    separator = _separator(text.partition("\n")[0], columns)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=not exact, delimiter=separator)
    try:
        header = next(reader, [])
        names = [name.strip() for name in header]
        # Who types a blank behind each comma of the header does so in the rows; a program does in neither.
        typed = not exact or header[1:] != names[1:]
        _check_header(path, names, columns)
        rows = []
        for values in reader:
            if len(values) > len(names):
                hint = f"put values with a {separator!r} in them in quotes".replace("','", "comma")
                raise InputError(f"{path}:{reader.line_num}: more values than columns; {hint}")
            if 0 < len(values) < len(names):
                raise InputError(f"{path}:{reader.line_num}: fewer values than columns")
            if values:  # the csv module gives a blank line as a row without values
                cells = map(str.strip, values) if typed else values
                rows.append(Row(reader.line_num, dict(zip(names, cells, strict=True))))
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: not CSV: {error}") from None
    return Sheet(tuple(names), rows, sound)


def _decoded(path: str, data: bytes, encoding: str | None, *, exact: bool) -> tuple[str, bool]:
    """Return the text, and whether all bytes were text.

    Raises:
        InputError: They are not, and may not be anything else.
    """
    # UTF-16 without a mark, as some exports have it: every second byte of Latin text is zero.
    zeros = (data[:200:2].count(0), data[1:200:2].count(0))
    half = min(len(data), 200) // 4
    by_zeros = "utf-16-be" if zeros[0] > half else "utf-16-le" if zeros[1] > half else "utf-8"
    marked = next((name for mark, name in _MARKS if data.startswith(mark)), by_zeros)
    try:
        return data.decode(encoding or marked), True
    except UnicodeDecodeError as error:
        if exact and marked.startswith("utf-8") and not encoding:
            return data.decode(marked, "surrogateescape"), False
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}:{line}: no text in {(encoding or marked).removesuffix('-sig').upper()}; save the file as UTF-8, "
            "or convert it: iconv -f WINDOWS-1252 -t UTF-8"
        ) from None


def _separator(header: str, columns: "Sequence[str]") -> str:
    """Return what separates the columns of a header: what gives those that have to be there, else the most."""
    found = {one: [name.strip().strip('"') for name in header.split(one)] for one in _SEPARATORS}
    return max(_SEPARATORS, key=lambda one: (sum(name in found[one] for name in columns), len(found[one])))


def _check_header(path: str, names: "Sequence[str]", columns: "Sequence[str]") -> None:
    wanted = ",".join(columns)
    if not names:
        raise InputError(f"{path} is empty; its first line has to be {wanted or 'the names of its columns'}")
    missing = [column for column in columns if column not in names]
    if missing:
        raise InputError(f"{path} has no column {missing[0]!r}{did_you_mean(missing[0], names)}; it needs {wanted}")
    if twice := next((name for name in columns if names.count(name) > 1), None):
        raise InputError(f"{path} has the column {twice!r} twice")
