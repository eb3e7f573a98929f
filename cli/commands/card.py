"""`burnish card`: what is known of a dataset and of a model, for Hugging Face, Croissant and people."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import streams, terminal
from cli.io.terminal import printable, say
from curate.ground.atomic import atomic_write
from curate.ground.errors import InputError, UsageError

if TYPE_CHECKING:
    from baselines.runs.run_record import ManifestRecord
    from cli.io.replayable_pipe import Rereadable
    from cli.views.card.write import Card
    from curate.scrub.scrub import Report


def card(
    manifest: options.Manifest = None,
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="A run: its model gets a card too.", show_default=False),
        Effect.READS_RUN,
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="The folder of the dataset, where they go.", show_default=False
        ),
        Effect.MAKES,
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What it is called.", show_default="the folder's name")
    ] = None,
    protected: Annotated[
        str | None,
        typer.Option(
            metavar="KEY,...", help="Keys of tags by which nobody is to fare worse: age,sex.", show_default=False
        ),
    ] = None,
    releases: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="A folder of burnish release, for the lineage.", show_default=False),
        Effect.READS,
    ] = None,
    look: Annotated[
        bool, typer.Option("--look/--no-look", help="Look into the files for what they say about people.")
    ] = True,
    root: options.Root = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Write the cards of a dataset and of a model: README.md for Hugging Face, croissant.json, model-card.md.

    They say what is known: counts, sizes, findings, tags, where samples come from, what files say about people, and for
    a run its scores, by class, by tag, and by protected tags. What only people know stands as empty headings, which are
    listed as to be done; the license is unknown until somebody tells. Nothing is invented, and no clock is in it: the
    same data give the same bytes.

    What stands between the marks is written anew with each call; all else in them is yours, and stays.

    [bold]Examples[/bold]

    burnish organize set.jsonl --into public --apply -o public.jsonl

    burnish card public.jsonl -o public

    burnish card public.jsonl runs/after -o public --protected age,sex --releases releases
    """
    if not output:
        raise UsageError("where to? name the folder of the dataset: -o DIR")
    from cli.views.card.write import Wish, make_cards

    keys = [key.strip() for key in protected.split(",") if key.strip()] if protected else []
    with streams.passes(manifest) as file:
        # A command before it in the pipe may have failed, and good cards must not become those of nothing.
        if next(streams.again(file), None) is None:
            say("no samples, so no card was written")
            return
        wish = Wish(output, name or os.path.basename(os.path.realpath(output)), root or "", tuple(keys))
        said = _look(file, wish.base) if look else None
        cards = make_cards(lambda: streams.again(file), _record(file), wish, said, run, releases)
    _write(output, cards)


def _record(file: "Rereadable") -> "ManifestRecord":
    from baselines.data.labelled_samples import LabelledSample
    from baselines.runs.save_run import describe_manifest
    from curate.records.reader import read_as

    file.seek(0)
    return describe_manifest(read_as(file, LabelledSample))


def _look(file: "Rereadable", base: str) -> "Report":
    from curate.scrub.scrub import look_at

    with terminal.progress("card", lambda: 0) as counted:
        return look_at(counted(streams.again(file)), base)


def _write(folder: str, cards: "list[Card]") -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}") from None
    for one in cards:
        with atomic_write(os.path.join(folder, one.name)) as file:
            file.write(one.data)
        say(f"wrote {os.path.join(folder, one.name)}")
    for one in cards:
        for note in one.notes:
            say(f"note: {printable(note)}")
        for heading in one.to_do:
            say(f"to do: {one.name}: {printable(heading)}")
