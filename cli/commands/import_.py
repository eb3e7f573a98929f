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
from curate.exchange.annotated import onto_manifest, samples_of
from curate.ground.errors import InputError, UsageError
from curate.ground.files import read_file
from curate.records.reader import parse
from curate.review.answers import Answer, AnswerWriter
from curate.review.relabel import Relabelled
from curate.review.votes import RULES, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

From = Literal["label-studio", "cvat", "fiftyone", "csv"]
_SHOWN = 3


def import_(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="What the tool exported; of fiftyone its folder.", show_default=False),
        Effect.READS,
    ],
    origin: Annotated[
        From | None,
        typer.Option("--from", metavar="label-studio|cvat|fiftyone|csv", help="The format.", show_default=False),
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
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Read labels back from another tool: Label Studio's JSON, JSON-MIN or CSV, CVAT 1.1, FiftyOne, or a table.

    The samples are those that travelled along (Label Studio, FiftyOne), those of --manifest, or what the format tells:
    path, label, split, tags. A label that changed is recorded in the sample, as relabel does it; test labels change by
    --rule adjudicated only. Annotations that were cancelled are skipped.

    [bold]Examples[/bold]

    burnish import project-1.json --from label-studio -o corrected.jsonl --answers answers.jsonl

    burnish import annotations.xml --from cvat --manifest set.jsonl -o corrected.jsonl

    burnish import fiftyone/ --from fiftyone | burnish balance
    """
    streams.check_output(output)
    if origin is None:
        raise UsageError("which format? --from label-studio, cvat, fiftyone or csv")
    if adjudicator and rule != "adjudicated":
        raise UsageError("--adjudicator goes with --rule adjudicated")
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
