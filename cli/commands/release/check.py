"""`burnish release check`: whether releases are still what they were."""

from typing import Annotated

import typer

from cli import options
from cli.io import reports, terminal
from cli.views.release.table import check_report
from curate.ground.errors import GateError


def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]...", help="Of releases.", show_default="all of the folder"),
    ] = None,
    into: options.Releases = "releases",
    root: options.Root = None,
    records_only: Annotated[bool, typer.Option("--records-only", help="Read no file of a sample.")] = False,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Read releases again, records, manifests, schemas and the files of all samples, and hold all against digests.

    A file counts where its bytes are those of the release, at its path or in the folder's own store
    (release --media copy). Exit code 1: a release could not be made again as it was.

    [bold]Examples[/bold]

    burnish release check

    burnish release check v3 --into releases/ --root /data --json
    """
    formats = reports.Formats(json, md, csv).check()
    from curate.release.verify import verify

    with terminal.progress("files", lambda: 0) as counted:
        found = verify(into, names or (), root or "", counted, files=not records_only)
    reports.write(found, formats, f"Releases in {into}", check_report)
    if broken := [one.name for one in found.releases if not one.is_sound]:
        raise GateError(f"not as released: {', '.join(broken)}")
