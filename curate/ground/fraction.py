"""Shares as people write them: fractions (0.93) or percent (93, 93 %)."""

import math
from typing import TYPE_CHECKING

from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curate.ground.csv import Row


def parse_share(text: str) -> float:
    """Return the fraction that a text says: `0.93` or `93 %`.

    Raises:
        ValueError: It is no number from 0 to 1, nor one from 0 to 100 with a percent sign.
    """
    share = _number(text) / (100 if text.endswith("%") else 1)
    if not 0 <= share <= 1:
        raise ValueError(f"{text!r} is no share")
    return share


def share_columns(source: str, rows: "Sequence[Row]", columns: "Sequence[str]") -> "list[dict[str, float]]":
    """Return some columns of a table as fractions.

    A table holds fractions (0 to 1) or percent (0 to 100): it is in percent where a number of these columns is above
    1. A number with a percent sign is always percent. A column without a sign and without a number above 1 in a
    table in percent could be either, and is refused.

    Args:
        source: Name of the file, for errors.
        rows: Of the table.
        columns: Names of the columns that hold shares.

    Raises:
        InputError: A value is no such number, or a column could be either.
    """
    # A percent sign is clear by itself; only numbers without one have to be guessed at, and only from the whole table.
    plain = {name: [_cell(source, row, name) for row in rows if not row.cells[name].endswith("%")] for name in columns}
    in_percent = any(number > 1 for numbers in plain.values() for number in numbers)
    for name, numbers in plain.items() if in_percent else ():
        # Zeros alone are the same in both; 0.9 beside a column of 85 and 93 is not, and a guess would be off by 100.
        if any(numbers) and max(numbers) <= 1:
            shown = f"{max(numbers):g}"
            raise InputError(
                f"{source}: other columns are in percent; is {shown} in the column {name!r} {shown} % or "
                f"{100 * max(numbers):g} %? Write percent signs"
            )
    shares = []
    for row in rows:
        shares.append({name: _cell(source, row, name) for name in columns})
        for name, number in shares[-1].items():
            text = row.cells[name]
            shares[-1][name] = share = number / 100 if in_percent or text.endswith("%") else number
            if not 0 <= share <= 1:
                raise InputError(f"{source}:{row.line}: {name} {text!r} is not within 0 to 1 or 0 to 100 %")
    return shares


def _cell(source: str, row: "Row", name: str) -> float:
    try:
        return _number(row.cells[name])
    except ValueError:
        raise InputError(f"{source}:{row.line}: {name} {row.cells[name]!r} is no number") from None


def _number(text: str) -> float:
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = math.nan
    # float() also takes "nan" and "inf", and no table means those.
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is no share")
    return number
