"""Samples that were picked, each with why: a table, sentences, and a page to look at and to listen to."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, Table
from cli.views.kit import page as pages

if TYPE_CHECKING:
    from baselines.slices.picking import Picked

_SHOWN = 100
"""Files that a page holds; more would make it too large to open."""


def report(found: "Picked") -> Report:
    """Return the report."""
    columns = [
        Column("path", "sample"),
        Column("why", "why"),
        Column("score", "score", "number"),
        Column("margin", "margin", "number", 1),
        Column("alike", "alike", "count", 1),
    ]
    rows = [Row((one.path, one.why, one.score, one.margin, one.alike)) for one in found.picked]
    return Report([Table("picked", "Picked, the best first", columns, rows)], sentences(found))


def sentences(found: "Picked") -> list[str]:
    """Return what is to be known of all of them."""
    if found.by == "spread":
        return [f"no sample is farther than {found.radius:.3f} from the nearest picked one (chord of unit vectors)"]
    of = f"{found.labelled:,} labels of {found.classes:,} classes"
    if found.by == "typical":
        return [f"{of}: under 20 a class, so the most typical sample of each cluster is next"]
    return [f"{of}: enough to ask a model what it is in doubt about (margin), where samples are dense"]


def page(found: "Picked", title: str, links: pages.Links) -> bytes:
    """Return the page.

    Args:
        found: What was picked.
        title: Its heading.
        links: Leads to the files of samples.
    """
    shown = found.picked[:_SHOWN]
    media = pages.media_of(((one.path, one.kind) for one in shown), links)
    cards = [{"title": f"{number}", "why": one.why, **media[one.path]} for number, one in enumerate(shown, start=1)]
    drawn = report(found)
    more = f", the first {len(shown):,} of {len(found.picked):,}" if len(shown) < len(found.picked) else ""
    return pages.report_page(
        title,
        f"{found.samples:,} samples",
        [
            pages.Section(f"To look at{more}", pages.macro("reason_cards", cards)),
            pages.Section(drawn.tables[0].title, pages.table(drawn.tables[0], links)),
        ],
        lead=sentences(found),
        tiles=[(f"{len(found.picked):,}", "picked"), (f"{found.labelled:,}", "have a label")],
    )
