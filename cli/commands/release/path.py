"""`burnish release path`: where the manifest of a release lies."""

import os
import sys
from typing import Annotated

import typer

from cli import options


def path(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Of the release.", show_default="the current release")
    ] = None,
    into: options.Releases = "releases",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Print where the manifest of a release lies, once its bytes are those that were released.

    Beside writers that release and roll back, what it prints is a whole release, the one before or the one after; and
    since no release ever changes, it stays one however long it is read.

    [bold]Examples[/bold]

    burnish release path

    burnish train "$(burnish release path --into releases/)" --run runs/next
    """
    from curate.release.folder import check_manifest, read_current, read_release

    found = read_release(into, name) if name else read_current(into)
    sys.stdout.buffer.write(os.fsencode(check_manifest(into, found)) + b"\n")
