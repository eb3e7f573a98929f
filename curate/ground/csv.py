"""CSV tables: those that people make (annotations, human levels, priorities), and metadata that programs make."""

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

from curate.ground.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence


class Row(NamedTuple):
    """One row.

    Attributes:
        line: Number of its line, from 1.
        cells: Its values by column.
    """

    line: int
    cells: dict[str, str]


def read_table(path: str, columns: "Sequence[str]", *, exact: bool = False, data: bytes | None = None) -> list[Row]:
    """Return the rows of a table in UTF-8; further columns are kept.

    Args:
        path: Of the file.
        columns: Those that it has to have.
        exact: A program wrote it: blanks around a value belong to it, names that are not UTF-8 are allowed, and there
            may be no row. Else blanks are taken away, and there is one row or more.
        data: Its bytes, where they are not on a disk.

    Raises:
        InputError: It cannot be read, lacks a column, has no rows, or a row has too few or too many values; names the
            file and the line.
    """
    errors = "surrogateescape" if exact else "strict"
    try:
        # With or without the byte order mark that Excel writes, which else would be a part of the first column's name.
        with (
            io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", errors=errors, newline="")
            if data is not None
            else open(path, encoding="utf-8-sig", errors=errors, newline="")
        ) as file:
            reader = csv.reader(file, strict=True, skipinitialspace=not exact)
            names = next(reader, [])
            names = names if exact else [name.strip() for name in names]
            _check_header(path, names, columns)
            rows = []
            for values in reader:
                if len(values) > len(names):
                    hint = "put values with a comma in them in quotes"
                    raise InputError(f"{path}:{reader.line_num}: more values than columns; {hint}")
                if 0 < len(values) < len(names):
                    raise InputError(f"{path}:{reader.line_num}: fewer values than columns")
                if values:  # the csv module gives a blank line as a row without values
                    cells = values if exact else map(str.strip, values)
                    rows.append(Row(reader.line_num, dict(zip(names, cells, strict=True))))
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text in UTF-8; save it as CSV in UTF-8") from None
    except csv.Error as error:
        raise InputError(f"{path}:{reader.line_num}: not CSV: {error}") from None
    if not rows and not exact:
        raise InputError(f"{path} has a header ({','.join(columns)}) and no rows")
    return rows


def _check_header(path: str, names: "Sequence[str]", columns: "Sequence[str]") -> None:
    wanted = ",".join(columns)
    if not names:
        raise InputError(f"{path} is empty; its first line has to be {wanted}")
    missing = [column for column in columns if column not in names]
    # What Excel saves where the comma is the decimal sign is one column with all the names in it.
    if missing and len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        raise InputError(f"{path}: the columns have to be separated by commas, like {wanted}")
    if missing:
        raise InputError(f"{path} has no column {missing[0]!r}{did_you_mean(missing[0], names)}; it needs {wanted}")
    if twice := next((name for name in columns if names.count(name) > 1), None):
        raise InputError(f"{path} has the column {twice!r} twice")
