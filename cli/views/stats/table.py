"""The input metrics on a terminal: a row for each fact, a line for each category, a table of groups for each fact."""

import sys
from typing import TYPE_CHECKING

from cli.io.terminal import printable
from curate.describe.statistics import MAX_GROUPS
from curate.facts.fact_schema import CATEGORIES, NUMBERS, part_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.table import Table

    from curate.describe.statistics import Category, Distribution, Statistics

_BARS, _PLAIN_BARS = " ▁▂▃▄▅▆▇█", " .:-=+*#%@"
_FIGURES = ("min", "q1", "median", "q3", "max")
_WIDE = 100
_TOP = 8


def table(result: "Statistics") -> "RenderableType":
    """Return the report."""
    return _Table(result)


class _Table:
    """The report, drawn when the width of the terminal is known."""

    def __init__(self, result: "Statistics") -> None:
        self.result = result

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        yield from sections(self.result, options.max_width)


def sections(result: "Statistics", width: int) -> "Iterable[RenderableType]":
    """Yield the parts of the report for a terminal of some width."""
    if result.samples:
        yield _numbers(result.whole.numbers, width)
        yield ""
        yield from _categories(result.whole.categories)
    for name, spread in result.whole.numbers.items() if result.groups else ():
        if spread.min != spread.max:
            yield ""
            yield _compared(result, name, width)
    yield ""
    yield from sentences(result)


def sentences(result: "Statistics") -> list[str]:
    """Return what is to be said below the figures."""
    lines = [f"{result.samples:,} samples"]
    error = max((found.error for found in result.whole.numbers.values()), default=0)
    lines += [f"quartiles are within {100 * error:.2g} % of their values"] if error else []
    if result.by:
        lines[0] += f", {len(result.groups):,} groups by {result.by}"
        key = result.by.removeprefix("tag:")
        lines += [f"{result.without:,} samples have no {key} and are in no group"] if result.without else []
        lines += [f"{result.others:,} samples are in further groups: the first {MAX_GROUPS} are shown"] * (
            result.others > 0
        )
    return [printable(line) for line in lines]


def draw_histogram(counts: "Sequence[int]", width: int) -> str:
    """Return a histogram of `width` characters or one for each bin; what is not empty shows."""
    utf = (sys.stdout.encoding or "ascii").lower().startswith("utf")
    bars = _BARS if utf else _PLAIN_BARS
    each = max(1, len(counts) // width)
    joined = [sum(counts[start : start + each]) for start in range(0, len(counts), each)]
    highest = max(joined, default=0) or 1
    return "".join(bars[-(-count * (len(bars) - 1) // highest)] for count in joined)


def _numbers(numbers: "dict[str, Distribution]", width: int) -> "RenderableType":
    wide, part = width >= _WIDE, ""
    counted = (["number"] if wide else []) + (["missing"] if any(found.missing for found in numbers.values()) else [])
    drawn = _empty_table("fact", [*counted, *_FIGURES, "mean"], width)
    for name, found in numbers.items():
        # On a narrow terminal the number of samples stands once for each kind, which is all that it says.
        if not wide and part != (part := part_of(name) or "all"):
            drawn.add_row(f"[{part}: {found.number + found.missing:,}]", style="bold")
        counts = [_count(column, getattr(found, column)) for column in counted]
        figures = [NUMBERS[name].show(getattr(found, figure)) for figure in (*_FIGURES, "mean")]
        drawn.add_row(NUMBERS[name].title, *counts, *figures, _bars(found, width))
    return drawn


def _categories(categories: "dict[str, Category]") -> "Iterable[str]":
    for name, found in categories.items():
        values = [f"{printable(value)} {count:,}" for value, count in list(found.values.items())[:_TOP]]
        rest = sum(list(found.values.values())[_TOP:]) + found.others
        values += [f"others {rest:,}"] if rest else []
        values += [f"missing {found.missing:,}"] if found.missing and found.values else []
        if found.values:
            yield f"{CATEGORIES[name]}: {', '.join(values)}"


def _compared(result: "Statistics", name: str, width: int) -> "RenderableType":
    figures = _FIGURES if width >= _WIDE else ("q1", "median", "q3")
    drawn = _empty_table(result.by or "", ["number", *figures], width, title=NUMBERS[name].title)
    for group, facts in result.groups.items():
        if (found := facts.numbers.get(name)) and found.number:
            shown = [NUMBERS[name].show(getattr(found, figure)) for figure in figures]
            drawn.add_row(printable(group), f"{found.number:,}", *shown, _bars(found, width))
    return drawn


def _empty_table(first: str, columns: "Sequence[str]", width: int, title: str | None = None) -> "Table":
    from rich import box
    from rich.table import Table

    padding = (0, 1, 0, 0) if width >= _WIDE else (0, 0)
    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=padding, title=title, title_justify="left")
    drawn.add_column(first, overflow="fold", min_width=16)
    for column in columns:
        drawn.add_column(column, justify="right", no_wrap=True)
    drawn.add_column("", no_wrap=True, style="cyan", min_width=_bins(width))
    return drawn


def _count(column: str, number: int) -> str:
    return f"{number:,}" if number or column == "number" else ""


def _bins(width: int) -> int:
    return 12 if width >= _WIDE else 8


def _bars(found: "Distribution", width: int) -> str:
    return draw_histogram(found.histogram.counts, _bins(width)) if found.histogram else ""
