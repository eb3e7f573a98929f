"""What `burnish drift --join` shows: the share of the same samples whose facts differ."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, SampleLink, Table, Worded, p_value
from cli.views.drift.table import STYLES, title_of
from cli.views.kit import page as pages

if TYPE_CHECKING:
    from curate.drift.skew import Skew


def report(found: "Skew") -> Report:
    """Return the report."""
    columns = [
        Column("name", "what"),
        Column("verdict", "verdict"),
        Column("effect", "differ", "share"),
        Column("bound", "at most", "share", 1),
        Column("adjusted_p", "p", "number"),
        Column("differing", "n differ", "count", 2),
        Column("samples", "n", "count", 1),
    ]
    rows = [
        Row(
            (
                Worded(one.name, title_of(one.name)),
                one.verdict,
                one.effect,
                one.bound,
                p_value(one.adjusted_p),
                one.differing,
                one.samples,
            ),
            STYLES[one.verdict],
            one.effect,
            [SampleLink(path) for path in one.worst],
        )
        for one in found.tests
    ]
    return Report([Table("skew", "Same samples, in percent", columns, rows, most=len(rows) or 1)], sentences(found))


def sentences(found: "Skew") -> list[str]:
    """Return what is to be known of all of it."""
    lines = [
        f"{found.verdict}: {found.joined:,} samples are in both by {found.key}; numbers differ by more than "
        f"{found.tolerance:g} of their size, and at most a share of {found.margin:g} of the samples may (alpha "
        f"{found.alpha:g})",
        f"only in the reference: {found.only[0]:,}, only in the new set: {found.only[1]:,}",
    ]
    if found.without:
        lines.append(f"without a {found.key}, and left out: {found.without:,}")
    if found.copies:
        lines.append(f"copies with the same digest, left out: {found.copies:,}")
    return lines


def page(found: "Skew", of: str, links: pages.Links) -> bytes:
    """Return the page."""
    lines = sentences(found)
    drawn = report(found).tables[0]
    tiles = [(found.verdict, "verdict"), (f"{found.joined:,}", "samples in both")]
    return pages.report_page(
        "Skew",
        of,
        [pages.Section(drawn.title, pages.table(drawn, links))],
        lead=[f"{lines[0]}."],
        tiles=tiles,
        notes=lines[1:],
    )
