"""Tables for other programs: Markdown for pull requests, CSV for spreadsheets."""

import csv
import io
import re
from typing import TYPE_CHECKING

from cli.io.table import Cell, Column, Drawing, Report, Table, Worded
from cli.io.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = re.compile(r"[\\`*\[\]<>|~&$]|(?<!\w)_|_(?!\w)")
_BEYOND_UTF8 = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Half characters that a JSON escape can name, and that stand for no byte of a file's name."""


def markdown(report: Report, title: str) -> str:
    """Return a report in GitHub's Markdown: each table with all of its rows, then the sentences.

    Args:
        report: What it says.
        title: Its heading.
    """
    lines = [f"### {in_markdown(title)}", ""]
    shown = [table for table in report.tables if table.rows]
    for table in shown:
        lines += [f"**{in_markdown(table.title)}**", ""] if report.titled or len(shown) > 1 else []
        lines += [*markdown_table(table), ""]
    lines += [f"- {in_markdown(note)}" for note in report.notes if note]
    return "\n".join(lines).rstrip("\n") + "\n"


def in_markdown(text: str) -> str:
    """Return text that Markdown leaves as it is; line breaks and control characters are shown as escapes."""
    # An underscore inside a word is no mark in GitHub's Markdown, and escaping it would hide names from a search.
    return _MARKS.sub(lambda found: f"\\{found[0]}", printable(text))


def csv_bytes(report: Report) -> bytes:
    """Return a report as one CSV table by RFC 4180.

    A spreadsheet takes one rectangle, so several tables stand below each other, named by the first column `table`, and
    each column is filled where its table has it. Values are raw: fractions, an interval as two columns, names byte for
    byte. They are not quoted against formulas (`=...`): that would change names, and scripts rely on them.
    """
    tables = [table for table in report.tables if table.in_csv]
    heads = list(dict.fromkeys(name for table in tables for column in table.columns for name in _heads(column)))
    # The csv module's own line ends (CR LF) are those of RFC 4180; `newline=""` keeps Python from making them two.
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    named = len(tables) > 1
    writer.writerow([*(["table"] * named), *heads])
    for table in tables:
        for row in table.rows:
            # By head, not by place: tables have columns in common, and each cell goes under the head of its own.
            values = dict[str, str | float | None]()
            for column, cell in zip(table.columns, row.cells, strict=True):
                values |= zip(_heads(column), _values(cell), strict=False)
            writer.writerow([*([table.key] * named), *(values.get(head) for head in heads)])
    # Bytes of a name that are no UTF-8 travel as U+DC80 to U+DCFF (PEP 383) and become the same bytes again.
    known = _BEYOND_UTF8.sub(lambda found: f"\\u{ord(found[0]):04x}", text.getvalue())
    return known.encode("utf-8", "surrogateescape")


def markdown_table(table: Table) -> "Iterator[str]":
    """Yield the lines of a table in GitHub's Markdown."""
    # A bar would be a row of blocks that no reader of a pull request could copy a figure from.
    places = [at for at in table.filled() if table.columns[at].kind != "drawing"]
    yield f"| {' | '.join(in_markdown(table.columns[at].title) for at in places)} |"
    yield f"|{'|'.join('---' if table.columns[at].kind == 'text' else '--:' for at in places)}|"
    for row in table.rows:
        yield f"| {' | '.join(in_markdown(table.columns[at].words(row.cells[at])) for at in places)} |"


def _heads(column: Column) -> list[str]:
    if column.kind == "interval":
        return [f"{column.key}_low", f"{column.key}_high"]
    return [] if column.kind == "drawing" else [column.key]


def _values(cell: Cell) -> list[str | float | None]:
    if isinstance(cell, Worded):
        return [cell.value]
    if isinstance(cell, Drawing) or cell is None:
        return []
    return list(cell) if isinstance(cell, tuple) else [cell]
