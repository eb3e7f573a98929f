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

    A sample is known again by its path and bytes, else by its bytes under another path (moved), else by all of its
    facts if no other sample has the same (scrubbed under another name: moved and rewritten), else by its path
    (rewritten).

    [bold]Examples[/bold]

    burnish release diff v2 v3

    burnish release diff v2 --json | jq -r '.changes[] | select(.kinds | index("relabelled")) | .path'
    """
    formats = reports.Formats(json, md, csv).check()
    from curate.release.difference import differ, match
    from curate.release.folder import check_manifest, read_current, read_release
    from curate.release.make import known_samples, measured_samples

    two = read_release(into, old), read_release(into, new) if new else read_current(into)
    manifests = [check_manifest(into, one) for one in two]
    looks = (lambda: measured_samples(manifests[0]), lambda: measured_samples(manifests[1]))
    before, after = map(known_samples, manifests)
    found = differ((two[0].name, two[1].name), match(before, after, looks))
    reports.write(found, formats, f"{found.old} to {found.new}", difference_report)
