"""Figures of runs on a terminal: shares, differences, intervals, tables of them, and lists of names."""

from typing import TYPE_CHECKING, NamedTuple

from cli.io.terminal import draw_bar, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.table import Table

    from baselines.metrics.metrics import ClassMetrics

WIDE = 100
MOST_ROWS = 40
"""Of a table; pages and JSON have all."""
_NAMES = 8
_BAR_NARROW, _BAR_WIDE = 8, 20


class Row(NamedTuple):
    """One row of a table.

    Attributes:
        name: What it is about.
        cells: Its figures.
        bar: Length of its bar, 0 to 1.
        style: Of the whole row, a rich style.
    """

    name: str
    cells: "Sequence[str]"
    bar: float | None = None
    style: str = ""


class Drawn:
    """A report whose parts are drawn when the width of the terminal is known."""

    def __init__(self, parts: "Callable[[int], Iterable[RenderableType]]") -> None:
        self.parts = parts

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        yield from self.parts(options.max_width)


def percent(share: float | None) -> str:
    """Return a share (0 to 1) in percent, without the sign; nothing where it is not known."""
    return "" if share is None else f"{100 * share:.1f}"


def class_cells(found: "ClassMetrics") -> list[str]:
    """Return samples, precision, recall and F1 of a class; a dash where there was nothing to divide by."""
    shares = (found.precision, found.recall, found.f1)
    return [count(found.samples), *("–" if share is None else percent(share) for share in shares)]


def interval(ends: tuple[float, float] | None) -> str:
    """Return the ends of an interval of shares in percent, without the sign."""
    return "" if ends is None else f"{percent(ends[0])} to {percent(ends[1])}"


def count(number: int | None) -> str:
    """Return a count; nothing where it is not known."""
    return "" if number is None else f"{number:,}"


def names(items: "Sequence[str]", most: int = _NAMES) -> str:
    """Return names as a list, the first of them where they are many."""
    shown = ", ".join(items[:most])
    return printable(f"{shown} and {len(items) - most:,} more" if len(items) > most else shown)


def shown_of(heading: str, shown: int, total: int) -> str:
    """Return the heading of a table, with how many of its rows are shown where these are not all."""
    return f"{heading} ({shown:,} of {total:,})" if shown < total else heading


def table(first: str, columns: "Sequence[str]", rows: "Iterable[Row]", width: int, *, bars: bool = False) -> "Table":
    """Return a table with names on the left and figures on the right, which fits a terminal of 80 columns.

    Args:
        first: Heading of the names.
        columns: Headings of the figures.
        rows: Of which the bars are drawn if `bars` is set.
        width: Of the terminal.
        bars: Whether there is a column for them.
    """
    from rich import box
    from rich.table import Table

    padding = (0, 1, 0, 0) if width >= WIDE else (0, 0)
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=padding)
    drawn.add_column(first, overflow="fold", min_width=12)
    for column in columns:
        drawn.add_column(column, justify="right", no_wrap=True)
    bar_width = _BAR_WIDE if width >= WIDE else _BAR_NARROW
    if bars:
        drawn.add_column("", no_wrap=True, min_width=bar_width, style="cyan")
    for row in rows:
        bar = [draw_bar(min(max(row.bar or 0.0, 0.0), 1.0), bar_width)] if bars else []
        drawn.add_row(printable(row.name), *map(printable, row.cells), *bar, style=row.style)
    return drawn
