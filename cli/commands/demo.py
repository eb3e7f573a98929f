"""`burnish demo`: the whole loop on a small messy dataset, with the ordinary commands."""

import os
import time
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS = ("images", "speech")


def demo(
    folder: Annotated[
        str,
        typer.Argument(metavar="[DIR]", help="A new folder for all of it, or that of an earlier demo."),
        Effect.MAKES,
    ] = "burnish-demo",
    only: Annotated[
        str | None, typer.Option(metavar="images|speech", help="Only this part of it.", show_default=False)
    ] = None,
    seed: options.Seed = 0,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Make a small messy dataset and run the whole loop on it; each command is shown before it runs.

    The pictures are the handwritten digits that come with scikit-learn, the recordings digits that a machine spoke.
    Files are broken, some are there twice, classes are uneven, and the test has faint and turned writing and noise
    that training lacks. It takes less than two minutes and no network. --quiet shows the ending only.

    [bold]Examples[/bold]

    burnish demo

    burnish demo /tmp/try --only speech

    burnish demo --quiet
    """
    if only is not None:
        options.check_choice(only, PARTS, "--only")
    began = time.monotonic()
    _play(folder, PARTS if only is None else (only,), seed)
    terminal.say(f"that took {time.monotonic() - began:.0f} s")


def _play(folder: str, parts: "Sequence[str]", seed: int) -> None:
    from augment.demo.folder import MAKERS, claim, fill
    from cli.demo.demo_runner import Stage
    from cli.demo.demo_summary import show_ending
    from cli.demo.loop import REPORT, make_loop, make_report
    from curate.ground.lock import locked

    claim(folder, seed)
    with locked(os.path.join(folder, "work"), "burnish demo DIR") as lock:
        for part in parts:
            files = MAKERS[part](seed)
            fill(folder, files)
            # The steps write here; a command makes the file that it is told to write, but no folder for it.
            os.makedirs(os.path.join(folder, "work", part), exist_ok=True)
            terminal.say(f"made {len(files):,} files for {os.path.join(folder, part)}, as messy as data comes")
        stage = Stage(folder, lock, quiet=terminal.quiet)
        for part in parts:
            stage.play(make_loop(part, seed))
        stage.play([make_report(parts)])
    show_ending(folder, parts, os.path.join(folder, REPORT))
