"""`burnish release rollback`: an earlier release is the current one again."""

from typing import Annotated

import typer

from cli import options
from cli.io.terminal import say


def rollback(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="Of the release.", show_default="the one before the current one"),
    ] = None,
    into: options.ReleasesMade = "releases",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Make another release the current one, in one stroke; later ones stay, and can be gone forward to alike.

    Its manifest is held against its digest first. Without a name it goes to the release that was the current one when
    the current one was made: once more goes back one further.

    [bold]Examples[/bold]

    burnish release rollback

    burnish release rollback v2 --into releases/
    """
    from curate.release.write import roll_back

    made = roll_back(into, name)
    was = "it was already" if made.state == "same" else f"exchange {made.pointer.switch:,}"
    say(f"the current release is {made.release.name} ({made.release.samples:,} samples, {was})")
