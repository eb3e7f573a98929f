"""`burnish report`: one page over a work folder, or over runs."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import reports
from cli.io.terminal import say
from curate.ground.errors import UsageError
from curate.media.storage.publish import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.views.report.subjects import Subject

NAME = "report.html"


def report(
    of: Annotated[
        list[str],
        typer.Argument(
            metavar="WORKDIR|RUN", help="Work folders, run folders, manifests; in their order.", show_default=False
        ),
        Effect.READS_RUN,
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE.html",
            help="The page; report.html in the work folder, if there is one.",
            show_default=False,
        ),
        Effect.WRITES,
    ] = None,
    pairs: Annotated[
        int, typer.Option(metavar="N", min=0, help="How many generated samples to show beside their sources.")
    ] = 12,
    control: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="A run on untargeted samples, to hold the first and the last run against; a work folder of "
            "`run --control` has it already.",
            show_default=False,
        ),
        Effect.READS_RUN,
    ] = None,
    root: options.Root = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Make one page of a pipeline's work folder: what was found, what was done about it, and what came of it.

    The page has the health of the data with examples to look at and to listen to, the class balance, the weak tags,
    generated samples beside their sources, the comparison of the first and the last run with its intervals, the most
    confident mistakes, and where all of it comes from. It is one file and loads nothing.

    Of runs alone or of manifests alone, it has the parts that are possible. Media files are looked for under --root.

    [bold]Examples[/bold]

    burnish report work

    burnish report runs/before runs/after -o report.html

    burnish report set.jsonl runs/before runs/after -o report.html
    """
    from cli.views.kit.page import Links
    from cli.views.report.page import page
    from cli.views.report.subjects import find_subjects

    subjects = find_subjects(of, control)
    file = _file(output, subjects)
    for path in of:
        reports.check_html(file, path, "-o")
    made = page(subjects, Links(root, file), pairs)
    with write_whole(file) as target:
        target.write(made)
    say(f"wrote {file}")


def _file(output: str | None, subjects: "Sequence[Subject]") -> str:
    """Return where the page goes.

    Raises:
        UsageError: It was not said, and there is no work folder to put it in.
    """
    if output is not None:
        return output
    if len(subjects) == 1 and subjects[0].work:
        return os.path.join(subjects[0].work, NAME)
    raise UsageError(f"where to? name the page: -o {NAME}")
