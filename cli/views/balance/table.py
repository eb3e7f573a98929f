"""What `burnish balance` shows: each class with its share and what it lacks, and how uneven they are together."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, Table
from cli.views.kit.drawing import bar_cell

if TYPE_CHECKING:
    from curate.describe.imbalance import Imbalance


def report(result: "Imbalance") -> Report:
    """Return the report."""
    columns = [
        Column("class", result.by),
        Column("count", "count", "count"),
        Column("share", "share", "share", form=" %"),
        Column("bar", "of the largest class", "drawing", 9),
        Column("missing", "missing", "count", 1),
    ]
    largest = result.classes[0].count if result.classes else 0
    rows = [
        Row([
            found.label,
            found.count,
            found.share,
            bar_cell(found.count / largest if largest else 0.0, f"{found.label}: {found.count:,}"),
            found.missing or None,
        ])
        for found in result.classes
    ]  # fmt: skip
    # A class that is too short is what people look for here, so a terminal shows them all.
    return Report([Table("classes", f"Classes by {result.by}", columns, rows, most=len(rows))], _sentences(result))


def page(result: "Imbalance", of: str) -> bytes:
    """Return the page; `of` is the manifest."""
    from cli.views.kit import page as pages

    found = report(result)
    sections = [pages.Section(table.title, pages.table(table)) for table in found.tables]
    return pages.report_page("Class balance", of, sections, lead=found.notes)


def _sentences(result: "Imbalance") -> list[str]:
    unit = "tagged samples" if result.by.startswith("tag:") else "samples"
    lines = [f"{result.samples:,} {unit} in {len(result.classes):,} classes by {result.by}"]
    if result.imbalance_ratio is not None and result.majority_accuracy is not None:
        lines += [
            f"imbalance ratio {result.imbalance_ratio:.2f} (largest / smallest class)",
            f"effective classes {result.effective_classes:.1f}",
            f"always guessing {result.classes[0].label} is right {100 * result.majority_accuracy:.1f} % of the time",
        ]
    if result.without:
        lines.append(f"{result.without:,} samples have no {result.by.removeprefix('tag:')} and are not counted")
    return lines
