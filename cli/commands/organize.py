"""`burnish organize`: files in folders for training."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import streams, terminal
from cli.io.replayable_pipe import Rereadable
from cli.views.organize.summary import say_plan, say_result
from curate.ground.errors import GateError, UsageError
from curate.organize.metadata_files import STYLES, Style, metadata_files
from curate.organize.plan import MODES, Plan, arrange
from curate.organize.template import compile_layout
from curate.records.dataset_root import DatasetFolders
from curate.records.reader import read
from curate.records.sample import Sample

if TYPE_CHECKING:
    from curate.journal import Outcome


def organize(
    manifest: options.Manifest = None,
    into: Annotated[
        str | None, typer.Option(metavar="DIR", help="The destination folder.", show_default=False), Effect.MAKES
    ] = None,
    layout: Annotated[
        str, typer.Option(metavar="TEXT", help="Where each file goes: fields, facts, {tag:KEY}, {name}, {stem}, {ext}.")
    ] = "{split}/{label}/{name}",
    mode: Annotated[str, typer.Option(metavar="|".join(MODES), help="How files get there.")] = "copy",
    metadata: Annotated[
        str, typer.Option(metavar="|".join(STYLES), help="Metadata files to write beside them.")
    ] = "hf",
    apply: Annotated[bool, typer.Option("--apply", help="Do it; undo takes it back.")] = False,
    root: options.Root = None,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Arrange files in folders for training: torchvision's ImageFolder, Hugging Face's imagefolder and audiofolder.

    Shows the plan; --apply carries it out, with a journal, and writes the manifest with the new paths. Nothing is ever
    overwritten: names that collide get a suffix. A call that was killed is completed by repeating it.

    [bold]Examples[/bold]

    burnish organize set.jsonl --into organized

    burnish organize set.jsonl --into organized --mode hardlink --apply -o organized.jsonl

    burnish organize set.jsonl --into words --layout '{label}/{name}' --metadata speech-commands --apply
    """
    if not into:
        raise UsageError("where to? name the destination: --into DIR")
    options.check_choice(mode, MODES, "--mode")
    options.check_choice(metadata, STYLES, "--metadata")
    streams.check_output(output)
    plan = Plan(into, mode, compile_layout(layout), root or "")  # type: ignore[arg-type]
    failures: list[Outcome] = []
    with streams.passes(manifest) as file:
        files = _complete(plan, file, metadata)  # type: ignore[arg-type]
        say_plan(plan, files, apply=apply)
        if not apply:
            return
        with terminal.progress("organize", lambda: len(plan.targets)) as counted:
            streams.write_samples(counted(arrange(plan, _again(file), files, failures)), output)
    say_result(plan, failures)
    if failures:
        raise GateError(f"{len(failures):,} of {len(plan.targets):,} files are not at their place")


def _complete(plan: Plan, file: Rereadable, style: Style) -> dict[str, bytes]:
    """Go through the manifest until the plan is complete, and return the metadata files."""
    dataset = DatasetFolders(plan.base)
    plan.leave_out_unknown(dataset.watch(_again(file)))
    plan.place(_again(file))
    plan.refuse_what_cannot_work(dataset)
    return metadata_files(((plan.targets[sample.path], sample) for sample in _again(file)), style)


def _again(file: Rereadable) -> Iterator[Sample]:
    file.seek(0)
    return read(file)
