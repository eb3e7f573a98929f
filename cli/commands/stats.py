"""`burnish stats`: the input metrics of a dataset."""

from typing import Annotated

import typer

from cli import options
from cli.io import reports, streams
from cli.views.stats.table import report
from curate.describe.imbalance import grouping
from curate.describe.statistics import Statistics, describe


def stats(
    manifest: options.Manifest = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="label|split|tag:KEY", help="Compare groups of samples as well.", show_default=False),
    ] = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    root: options.Root = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show how the facts of the samples are distributed: brightness, size, duration, loudness, formats.

    Quartiles are exact up to 4,096 different values of a fact (1,024 in a group), and otherwise as near as the report
    says. The page that --html writes shows the sample at each extreme as well; its files are looked for under --root.

    [bold]Examples[/bold]

    burnish scan data/ | burnish stats

    burnish stats set.jsonl --by label --html stats.html
    """
    from curate.describe.column_blocks import Measured

    if by is not None:
        grouping(by)
    formats = reports.Formats(json, md, csv, html).check(manifest)
    with streams.records(manifest, Measured) as samples:
        result = describe(samples, by)
    of = manifest or "-"
    reports.write(result, formats, "Input metrics", report, lambda found: _page(found, of, root, html))


def _page(result: Statistics, of: str, root: str | None, html: str | None) -> bytes:
    from cli.views.kit.page import Links
    from cli.views.stats.page import page

    return page(result, of, Links(root, html))
