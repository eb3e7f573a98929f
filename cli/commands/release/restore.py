"""`burnish release restore`: the files of a release are back in their places."""

from typing import Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import terminal


def restore(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Of the release.", show_default="the current release")
    ] = None,
    into: options.Releases = "releases",
    root: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="The folder that the release's paths are relative to.", show_default=False),
        Effect.MAKES,
    ] = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Put the files of a release that are missing back in their places, from the copies that --media copy kept.

    What is there with the right bytes stays; a file with other bytes is never written over, and ends the command with 1
    before anything is written.

    [bold]Examples[/bold]

    burnish release restore

    burnish release restore v2 --root /tmp/as-it-was && cd /tmp/as-it-was
    """
    from curate.release.folder import read_current, read_release
    from curate.release.restore import restore as put_back

    release = read_release(into, name) if name else read_current(into)
    with terminal.progress("files", lambda: release.samples) as counted:
        number = put_back(into, release, root or "", counted)
    terminal.say(f"{release.name}: put back {number:,} files of {release.samples:,}; the others were there")
