"""`burnish balance`: how evenly the samples are spread over classes."""

from typing import Annotated

import typer

from cli import options
from cli.io import reports, streams
from cli.views.balance.table import page, report
from curate.describe.imbalance import Described, count_classes, failed_gates, grouping
from curate.ground.errors import GateError


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
        result = count_classes(samples, by, within)
    reports.write(result, formats, "Class balance", report, lambda found: page(found, manifest or "-"))
    if failed := failed_gates(result, max_ratio, min_count):
        raise GateError("; ".join(failed))
