"""`burnish release diff`: what differs between two releases."""

from typing import Annotated

import typer

from cli import options
from cli.io import reports
from cli.views.release.table import difference_report


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="Name of the older release.", show_default=False)],
    new: Annotated[
        str | None,
        typer.Argument(metavar="[NEW]", help="Name of the newer one.", show_default="the current release"),
    ] = None,
    into: options.Releases = "releases",
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show what differs between two releases: samples added, removed, relabelled, re-split, by class, tag and split.

    A sample is known again by its path and bytes, else by its bytes under another path (moved), else by its path
    (rewritten).

    [bold]Examples[/bold]

    burnish release diff v2 v3

    burnish release diff v2 --json | jq -r '.changes[] | select(.kinds | index("relabelled")) | .path'
    """
    formats = reports.Formats(json, md, csv).check()
    from curate.release.difference import differ, match
    from curate.release.folder import check_manifest, read_current, read_release
    from curate.release.make import known_samples

    two = read_release(into, old), read_release(into, new) if new else read_current(into)
    before, after = (known_samples(check_manifest(into, one)) for one in two)
    found = differ((two[0].name, two[1].name), match(before, after))
    reports.write(found, formats, f"{found.old} to {found.new}", difference_report)
