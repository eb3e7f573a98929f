"""`burnish organize`: files in folders for training."""

from collections.abc import Sequence
from typing import Annotated

import typer

from cli import options
from cli.effects import Effect, Place
from cli.io import streams, terminal
from cli.io.terminal import say
from curate.ground.command_line import call
from curate.ground.errors import GateError, UsageError
from curate.journal import Outcome
from curate.media.storage.address import is_url
from curate.organize.class_folders import ClassFolders
from curate.organize.common_voice_files import CLIPS
from curate.organize.metadata_files import STYLES, files_beside
from curate.organize.plan import MODES, Plan, arrange
from curate.organize.shards import FORMATS, ShardPlan, arrange_in_shards
from curate.organize.template import compile_layout
from curate.records.dataset_root import DatasetFolders

_LAYOUT = "{split}/{label}/{name}"
_FOLDERS = 40
_FAILURES = 10


def organize(
    manifest: options.Manifest = None,
    into: Annotated[
        str | None,
        typer.Option(metavar="DIR|URL", help="The destination folder.", show_default=False),
        Effect.MAKES,
        Place.STORES,
    ] = None,
    layout: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT|webdataset|parquet",
            help="Where each file goes: fields, facts, {tag:KEY}, {name}, {stem}, {ext}; or the shards to make.",
            show_default=f"{_LAYOUT}; clips/{{name}} with --metadata common-voice",
        ),
    ] = None,
    shard_size: Annotated[
        int, typer.Option("--shard-size", metavar="N", min=1, help="Samples in a shard, at most.")
    ] = 1000,
    mode: Annotated[str, typer.Option(metavar="|".join(MODES), help="How files get there.")] = "copy",
    metadata: Annotated[
        str, typer.Option(metavar="|".join(STYLES), help="Metadata files to write beside them.")
    ] = "hf",
    apply: Annotated[bool, typer.Option("--apply", help="Do it; undo takes it back.")] = False,
    root: options.RootOfNeeded = None,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Arrange files in folders for training: torchvision's ImageFolder, Keras, Hugging Face, Ultralytics, Common Voice.

    Shows the plan; --apply carries it out, with a journal, and writes the manifest with the new paths. Nothing is ever
    overwritten: names that collide get a suffix. A call that was killed is completed by repeating it. --metadata says
    who reads the folder: hf, csv and parquet are Hugging Face's metadata files, yolo is Ultralytics' data.yaml,
    common-voice the tables of a corpus beside clips/; torchvision and Keras read none.

    [bold]Examples[/bold]

    burnish organize set.jsonl --into organized

    burnish organize set.jsonl --into organized --mode hardlink --apply -o organized.jsonl

    burnish organize set.jsonl --into s3://bucket/shards --layout webdataset --shard-size 5000 --apply

    burnish organize set.jsonl --into yolo --metadata yolo --apply

    burnish organize set.jsonl --into corpus --metadata common-voice --apply

    burnish organize set.jsonl --into words --layout '{label}/{name}' --metadata speech-commands --apply
    """
    if not into:
        raise UsageError("where to? name the destination: --into DIR")
    options.check_choice(mode, MODES, "--mode")
    layout = layout or (f"{CLIPS}/{{name}}" if metadata == "common-voice" else _LAYOUT)
    if layout in FORMATS:
        if mode != "copy":
            raise UsageError(f"--mode {mode}: shards hold copies; leave it out")
        streams.check_output(output)
        _organize_in_shards(ShardPlan(into, layout, shard_size, root or ""), manifest, output, apply=apply)
        return
    options.check_choice(metadata, STYLES, "--metadata")
    streams.check_output(output)
    plan = Plan(into, mode, compile_layout(layout), root or "")  # type: ignore[arg-type]
    failures: list[Outcome] = []
    with streams.passes(manifest) as file:
        # Each step of the plan needs all of the one before it, and samples are never held: a pass for each.
        dataset = DatasetFolders(plan.base)
        plan.leave_out_unknown(dataset.watch(streams.again(file)))
        beside, classes, notes = files_beside(metadata), ClassFolders(), list[str]()  # type: ignore[arg-type]
        beside.survey(classes.watch(plan.place(streams.again(file))), notes)
        notes += classes.notes()
        plan.refuse_what_cannot_work(dataset)
        _say_plan(plan, beside.names, notes, apply=apply)
        if not apply:
            return
        files = beside.contents((plan.target(sample), sample) for sample in streams.again(file))
        with terminal.progress("organize", lambda: plan.count) as counted:
            streams.write_samples(counted(arrange(plan, streams.again(file), files, failures)), output)
    _say_result(plan.into, plan.count, failures)
    if failures:
        raise GateError(f"{len(failures):,} of {plan.count:,} files are not at their place")


def _organize_in_shards(plan: ShardPlan, manifest: str | None, output: str | None, *, apply: bool) -> None:
    failures: list[Outcome] = []
    with streams.passes(manifest) as file:
        dataset = DatasetFolders(plan.base)
        plan.gather(dataset.watch(streams.again(file)))
        plan.refuse_what_cannot_work(dataset)
        for split, count in sorted(plan.counts.items()):
            say(f"  {plan.name(split, 0)} and so on: {count:,} samples")
        count, verdict = plan.counts.total(), "" if apply else "; do it with --apply"
        say(f"write {count:,} samples ({plan.bytes / 1e6:,.1f} MB) in {len(plan.shards()):,} shards{verdict}")
        if not apply:
            return
        with terminal.progress("organize", plan.counts.total) as counted:
            streams.write_samples(counted(arrange_in_shards(plan, streams.again(file), failures)), output)
    _say_result(plan.into, count, failures)
    if failures:
        raise GateError(f"{len(failures):,} files or shards of {count:,} samples are not at their place")


def _say_plan(plan: Plan, metadata: Sequence[str], notes: list[str], *, apply: bool) -> None:
    """Say where the files go: folders with their counts, sizes, and what is unusual."""
    folders = sorted(plan.folders.items())
    for folder, count in folders[:_FOLDERS]:
        say(f"  {f'{folder}/' if folder else './':40} {count:8,} files")
    if len(folders) > _FOLDERS:
        say(f"  … and {len(folders) - _FOLDERS:,} more folders")
    if metadata:
        say(f"  metadata: {', '.join(sorted(metadata))}")
    for note in notes:
        say(f"  {note}")
    for name in plan.left_out:
        say(f"  no sample has a {name}, so the layout goes without it")
    if plan.renamed:
        say(f"  {plan.renamed:,} names get a suffix, because several files would have had one name")
    verb = {"copy": "copy", "move": "move", "hardlink": "link", "symlink": "link"}[plan.mode]
    size = f"{plan.bytes / 1e6:,.1f} MB"
    say(
        f"{verb} {plan.count:,} files ({size}) into {plan.into}, in {len(folders):,} folders"
        f"{'' if apply else '; do it with --apply'}"
    )


def _say_result(into: str, count: int, failures: Sequence[Outcome]) -> None:
    """Say how it can be taken back, and what is not at its place and why."""
    if len(failures) < count:
        say(f"take it back with: {call('undo', into if is_url(into) else f'{into}/journal.jsonl')}")
    for outcome in failures[:_FAILURES]:
        say(f"  not done: {outcome.operation.source}: {outcome.status}: {outcome.detail}")
    if len(failures) > _FAILURES:
        say(f"  not done: {len(failures) - _FAILURES:,} more")
