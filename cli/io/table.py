"""What a report says, before it is drawn: tables of typed values, and sentences.

One description serves the terminal (`terminal_table`), Markdown and CSV (`table_export`), and the page
(`cli.views.kit.page`), so that a new report has all of them.
"""

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markupsafe import Markup

Kind = Literal["text", "count", "share", "number", "interval", "drawing"]
"""`share` and `interval` are fractions, shown in percent without the sign; a `drawing` only repeats other columns."""
Style = Literal["", "better", "worse", "error", "warning", "dim"]

MOST_ROWS = 40
"""Of a table on a terminal; pages, Markdown, CSV and JSON have all."""
_NAMES = 8
_LEAST_P = 0.001
_FORMS = {"count": "{:,}", "number": "{:.3f}", "text": "{}"}


class Worded(NamedTuple):
    """A value that is said in words of its own, such as `< 0.001`."""

    value: str | float | None
    words: str


class Drawing(NamedTuple):
    """A bar or a small chart.

    Attributes:
        on_terminal: Draws it in so many characters; None: only pages have it.
        on_page: Draws it as an inline SVG.
    """

    on_terminal: "Callable[[int], str] | None"
    on_page: "Callable[[], Markup | str]"


Cell = str | float | tuple[float, float] | Worded | Drawing | None


class Column(NamedTuple):
    """A column.

    Attributes:
        key: Its name in CSV.
        title: Its name for people.
        kind: What its values are.
        priority: The columns of the highest go first where a terminal is narrow; 0: stays.
        form: How a value is written, for `str.format`; of an interval, both ends; of a share, what follows it.
        points: Whether values are differences of shares, shown in points with their sign: +0.031 is +3.1.
        below: Whether a terminal, which has little room, shows it under the column before it.
        axis: What stands at the left end, the middle and the right end of a column of drawings, on pages.
    """

    key: str
    title: str
    kind: Kind = "text"
    priority: int = 0
    form: str = ""
    axis: tuple[str, ...] = ()
    below: bool = False
    points: bool = False

    def words(self, value: Cell) -> str:
        """Return a value as people read it; nothing where it is not known."""
        if value is None or isinstance(value, Drawing):
            return ""
        if isinstance(value, Worded):
            return value.words
        if self.points and not isinstance(value, str):
            return in_points(value, self.form)
        if isinstance(value, tuple):
            return self.form.format(*value) if self.form else interval(value)
        if self.kind == "share" and not isinstance(value, str):
            return percent(value) + self.form
        return (self.form or _FORMS.get(self.kind, "{}")).format(value)


class SampleLink(NamedTuple):
    """A sample that a row is about.

    Attributes:
        path: As the manifest has it.
        words: What is to be said of it.
    """

    path: str
    words: str = ""


class Row(NamedTuple):
    """A row.

    Attributes:
        cells: One for each column.
        style: Of the whole row.
        weight: Of more rows than a terminal shows, those of the largest are shown; else the first.
        samples: To look at, on pages.
    """

    cells: "Sequence[Cell]"
    style: Style = ""
    weight: float = 0.0
    samples: "Sequence[SampleLink]" = ()


class Table(NamedTuple):
    """A table; one without rows is not drawn.

    Attributes:
        key: Its name in CSV, and on the page.
        title: Its name for people.
        columns: The first names the row.
        rows: In their order.
        most: How many rows a terminal shows.
        whole: Whether a terminal on which not all columns have room does without the table.
        in_csv: Whether it is a part of the CSV; not where it only repeats others.
        lines: Say the same in less room; a terminal shows them instead.
    """

    key: str
    title: str
    columns: "Sequence[Column]"
    rows: "Sequence[Row]"
    most: int = MOST_ROWS
    whole: bool = False
    in_csv: bool = True
    lines: "Sequence[str]" = ()

    def filled(self) -> list[int]:
        """Return the places of the columns to draw: the first, and those that have a value in any row."""
        return [
            at
            for at, column in enumerate(self.columns)
            if not at or any(column.words(row.cells[at]) or isinstance(row.cells[at], Drawing) for row in self.rows)
        ]


class Report(NamedTuple):
    """A report.

    Attributes:
        tables: The same ones whatever was found, so that the CSV always has the same columns.
        notes: Sentences below them.
        titled: Whether the titles of the tables are shown on a terminal; not where the heads say it.
    """

    tables: "Sequence[Table]"
    notes: "Sequence[str]" = ()
    titled: bool = False


def percent(share: float | None) -> str:
    """Return a share (0 to 1) in percent, without the sign; nothing where it is not known."""
    return "" if share is None else f"{100 * share:.1f}"


def in_points(value: float | tuple[float, float], form: str = "") -> str:
    """Return a difference of shares in points, with its sign; of an interval both ends."""
    ends = value if isinstance(value, tuple) else (value,)
    return " to ".join((form or "{:+.1f}").format(100 * end) for end in ends)


def or_dash(share: float | None) -> Cell:
    """Return the cell of a share; a dash where it is not defined, which an empty cell would not tell from not known."""
    return Worded(None, "–") if share is None else share


def interval(ends: tuple[float, float] | None) -> str:
    """Return the ends of an interval of shares in percent, without the sign."""
    return "" if ends is None else f"{percent(ends[0])} to {percent(ends[1])}"


def p_value(p: float) -> Worded:
    """Return the cell of a p value; below a thousandth it would feign a precision that few samples do not have."""
    return Worded(p, f"{p:.3f}" if p >= _LEAST_P else f"< {_LEAST_P}")


def names(items: "Sequence[str]", most: int = _NAMES) -> str:
    """Return names as a list, the first of them where they are many."""
    shown = ", ".join(items[:most])
    return f"{shown} and {len(items) - most:,} more" if len(items) > most else shown
