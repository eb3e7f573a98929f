"""`burnish import`: what other labelling tools give back, as a manifest and as answers."""

import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli import options
from cli.effects import Effect
from cli.io import streams
from cli.io.terminal import say
from curate.exchange import cvat, fiftyone, label_studio, table
from curate.exchange.annotated import Annotated as Item
from curate.exchange.annotated import Left, onto_manifest, sample_of, samples_of
from curate.exchange.datasets import DATASETS, Dataset, read_dataset
from curate.exchange.parts import cut_parts
from curate.ground.command_line import call
from curate.ground.errors import GateError, InputError, UsageError
from curate.ground.files import read_file
from curate.journal import Outcome
from curate.records.reader import parse
from curate.review.answers import Answer, AnswerWriter
from curate.review.relabel import Relabelled
from curate.review.votes import RULES, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

From = Literal["label-studio", "cvat", "fiftyone", "csv", "kaldi", "lhotse", "common-voice", "yolo"]
_FORMATS = "label-studio|cvat|fiftyone|csv|kaldi|lhotse|common-voice|yolo"
_SHOWN = 3


def import_(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="What the tool exported; of fiftyone and of datasets the folder.", show_default=False
        ),
        Effect.READS,
    ],
    origin: Annotated[
        From | None,
        typer.Option("--from", metavar=_FORMATS, help="The format.", show_default=False),
    ] = None,
    onto: Annotated[
        str | None,
        typer.Option(
            "--manifest",
            metavar="FILE",
            help="Put the labels on these samples, by path.",
            show_default="the samples that travelled along",
        ),
        Effect.READS,
    ] = None,
    rule: Annotated[
        Rule, typer.Option(metavar="|".join(RULES), help="How several annotations of one sample decide.")
    ] = "majority",
    adjudicator: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Whose word decides by --rule adjudicated; may be repeated.", show_default=False
        ),
    ] = None,
    answers: Annotated[
        str | None,
        typer.Option(
            metavar="FILE.jsonl",
            help="Write each annotation as an answer too, for agreement and weak --human; what is there stays.",
            show_default=False,
        ),
        Effect.APPENDS,
    ] = None,
    cut: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="kaldi, lhotse: write each segment as a file of its own there.", show_default=False
        ),
        Effect.MAKES,
    ] = None,
    root: options.Root = None,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Read labels back from another tool, or a dataset that another program made.

    Tools: Label Studio's JSON, JSON-MIN or CSV, CVAT 1.1, FiftyOne, or a table. Datasets: a data directory of Kaldi,
    lhotse's recordings and supervisions, a corpus of Common Voice, an Ultralytics set for classification (yolo).
    Folders of classes and metadata of Hugging Face are read by scan.

    The samples are those that travelled along (Label Studio, FiftyOne), those of --manifest, or what the format tells:
    path, label, split, tags. A label that changed is recorded in the sample, as relabel does it; test labels change by
    --rule adjudicated only. Annotations that were cancelled are skipped.

    A dataset gives path, label, split, tags (speaker or client_id as key=value) and what is said as text; nothing is
    decoded, and no path leads out of the folder (--root; for kaldi and lhotse the working directory). A command in
    wav.scp is never run. Segments of recordings become files with --cut, which burnish undo takes back.

    [bold]Examples[/bold]

    burnish import project-1.json --from label-studio -o corrected.jsonl --answers answers.jsonl

    burnish import annotations.xml --from cvat --manifest set.jsonl -o corrected.jsonl

    burnish import fiftyone/ --from fiftyone | burnish balance

    burnish import cv-corpus/de --from common-voice -o said.jsonl

    burnish import data/train --from kaldi --cut segments -o said.jsonl
    """
    streams.check_output(output)
    if origin is None:
        raise UsageError("which format? --from " + ", ".join(_FORMATS.split("|")[:-1]) + " or yolo")
    if adjudicator and rule != "adjudicated":
        raise UsageError("--adjudicator goes with --rule adjudicated")
    if origin in DATASETS:
        if onto is not None or answers is not None:
            raise UsageError(
                f"--from {origin} is a dataset and no labels of a tool; put it on a manifest: burnish tag --metadata"
            )
        _import_dataset(file, origin, root or "", cut, output)
        return
    if cut is not None or root is not None:
        raise UsageError(f"--cut and --root go with datasets ({', '.join(DATASETS)}), not with {origin}")
    items = list(_read(file, origin))
    if not items:
        raise InputError(f"{file} holds no sample; is it a whole export from {origin}?")
    result, now = Relabelled(), datetime.now(UTC).isoformat(timespec="microseconds")
    if onto is not None:
        with streams.samples(onto) as samples:
            made = onto_manifest(samples, items, rule, frozenset(adjudicator or ()), result, now)
            streams.write_samples(made, output)
        _say_strangers(items, onto)
    else:
        streams.write_samples(samples_of(items, rule, frozenset(adjudicator or ()), result, now), output)
    say(f"read {len({one.path for one in items}):,} samples; {result.changed.total():,} have another label than before")
    if result.held:
        shown = ", ".join(result.held[:_SHOWN])
        say(f"of the test split, whose labels change by --rule adjudicated only: {len(result.held):,}, such as {shown}")
    if result.tied:
        say(f"without a decision by the rule {rule}: {result.tied:,}; their labels stay")
    if answers:
        _write_answers(answers, items)


def _import_dataset(path: str, origin: Dataset, root: str, cut: str | None, output: str | None) -> None:
    """Write the samples of a dataset, and say what was not there and what was left out."""
    if cut is not None and origin not in {"kaldi", "lhotse"}:
        raise UsageError("--cut goes with --from kaldi and lhotse")
    left, failures = Left(), list[Outcome]()
    files, found = read_dataset(path, origin, root, left)
    # All of it is read before the first effect: a fault in the last line leaves nothing half done.
    items = list(found)
    if not items:
        raise InputError(f"{path} holds no sample")
    parts = [one for one in items if one.part is not None]
    if parts and cut is None:
        raise InputError(
            f"{path}: {len(parts):,} segments are parts of recordings, such as {parts[0].path}, and a sample is a "
            "whole file; write each as a file: --cut DIR"
        )
    made = cut_parts(items, cut, root, failures) if parts and cut else items
    streams.write_samples(map(sample_of, made), output)
    say(f"read {len(items):,} samples from {path}")
    if files.missing:
        say(f"warning: files that are not there: {files.missing:,}, such as {files.first_missing}")
    for note in left.notes():
        say(f"  {note}")
    if parts:
        way_back = call("undo", f"{cut}/journal.jsonl")
        say(f"cut {len(parts) - len(failures):,} segments into {cut}; take it back with: {way_back}")
    if failures:
        first = failures[0]
        raise GateError(f"{len(failures):,} segments could not be cut; {first.operation.source}: {first.detail}")
    if output not in {None, "-"} and not files.missing:
        say(f"measure the files: {call('scan', _folder_of(items), '--metadata', output or '', '-o', 'set.jsonl')}")


def _folder_of(items: Sequence[Item]) -> str:
    """Return the folder that holds all files."""
    return os.path.commonpath([os.path.dirname(one.path) or "." for one in items]) or "."


def _read(file: str, origin: From) -> "Iterator[Item]":
    if origin == "fiftyone":
        return fiftyone.read_back(file)
    if os.path.isdir(file):
        raise InputError(f"{file} is a folder; name the file that was exported")
    if origin == "csv":
        return table.read_back(file)
    data = read_file(file)
    return cvat.read_back(data, file) if origin == "cvat" else label_studio.read_back(data, file)


def _say_strangers(items: Sequence[Item], manifest: str) -> None:
    with streams.samples(manifest) as samples:
        known = {one.path for one in samples}
    if strange := sorted({one.path for one in items} - known):
        say(f"not in {manifest}: {len(strange):,}, such as {', '.join(strange[:_SHOWN])}")


def _write_answers(path: str, items: Sequence[Item]) -> None:
    """Write what people said as answers; one needs to know the bytes that were seen, and when."""
    found, unable = [], 0
    for one in items:
        digest = parse(one.line).digest if one.line else None
        if not one.person or not digest or not one.at or not one.annotator:
            unable += one.person
            continue
        moment = datetime.fromtimestamp(one.at, UTC)
        found.append(
            Answer(one.path, digest, one.annotator, "label", one.label, one.seconds or 0.0, moment, dict(one.seen))
        )
    with AnswerWriter(path) as writer:
        # The same export may be read twice: what is there already is no second opinion.
        known = {(one.digest, one.annotator, one.at) for one in writer.answers}
        new = [one for one in found if (one.digest, one.annotator, one.at) not in known]
        if new:
            writer.append(*new)
    say(f"wrote {len(new):,} answers: {path}")
    if unable:
        say(f"annotations without annotator, time or digest, which are no answers: {unable:,}")
