"""The page of `burnish compare`: every difference with its interval, on one axis."""

from typing import TYPE_CHECKING, Any

from cli.views.compare.table import COLUMNS, cells, groups, run_names, sentences
from cli.views.kit import html_page

if TYPE_CHECKING:
    from markupsafe import Markup

    from baselines.comparison.compare import Comparison, Difference

_WIDTH, _HEIGHT = 240, 18


def page(result: "Comparison") -> bytes:
    """Return the report as a page."""
    a, b = run_names(result)
    reach = reach_of(result)
    return html_page.render(
        "compare/page",
        a=a, b=b,
        tiles=_tiles(result),
        columns=[column.format(a=a, b=b) for column in COLUMNS[:-1]],
        ends=(f"{-reach:+.2f}", f"{reach:+.2f}"),
        groups=[
            {"name": name or "over all", "rows": [row(*item, reach) for item in found.items()]}
            for name, found in groups(result)
        ],
        notes=sentences(result),
    )  # fmt: skip


def forest(found: "Difference", reach: float, title: str) -> "Markup":
    """Return a row of a forest plot: a line for the interval, a mark at the difference, a line at zero.

    Args:
        found: The difference.
        reach: The axis goes from -reach to +reach.
        title: What a person who does not see it is told.
    """
    low, at, high = (
        _WIDTH * html_page.place(value, -reach, reach, logarithmic=False)
        for value in (found.interval[0], found.difference, found.interval[1])
    )
    name, middle = found.verdict.replace(" ", "-"), _HEIGHT / 2
    parts = [
        html_page.markup('<line class="zero" x1="{0}" x2="{0}" y1="0" y2="{1}"/>', _WIDTH / 2, _HEIGHT),
        html_page.markup('<line class="{}" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>', name, low, high, middle, middle),
        html_page.markup('<line class="at {0}" x1="{1:.1f}" x2="{1:.1f}" y1="3" y2="15"/>', name, at),
    ]
    return html_page.drawing("forest", _WIDTH, _HEIGHT, title, parts)


def _tiles(result: "Comparison") -> list[tuple[str, str]]:
    a, b = run_names(result)
    return [
        (f"{result.overall.a:.3f}", f"accuracy of {a}"),
        (f"{result.overall.b:.3f}", f"accuracy of {b}"),
        (f"{result.overall.difference:+.3f}", "difference"),
        (result.overall.verdict, "over all"),
        (f"{result.samples:,}", "samples of both"),
    ]


def row(name: str, found: "Difference", reach: float) -> dict[str, Any]:
    """Return a row of the table: its figures, its verdict, and its line of the forest plot."""
    *shown, verdict = cells(found)
    title = f"{name}: {found.difference:+.3f}, 95 % interval {found.interval[0]:+.3f} to {found.interval[1]:+.3f}"
    return {
        "name": name,
        "cells": shown,
        "verdict": verdict,
        "style": verdict.replace(" ", "-"),
        "forest": forest(found, reach, title),
    }


def reach_of(result: "Comparison") -> float:
    """Return the largest distance of any interval from zero."""
    ends = (abs(end) for _, found in groups(result) for one in found.values() for end in one.interval)
    return max(ends, default=0.0) or 0.01
