"""What `burnish stats` shows: a row for each fact, a line for each category, a table of groups for each fact."""

import sys
from typing import TYPE_CHECKING

from cli.io.table import Column, Drawing, Report, Row, SampleLink, Table, Worded
from cli.views.kit import drawing
from curate.describe.statistics import MAX_GROUPS
from curate.facts.fact_schema import CATEGORIES, NUMBERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from curate.describe.statistics import Category, Distribution, Statistics

_BARS, _PLAIN_BARS = " ▁▂▃▄▅▆▇█", " .:-=+*#%@"
_WIDEST = 12
_TOP = 8
_FIGURES = (
    Column("number", "number", "count", 5),
    Column("missing", "missing", "count", 2),
    Column("min", "min", "number", 4),
    Column("q1", "q1", "number"),
    Column("median", "median", "number"),
    Column("q3", "q3", "number"),
    Column("max", "max", "number", 3),
    Column("mean", "mean", "number", 1),
    Column("shape", "distribution", "drawing", 9),
)


def report(result: "Statistics") -> Report:
    """Return the report."""
    return Report(
        [facts(result), _categories(result.whole.categories), *groups(result)], sentences(result), titled=True
    )


def facts(result: "Statistics") -> Table:
    """Return the figures of each fact, over all samples."""
    numbers = result.whole.numbers if result.samples else {}
    ends = {name: [one for one in result.examples if one.fact == name] for name in numbers}
    rows = [
        Row(
            (Worded(name, NUMBERS[name].title), *_figures(name, found), _shape(name, found)),
            samples=[SampleLink(one.path, f"{one.end}: {NUMBERS[name].show(one.value)}") for one in ends[name]],
        )
        for name, found in numbers.items()
    ]
    return Table("fact", "All figures", [Column("fact", "fact"), *_FIGURES], rows, most=max(len(rows), 1))


def groups(result: "Statistics") -> list[Table]:
    """Return a table for each fact that is not the same in all samples: the groups beside each other."""
    # The title says which fact it is; only the CSV, where all tables are one, has it in each row.
    columns = [Column("group", result.by or "group"), Column("fact", ""), *_FIGURES]
    tables = []
    for name, whole in result.whole.numbers.items() if result.groups else ():
        # What is the same everywhere tells groups not apart.
        if whole.min == whole.max:
            continue
        rows = []
        for group, figures in result.groups.items():
            if (found := figures.numbers.get(name)) and found.number:
                cells = (group, Worded(name, ""), *_figures(name, found), _shape(name, found, whole, group))
                rows.append(Row(cells))
        tables.append(Table("group", NUMBERS[name].title, columns, rows, most=max(len(rows), 1)))
    # An empty one at least, so that the columns of the CSV do not depend on what was found.
    return tables or [Table("group", "", columns, ())]


def sentences(result: "Statistics") -> list[str]:
    """Return what is to be said below the figures."""
    lines = [f"{result.samples:,} samples"]
    # Quartiles come from sketches: exact on small sets, and as far off as the worst of them says on large ones.
    error = max((found.error for found in result.whole.numbers.values()), default=0)
    lines += [f"quartiles are within {100 * error:.2g} % of their values"] if error else []
    if result.by:
        lines[0] += f", {len(result.groups):,} groups by {result.by}"
        key = result.by.removeprefix("tag:")
        lines += [f"{result.without:,} samples have no {key} and are in no group"] if result.without else []
        if result.others:
            lines.append(f"{result.others:,} samples are in further groups: the first {MAX_GROUPS} are shown")
    return lines


def draw_histogram(counts: "Sequence[int]", width: int) -> str:
    """Return a histogram of `width` characters or one for each bin; what is not empty shows."""
    utf = (sys.stdout.encoding or "ascii").lower().startswith("utf")
    bars = _BARS if utf else _PLAIN_BARS
    # Bins are joined, not left out, so that the bars still add up to all values; the division rounds up for the few.
    each = max(1, len(counts) // width)
    joined = [sum(counts[start : start + each]) for start in range(0, len(counts), each)]
    highest = max(joined, default=0) or 1
    return "".join(bars[-(-count * (len(bars) - 1) // highest)] for count in joined)


def page_histogram(name: str, found: "Distribution") -> "Markup | str":
    """Return the histogram of a fact for a page; nothing where all values are the same."""
    if found.histogram is None or found.min == found.max:
        return ""
    quantity, counts = NUMBERS[name], found.histogram.counts
    edges = [quantity.show(edge) for edge in found.histogram.edges]
    low, median, high = (quantity.show(value) for value in (found.min, found.median, found.max))
    scale = " (bins by ratio)" if found.histogram.logarithmic else ""
    title = f"{quantity.title} of {found.number:,} samples: {low} to {high}, median {median}{scale}"
    hints = [f"{edges[at]} to {edges[at + 1]}: {count:,}" for at, count in enumerate(counts)]
    return drawing.histogram(counts, title, hints)


def _categories(categories: "dict[str, Category]") -> Table:
    columns = [Column("fact", "fact"), Column("value", "value"), Column("number", "number", "count")]
    rows, lines = [], []
    for name, found in categories.items():
        if not found.values:
            continue
        rest = {"others": found.others, "missing": found.missing}
        more = [(Worded(None, other), number) for other, number in rest.items() if number]
        values: list[tuple[str | Worded, int]] = [*found.values.items(), *more]
        # Programs get every value; a terminal, which has `lines`, the first few.
        rows += [Row((Worded(name, CATEGORIES[name]), value, number)) for value, number in values]
        shown = [f"{value} {count:,}" for value, count in list(found.values.items())[:_TOP]]
        others = sum(list(found.values.values())[_TOP:]) + found.others
        shown += [f"others {others:,}"] if others else []
        shown += [f"missing {found.missing:,}"] if found.missing else []
        lines.append(f"{CATEGORIES[name]}: {', '.join(shown)}")
    return Table("category", "Names", columns, rows, lines=lines)


def _figures(name: str, found: "Distribution") -> list[int | Worded | None]:
    show = NUMBERS[name].show
    figures = (found.min, found.q1, found.median, found.q3, found.max, found.mean)
    return [found.number, found.missing or None, *(Worded(value, show(value)) for value in figures)]


def _shape(name: str, found: "Distribution", whole: "Distribution | None" = None, group: str = "") -> Drawing | None:
    """Return a fact's histogram; on a page, of a group, a box plot on the axis of the whole."""
    histogram = found.histogram
    if histogram is None:
        return None

    def on_page() -> "Markup | str":
        if whole is None:
            return page_histogram(name, found)
        quartiles = [NUMBERS[name].show(value) for value in (found.q1, found.median, found.q3)]
        title = f"{group}: quartiles {quartiles[0]} and {quartiles[2]}, median {quartiles[1]}"
        figures = (found.min, found.q1, found.median, found.q3, found.max)
        logarithmic = whole.histogram.logarithmic if whole.histogram else False
        return drawing.box(figures, (whole.min or 0.0, whole.max or 0.0), title, logarithmic=logarithmic)

    return Drawing(lambda width: draw_histogram(histogram.counts, min(width, _WIDEST)), on_page)
