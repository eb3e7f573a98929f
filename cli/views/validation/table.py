"""The report of `burnish validate`: anomalies, the gravest first."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, SampleLink, Table, Worded, p_value, percent
from curate.facts.fact_schema import NUMBERS
from curate.schema.anomalies import ANOMALIES, GRAVITIES

if TYPE_CHECKING:
    from cli.io.table import Cell, Style
    from curate.schema.anomalies import Anomaly, Validation

_STYLES: dict[str, "Style"] = {"error": "error", "warning": "warning", "note": "dim"}
_COLUMNS = [
    Column("name", "anomaly"),
    Column("of", "of"),
    Column("severity", "severity"),
    Column("samples", "n", "count"),
    Column("groups", "groups", "count", 2),
    Column("share", "share, %", "share"),
    Column("allowed", "allowed, %", "share", 1),
    Column("p", "p", "number", 2),
    Column("worst", "worst"),
    Column("path", "such as", priority=3),
    Column("detail", "values", priority=4),
]


def report(found: "Validation") -> Report:
    """Return the report."""
    rows, columns = [_row(one) for one in found.anomalies], _COLUMNS
    if found.groups is None:
        place = next(at for at, one in enumerate(columns) if one.key == "groups")
        columns = columns[:place] + columns[place + 1 :]
        rows = [row._replace(cells=(*row.cells[:place], *row.cells[place + 1 :])) for row in rows]
    return Report([Table("anomalies", "Anomalies", columns, rows)], sentences(found))


def sentences(found: "Validation") -> list[str]:
    """Return what is to be known of all of it."""
    counts = ((one, found.count(one)) for one in GRAVITIES)
    counted = ", ".join(f"{count:,} {one}{'' if count == 1 else 's'}" for one, count in counts)
    lines = [f"{found.samples:,} sample{'' if found.samples == 1 else 's'}: {counted}"]
    if alarms := list(dict.fromkeys(one.name for one in found.anomalies if one.severity != "note")):
        lines += [f"{name}: {ANOMALIES[name].meaning}" for name in alarms]
    if found.count("note"):
        lines.append(
            "notes are within what the schema allows, as far as so many samples can tell; no gate fails by them"
        )
    if found.tests:
        tested = f"{found.tests:,} {'share was' if found.tests == 1 else 'shares were'} tested"
        unchanged = f"of batches without any change {percent(found.alpha)} % may alarm"
        what = "samples are" if found.groups is None else "groups are"
        lines.append(f"{tested}; {unchanged}, if {what} independent of each other")
    if found.groups is not None:
        alone = f"; {found.alone:,} samples are in none, and were taken for one each" if found.alone else ""
        lines.append(f"{found.groups:,} groups{alone}")
    if found.older:
        lines.append(f"{found.older:,} older samples were left out")
    if found.generated:
        lines.append(f"{found.generated:,} generated samples were left out")
    return lines


def words(one: "Anomaly", value: str | float | None) -> str:
    """Return a value of an anomaly as people read it."""
    if value is None or isinstance(value, str):
        return value or ("" if value is None else "(empty)")
    # Facts are shown as everywhere else, but in the unit of the schema, which people compare it with.
    quantity = NUMBERS.get("bytes" if one.of.endswith(".bytes") else one.of)
    unit = f" {quantity.unit}" if quantity and quantity.unit and quantity.scale == 1 else ""
    return f"{value:.6g}{unit}"


def _row(one: "Anomaly") -> Row:
    p: Cell = None if one.p is None else p_value(one.p)
    worst = Worded(one.worst, words(one, one.worst))
    samples = [SampleLink(example.path, words(one, example.value)) for example in one.examples]
    cells = (
        one.name,
        one.of,
        one.severity,
        one.samples,
        one.groups,
        one.share,
        one.allowed,
        p,
        worst,
        one.path,
        one.detail,
    )
    return Row(cells, _STYLES[one.severity], samples=samples)
