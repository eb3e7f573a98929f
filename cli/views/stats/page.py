"""The page of `burnish stats`: histograms, the sample at each extreme, groups side by side, and all figures."""

from typing import TYPE_CHECKING, TypedDict

from cli.views.kit import drawing
from cli.views.kit import page as pages
from cli.views.stats.table import facts, groups, page_histogram, sentences
from curate.facts.fact_schema import CATEGORIES, NUMBERS, part_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from curate.describe.statistics import Category, Distribution, Statistics

_PARTS = {None: "Files", "image": "Images", "audio": "Recordings"}
_TOP = 12
_OPEN_GROUPS = 24


class _Example(pages.Media):
    name: str
    value: str


class _Card(TypedDict):
    """What the template shows of a fact that is a number."""

    label: str
    unit: str
    histogram: "Markup | str"
    min: str
    median: str
    max: str
    note: str
    examples: list[_Example]
    layout: str


def page(result: "Statistics", of: str, links: pages.Links) -> bytes:
    """Return the page.

    Args:
        result: What was found.
        of: The manifest.
        links: Leads to the files of samples.
    """
    shown = pages.media_of(((example.path, example.kind) for example in result.examples), links)
    # A set of pictures is not to have an empty section of recordings.
    kinds = {part_of(name) for name, found in result.whole.numbers.items() if found.number}
    many = f", in {len(result.groups):,} groups by {result.by}" if result.by else ""
    lead = f"How the facts of {result.samples:,} samples are distributed{many}, and the sample at each extreme."
    return pages.render(
        "stats/page",
        title="Input metrics",
        of=of,
        lead=lead if result.samples else "The manifest has no samples.",
        tiles=_tiles(result),
        parts=[_part(kind, result, shown) for kind in _PARTS if kind in kinds],
        by=result.by,
        open=len(result.groups) <= _OPEN_GROUPS,
        compared=[(table.title, pages.table(table)) for table in groups(result) if table.rows],
        figures=pages.table(facts(result), links),
        notes=sentences(result)[1:],
    )


def _tiles(result: "Statistics") -> list[tuple[str, str]]:
    kinds = result.whole.categories["kind"].values if result.samples else {}
    names = {"image": "images", "audio": "recordings"}
    tiles = [(f"{result.samples:,}", "samples")]
    tiles += [(f"{count:,}", names.get(kind, kind)) for kind, count in kinds.items()]
    return tiles + ([(f"{len(result.groups):,}", "groups")] if result.by else [])


def _part(kind: str | None, result: "Statistics", shown: "Mapping[str, pages.Media]") -> dict[str, object]:
    """Return the section of the facts of a kind: those with examples first: cards of one height stand together."""
    numbers, categories = result.whole.numbers, result.whole.categories
    cards = [
        _card(name, found, result, shown) for name, found in numbers.items() if part_of(name) == kind and found.number
    ]
    cards.sort(key=lambda card: (not card["examples"], not card["histogram"]))
    listed = [_category(*item) for item in categories.items() if part_of(item[0]) == kind and item[1].values]
    return {"title": _PARTS[kind], "cards": cards, "categories": listed}


def _card(name: str, found: "Distribution", result: "Statistics", shown: "Mapping[str, pages.Media]") -> _Card:
    quantity = NUMBERS[name]
    examples: list[_Example] = [
        {
            "name": getattr(quantity, example.end),
            "value": f"{quantity.show(example.value)} {quantity.unit}".strip(),
            **shown[example.path],
        }
        for example in result.examples
        if example.fact == name
    ]
    low, median, high = (quantity.show(value) for value in (found.min, found.median, found.max))
    notes = [f"{low} in all {found.number:,}"] if found.min == found.max else []
    notes += [f"missing in {found.missing:,}"] if found.missing else []
    return {
        "label": quantity.label,
        "unit": quantity.unit,
        "histogram": page_histogram(name, found),
        "min": low,
        "median": median,
        "max": high,
        "note": ", ".join(notes),
        "examples": examples,
        "layout": "audio" if any(example["audio"] for example in examples) else "image",
    }


def _category(name: str, found: "Category") -> dict[str, object]:
    counts = list(found.values.items())
    rest = sum(count for _, count in counts[_TOP:]) + found.others
    # All bars add up to the whole, so that what is not shown is a bar too.
    shown = counts[:_TOP] + ([("others", rest)] if rest else []) + ([("missing", found.missing)] * bool(found.missing))
    total = sum(count for _, count in shown)
    rows = [
        {"name": value, "count": f"{count:,}", "bar": drawing.bar(count / total, f"{value}: {count:,}")}
        for value, count in shown
    ]
    return {"title": CATEGORIES[name], "rows": rows}
