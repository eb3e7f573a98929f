"""Tables on a terminal: what has no room is left out and named, and no head is broken."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Drawing, Report, Row, Table
from cli.io.terminal import printable
from cli.io.words import in_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType, RenderResult
    from rich.text import Text

WIDE = 100
_BAR_NARROW, _BAR_WIDE = 8, 20
_LEAST_TEXT = 12
_LEAST_DETAIL = 24
_STYLES = {"better": "green", "worse": "red", "error": "red", "warning": "yellow", "dim": "dim", "": ""}


class Drawn:
    """A report, drawn when the width of the terminal is known."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        shown = [table for table in self.report.tables if table.rows]
        # A table that is left out whole takes its title and its empty line with it.
        for table in shown:
            if table.lines:
                yield from (*map(printable, table.lines), "")
            elif parts := list(draw(table, options.max_width)):
                if self.report.titled:
                    yield printable(table.title)
                yield from parts
                yield ""
        yield from map(printable, map(in_number, self.report.notes))


def draw(table: Table, width: int) -> "Iterator[RenderableType]":
    """Yield a table, and a line that names the columns for which the terminal is too narrow."""
    from rich import box
    from rich.table import Table as RichTable

    gap, bar_width = (2, _BAR_WIDE) if width >= WIDE else (1, _BAR_NARROW)
    rows = _shown(table)
    # A bar says what it is by its place beside the figure.
    heads = ["" if column.kind == "drawing" else printable(column.title) for column in table.columns]
    if len(rows) < len(table.rows):
        heads[0] += f" ({len(rows):,} of {len(table.rows):,})"
    # Texts first, because how wide they are decides which columns there is room for.
    texts = [[_text(cell, table.columns[at], bar_width) for at, cell in enumerate(row.cells)] for row in rows]
    needs = [_need(one, heads[at], [text[at] for text in texts], bar_width) for at, one in enumerate(table.columns)]
    filled = [at for at in table.filled() if needs[at] and not table.columns[at].below]
    kept = fitting(table.columns, needs, filled, width, gap)
    # A confusion matrix without some of its columns says something else than the whole.
    if table.whole and len(kept) < len(filled):
        return
    drawn = RichTable(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, gap - 1, 0, 0))
    for at in kept:
        kind = table.columns[at].kind
        justify: JustifyMethod = "left" if kind in {"text", "drawing"} else "right"
        # Rich would break a head to give a long path room; a least width for each column keeps it from that.
        drawn.add_column(heads[at], justify=justify, overflow="fold", no_wrap=kind != "text", min_width=needs[at])
        drawn.columns[-1].style = "cyan" if kind == "drawing" else ""
    for row, text in zip(rows, texts, strict=True):
        drawn.add_row(*(_with_below(table, text, at) for at in kept), style=_STYLES[row.style])
    yield drawn
    gone = [heads[at] for at in filled if at not in kept and table.columns[at].kind != "drawing"]
    if gone:
        yield f"left out on {width} columns: {', '.join(gone)}; --csv has all"


def _with_below(table: Table, texts: "Sequence[str]", at: int) -> "Text":
    """Return the text of a cell, with that of the column after it where that one stands below it."""
    from rich.text import Text

    cell = Text(texts[at])
    if at + 1 < len(texts) and table.columns[at + 1].below and texts[at + 1]:
        cell.append(f"\n{texts[at + 1]}", style="dim")
    return cell


def fitting(
    columns: "Sequence[Column]", needs: "Sequence[int]", wanted: "Sequence[int]", width: int, gap: int
) -> list[int]:
    """Return the places of the columns that have room side by side.

    Args:
        columns: All of them; those of the highest priority go first, and of several the last.
        needs: Characters that each takes at least.
        wanted: The places of those that are to be shown.
        width: Of the terminal.
        gap: Characters between two columns.
    """
    kept = list(wanted)
    # One at a time, because a wide column that goes may make room for all of the others.
    while sum(needs[at] for at in kept) + gap * (len(kept) - 1) > width:
        worst = max(kept, key=lambda at: (columns[at].priority, at))
        if not columns[worst].priority:
            break
        kept.remove(worst)
    return kept


def _shown(table: Table) -> "Sequence[Row]":
    """Return the rows in their order; of very many, those that weigh most."""
    if len(table.rows) <= table.most:
        return table.rows
    # Chosen by weight, but shown in the order of the report: a reader looks for a name, not for a rank.
    heaviest = sorted(range(len(table.rows)), key=lambda at: -table.rows[at].weight)[: table.most]
    return [table.rows[at] for at in sorted(heaviest)]


def _text(cell: object, column: Column, bar_width: int) -> str:
    if isinstance(cell, Drawing):
        return cell.on_terminal(bar_width) if cell.on_terminal else ""
    words = printable(column.words(cell))  # type: ignore[arg-type]
    # `cat` and `cat ` are two classes, and would look like one that is there twice.
    return repr(words) if words != words.strip() else words


def _need(column: Column, head: str, texts: "Sequence[str]", bar_width: int) -> int:
    """Return how many characters a column takes at least: text is folded, figures and heads are not."""
    from rich.cells import cell_len

    if column.kind == "drawing":
        return bar_width if any(texts) else 0
    longest = max(map(cell_len, texts), default=0)
    # In the characters that a terminal gives it: a Chinese name takes two for each of its own.
    if column.kind == "text":
        longest = min(longest, _LEAST_TEXT if column.priority == 0 else _LEAST_DETAIL)
    return max(cell_len(head), longest)
