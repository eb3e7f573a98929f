"""The page of `burnish weak`: the priority chart and its table."""

from typing import TYPE_CHECKING, Any

from cli.views.kit import html_page, run_tables
from cli.views.weak import priority_chart
from cli.views.weak.table import cells, columns, sentences

if TYPE_CHECKING:
    from baselines.slices.slice_ranking import SliceRanking


def page(result: "SliceRanking") -> bytes:
    """Return the report as a page."""
    return html_page.render("weak/page", lead=_lead(result), notes=sentences(result), **priorities(result))


def priorities(result: "SliceRanking") -> dict[str, Any]:
    """Return what the template of the priority table and chart names."""
    most = max((weak.gain for weak in result.tags), default=0.0)
    return {
        "chart": priority_chart.draw(result.tags) if result.tags else "",
        "columns": columns(result),
        "rows": [
            {
                "name": weak.tag,
                "cells": cells(weak),
                "bar": html_page.bar(weak.gain / most if most > 0 else 0, f"gain of {weak.tag}: {100 * weak.gain:.2f}"),
            }
            for weak in result.tags
        ],
    }


def _lead(result: "SliceRanking") -> str:
    accuracy = result.overall.accuracy
    whole = (
        ""
        if accuracy is None
        else f"Of {result.overall.samples:,} samples {run_tables.percent(accuracy)} % are right. "
    )
    return f"{whole}Where there is most to gain: gap to the {result.target} x share of the samples."
