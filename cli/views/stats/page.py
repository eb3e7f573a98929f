"""The page of `burnish stats`: histograms, the sample at each extreme, groups side by side, and all figures."""

import os
from typing import TYPE_CHECKING, Any

from cli.views.kit import html_page
from cli.views.kit.media_figure import media
from cli.views.stats.table import sentences
from curate.describe.thumbnails import Preview, make_previews
from curate.facts.fact_schema import CATEGORIES, NUMBERS, part_of

if TYPE_CHECKING:
    from curate.describe.statistics import Category, Distribution, Example, Histogram, Statistics

_FIGURES = ("min", "q1", "median", "q3", "max", "mean")
_PARTS = {None: "Files", "image": "Images", "audio": "Recordings"}
_TOP = 12
_OPEN_GROUPS = 24


def page(result: "Statistics", root: str) -> bytes:
    """Return the report as a page.

    Args:
        result: What was found.
        root: Folder that the paths of the samples are relative to.
    """
    shown = make_previews((os.path.join(root, example.path), example.kind) for example in result.examples)
    previews = {example.path: shown[os.path.join(root, example.path)] for example in result.examples}
    numbers = result.whole.numbers
    kinds = {part_of(name) for name, found in numbers.items() if found.number}
    return html_page.render(
        "stats/page",
        lead=_lead(result),
        tiles=_tiles(result),
        parts=[_part(kind, result, previews) for kind in _PARTS if kind in kinds],
        by=result.by,
        open=len(result.groups) <= _OPEN_GROUPS,
        compared=[_compared(name, result) for name in numbers if result.groups and _varies(numbers[name])],
        rows=[{"title": NUMBERS[name].title, "cells": _cells(name, found)} for name, found in numbers.items()],
        notes=sentences(result)[1:],
    )


def _lead(result: "Statistics") -> str:
    if not result.samples:
        return "The manifest has no samples."
    groups = f", in {len(result.groups):,} groups by {result.by}" if result.by else ""
    return f"How the facts of {result.samples:,} samples are distributed{groups}, and the sample at each extreme."


def _tiles(result: "Statistics") -> list[tuple[str, str]]:
    kinds = result.whole.categories["kind"].values if result.samples else {}
    names = {"image": "images", "audio": "recordings"}
    tiles = [(f"{result.samples:,}", "samples")]
    tiles += [(f"{count:,}", names.get(kind, kind)) for kind, count in kinds.items()]
    return tiles + ([(f"{len(result.groups):,}", "groups")] if result.by else [])


def _part(kind: str | None, result: "Statistics", previews: "dict[str, Preview]") -> dict[str, Any]:
    """Return the section of the facts of a kind: those with examples first: cards of one height stand together."""
    numbers, categories = result.whole.numbers, result.whole.categories
    facts = {name: found for name, found in numbers.items() if part_of(name) == kind and found.number}
    cards = [_card(name, found, result, previews) for name, found in facts.items()]
    cards.sort(key=lambda card: (not card["examples"], not card["histogram"]))
    names = {name: found for name, found in categories.items() if part_of(name) == kind and found.values}
    return {"title": _PARTS[kind], "cards": cards, "categories": [_category(*item) for item in names.items()]}


def _card(name: str, found: "Distribution", result: "Statistics", previews: "dict[str, Preview]") -> dict[str, Any]:
    quantity = NUMBERS[name]
    examples = [_example(example, previews[example.path]) for example in result.examples if example.fact == name]
    low, median, high = (quantity.show(value) for value in (found.min, found.median, found.max))
    notes = [] if _varies(found) else [f"{low} in all {found.number:,}"]
    notes += [f"missing in {found.missing:,}"] if found.missing else []
    title = f"{quantity.title} of {found.number:,} samples: {low} to {high}, median {median}"
    return {
        "label": quantity.label,
        "unit": quantity.unit,
        "histogram": _histogram(name, found.histogram, title) if found.histogram and _varies(found) else None,
        "min": low, "median": median, "max": high,
        "note": ", ".join(notes),
        "examples": examples,
        "layout": "audio" if any(example["audio"] for example in examples) else "image",
    }  # fmt: skip


def _histogram(name: str, found: "Histogram", title: str) -> object:
    shown = [NUMBERS[name].show(edge) for edge in found.edges]
    hints = [f"{shown[i]} to {shown[i + 1]}: {count:,}" for i, count in enumerate(found.counts)]
    scale = " (bins by ratio)" if found.logarithmic else ""
    return html_page.histogram(found.counts, title + scale, hints)


def _example(example: "Example", preview: "Preview") -> dict[str, Any]:
    quantity = NUMBERS[example.fact]
    return {
        "name": getattr(quantity, example.end),
        "value": f"{quantity.show(example.value)} {quantity.unit}".strip(),
        **media(example.path, preview),
    }


def _category(name: str, found: "Category") -> dict[str, Any]:
    counts = list(found.values.items())
    rest = sum(count for _, count in counts[_TOP:]) + found.others
    shown = counts[:_TOP] + ([("others", rest)] if rest else []) + ([("missing", found.missing)] * bool(found.missing))
    total = sum(count for _, count in shown)
    rows = [
        {"name": value, "count": f"{count:,}", "bar": html_page.bar(count / total, f"{value}: {count:,}")}
        for value, count in shown
    ]
    return {"title": CATEGORIES[name], "rows": rows}


def _compared(name: str, result: "Statistics") -> dict[str, Any]:
    whole, quantity = result.whole.numbers[name], NUMBERS[name]
    found = {group: figures.numbers[name] for group, figures in result.groups.items() if name in figures.numbers}
    rows = [_compared_row(name, group, figures, whole) for group, figures in found.items() if figures.number]
    return {"title": quantity.title, "low": quantity.show(whole.min), "high": quantity.show(whole.max), "rows": rows}


def _compared_row(name: str, group: str, found: "Distribution", whole: "Distribution") -> dict[str, Any]:
    quartiles = [NUMBERS[name].show(value) for value in (found.q1, found.median, found.q3)]
    title = f"{group}: quartiles {quartiles[0]} and {quartiles[2]}, median {quartiles[1]}"
    figures = (found.min, found.q1, found.median, found.q3, found.max)
    logarithmic = whole.histogram.logarithmic if whole.histogram else False
    return {
        "name": group,
        "cells": [f"{found.number:,}", f"{found.missing:,}" if found.missing else "", *quartiles],
        "box": html_page.box(figures, (whole.min or 0.0, whole.max or 0.0), title, logarithmic=logarithmic),
    }


def _cells(name: str, found: "Distribution") -> list[str]:
    return [f"{found.number:,}", f"{found.missing:,}", *(NUMBERS[name].show(getattr(found, key)) for key in _FIGURES)]


def _varies(found: "Distribution") -> bool:
    return found.min != found.max
