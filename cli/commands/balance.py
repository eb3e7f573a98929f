"""`burnish balance`: how evenly the samples are spread over classes."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.io import reports, streams
from cli.io.gates import refuse_empty
from cli.io.table import Column, Report, Row, SampleLink, Table
from cli.views.kit.drawing import bar_cell
from curate.describe.imbalance import Described, Imbalance, count_classes, failed_gates, grouping
from curate.ground.errors import GateError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST_CLASSES = 40
_LINKS = 24
"""Samples that a row of the page leads to."""


def balance(
    manifest: options.Manifest = None,
    by: Annotated[str, typer.Option(metavar="label|split|tag:KEY", help="What the classes are.")] = "label",
    within: Annotated[
        str | None,
        typer.Option(metavar="SPLIT", help="Count only the samples of this split.", show_default=False),
    ] = None,
    max_ratio: Annotated[
        float | None,
        typer.Option(
            metavar="R",
            min=1.0,
            help="Fail (exit 1) if largest / smallest class is above R.",
            show_default=False,
        ),
    ] = None,
    min_count: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="Fail (exit 1) if a class has fewer than N samples.", show_default=False),
    ] = None,
    allow_empty: options.AllowEmpty = False,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show how evenly the samples are spread over classes, and which classes are short by how many.

    The effective number of classes is exp(entropy of the shares): as many equally large classes would be as uneven.
    An accuracy says little until it is above that of always guessing the largest class.

    [bold]Examples[/bold]

    burnish scan data/ | burnish balance

    burnish balance set.jsonl --by tag:speaker --within train

    burnish balance set.jsonl --max-ratio 10 --min-count 50 --quiet
    """
    grouping(by)
    formats = reports.Formats(json, md, csv, html).check(manifest)
    with streams.records(manifest, Described) as samples:
        links: dict[str, list[SampleLink]] = {}
        result = count_classes(_linked(samples, by, within, links) if html else samples, by, within)
    of = manifest or "-"
    reports.write(result, formats, "Class balance", _tables, lambda found: _page(found, of, links, html))
    if max_ratio is not None or min_count:
        gate = "--max-ratio" if max_ratio is not None else "--min-count"
        refuse_empty(result.samples, gate, allowed=allow_empty)
    if result.samples and (failed := failed_gates(result, max_ratio, min_count)):
        raise GateError("; ".join(failed))


def _linked(
    samples: "Iterable[Described]", by: str, within: str | None, links: dict[str, list[SampleLink]]
) -> "Iterator[Described]":
    """Yield samples as they come, and keep the first of each class for the rows of a page to lead to."""
    classes_of = grouping(by)
    for sample in samples:
        for name in classes_of(sample) if within in (None, sample.split) else ():
            # Here and not later: a manifest on standard input cannot be read a second time.
            if len(known := links.setdefault(name, [])) < _LINKS:
                known.append(SampleLink(sample.path))
        yield sample


def _tables(result: Imbalance) -> Report:
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
        ], weight=-min(place, len(result.classes) - 1 - place))
        for place, found in enumerate(result.classes)
    ]  # fmt: skip
    # Of very many classes both ends: the largest, and those that are too short, which is what people look for here.
    notes = _sentences(result)
    if len(rows) > _MOST_CLASSES:
        notes.append(f"shown are the {_MOST_CLASSES // 2} largest and as many of the smallest; all: --csv or --json")
    return Report([Table("classes", f"Classes by {result.by}", columns, rows, most=_MOST_CLASSES)], notes)


def _page(result: Imbalance, of: str, links: dict[str, list[SampleLink]], html: str | None) -> bytes:
    """Return the page; `of` is the manifest, `links` the first samples of each class."""
    from cli.views.kit import page as pages

    found = _tables(result)
    sections = []
    for table in found.tables:
        named = zip(table.rows, result.classes, strict=True)
        rows = [row._replace(samples=links.get(one.label, ())) for row, one in named]
        sections.append(pages.Section(table.title, pages.table(table._replace(rows=rows), pages.Links(None, html))))
    return pages.report_page("Class balance", of, sections, lead=found.notes)


def _sentences(result: Imbalance) -> list[str]:
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
