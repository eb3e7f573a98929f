"""CSV tables that people make: annotations, human levels, priorities."""

import csv
from typing import TYPE_CHECKING, NamedTuple

from curate.ground.errors import InputError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence


class Row(NamedTuple):
    """One row.

    Attributes:
        line: Number of its line, from 1.
        cells: Its values by column, without the blanks around them.
    """

    line: int
    cells: dict[str, str]


def read_table(path: str, columns: "Sequence[str]") -> list[Row]:
    """Return the rows of a table in UTF-8, of which there is one or more; further columns are kept.

    Args:
        path: Of the file.
        columns: Those that it has to have.

    Raises:
        InputError: It cannot be read, lacks a column, has no rows, or a row has too few or too many values; names the
            file and the line.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True, skipinitialspace=True)
            _check_header(path, [name.strip() for name in reader.fieldnames or ()], columns)
            rows = [_row(path, reader.line_num, found) for found in reader]
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is no text in UTF-8; save it as CSV in UTF-8") from None
    except csv.Error as error:
        raise InputError(f"{path}:{reader.reader.line_num}: not CSV: {error}") from None
    if not rows:
        raise InputError(f"{path} has a header ({','.join(columns)}) and no rows")
    return rows


def _check_header(path: str, names: "Sequence[str]", columns: "Sequence[str]") -> None:
    wanted = ",".join(columns)
    if not names:
        raise InputError(f"{path} is empty; its first line has to be {wanted}")
    missing = [column for column in columns if column not in names]
    if missing and len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        raise InputError(f"{path}: the columns have to be separated by commas, like {wanted}")
    if missing:
        raise InputError(f"{path} has no column {missing[0]!r}{did_you_mean(missing[0], names)}; it needs {wanted}")
    if twice := next((name for name in columns if names.count(name) > 1), None):
        raise InputError(f"{path} has the column {twice!r} twice")


def _row(path: str, line: int, found: "dict[str, str | list[str] | None]") -> Row:
    if None in found:
        raise InputError(f"{path}:{line}: more values than columns; put values with a comma in them in quotes")
    if None in found.values():
        raise InputError(f"{path}:{line}: fewer values than columns")
    return Row(line, {name.strip(): value.strip() for name, value in found.items() if isinstance(value, str)})
