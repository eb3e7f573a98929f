"""What `burnish drift --simulate` shows: alarms without change, and the least change that is seen."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, Table, Worded, percent
from cli.views.drift.table import title_of
from cli.views.kit import page as pages
from curate.facts.fact_schema import NUMBERS

if TYPE_CHECKING:
    from curate.drift.simulate import Simulation, Visible


def report(found: "Simulation") -> Report:
    """Return the report."""
    columns = [
        Column("name", "what"),
        Column("alarms", "alarms without change", "share", form=" %"),
        Column("shift", "seen from", "number"),
        Column("amount", "in its unit", "number", 1),
    ]
    rows = [Row((Worded(one.name, title_of(one.name)), one.alarms, _shift(one), _amount(one))) for one in found.visible]
    return Report([Table("visible", "What would be seen", columns, rows, most=len(rows) or 1)], sentences(found))


def _shift(one: "Visible") -> Worded | None:
    if one.shift is None:
        return None
    return Worded(
        one.shift, f"{one.shift:g} sd" if one.amount is not None else f"{percent(one.shift)} % of the samples"
    )


def _amount(one: "Visible") -> Worded | None:
    if one.amount is None:
        return None
    quantity = NUMBERS.get(one.name)
    return Worded(one.amount, quantity.show(one.amount) if quantity else f"{one.amount:.3f}")


def sentences(found: "Simulation") -> list[str]:
    """Return what is to be known of all of it."""
    drawn = f"samples in whole groups by {found.groups}" if found.groups else "samples"
    lines = [
        f"without any change, {percent(found.alarms)} % of {found.trials:,} calls said drifted (allowed: "
        f"{percent(found.alpha)} %), {percent(found.steady)} % steady, the others cannot tell: {found.n:,} {drawn} "
        f"drawn from {found.samples:,} against the rest",
        "seen from: the least shift tried that is found in 8 of 10 calls, in standard deviations, or as a share of the "
        "samples that change to the most frequent name; empty: none up to 2 sd, or all of them (margin "
        f"{found.margin:g})",
    ]
    if found.generated:
        lines.append(f"{found.generated:,} generated samples were left out")
    return lines


def page(found: "Simulation", of: str) -> bytes:
    """Return the page."""
    lines = sentences(found)
    drawn = report(found).tables[0]
    tiles = [
        (f"{percent(found.alarms)} %", "alarms without change"),
        (f"{percent(found.steady)} %", "steady"),
        (f"{found.n:,}", "samples a call"),
    ]
    return pages.report_page(
        "Drift, simulated",
        of,
        [pages.Section(drawn.title, pages.table(drawn))],
        lead=[f"{lines[0]}."],
        tiles=tiles,
        notes=lines[1:],
    )
