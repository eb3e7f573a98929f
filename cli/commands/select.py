"""`burnish select`: the samples that match."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import reports, streams
from cli.io.terminal import say
from curate.ground.errors import UsageError
from curate.query.expression import compile_expression
from curate.query.selection import Selection, draw, draw_per_class

if TYPE_CHECKING:
    from collections.abc import Iterable

    from baselines.slices.picking import Picked
    from curate.records.sample import Sample

_SAID = 5


def select(
    manifest: options.Manifest = None,
    label: Annotated[list[str] | None, typer.Option(metavar="L", help="One of these labels.")] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="T", help="All of these tags.")] = None,
    not_tag: Annotated[list[str] | None, typer.Option(metavar="T", help="None of these tags.")] = None,
    split: Annotated[list[str] | None, typer.Option(metavar="S", help="One of these splits.")] = None,
    where: Annotated[str | None, typer.Option(metavar="EXPR", help="An expression over facts.")] = None,
    sample: Annotated[int | None, typer.Option(metavar="N", min=0, help="Of these, N at random.")] = None,
    per_class: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Of these, N of each label at random.")
    ] = None,
    unlabelled: Annotated[bool, typer.Option("--unlabelled", help="Only those without a label.")] = False,
    spread: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Of these, N that cover all: far from each other.")
    ] = None,
    label_next: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Of those without a label, N that teach a model most.")
    ] = None,
    embeddings: options.Embeddings = None,
    predictions: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|RUN",
            help="With --label-next: probabilities of a model of yours.",
            show_default="a model fitted on the embeddings",
        ),
        Effect.READS_RUN,
    ] = None,
    paths: Annotated[bool, typer.Option("--paths", help="Write paths, one a line, instead of a manifest.")] = False,
    null: Annotated[
        bool, typer.Option("--null", "-0", help="Write paths, each ended by a zero byte, for xargs -0.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Write what was picked, and why, as JSON instead.")] = False,
    html: options.Html = None,
    root: options.Root = None,
    seed: options.Seed = 0,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Keep the samples that match; every condition that is given has to hold.

    An expression compares facts, numbers and texts: < <= > >= == != in, joined by and, or, not; path ~ 'x' asks for a
    part, has(label) whether there is one. A sample that lacks a fact of a comparison does not match, and is counted.

    With --embeddings of burnish embed, --spread and --label-next pick from those that match, the best first, and say
    why. While there are fewer than 20 labels a class, --label-next takes the most typical sample of each cluster that
    has no label; then those of dense regions that a model is in doubt about. Copies are picked once.

    [bold]Examples[/bold]

    burnish select set.jsonl --label cat --label dog --not-tag dark

    burnish select set.jsonl --where 'image.width >= 64 and image.brightness < 0.9' -o good.jsonl

    burnish select set.jsonl --where "'truncated' in findings" | jq -r .path

    burnish select set.jsonl --split train --sample 100 --seed 1

    burnish select set.jsonl --where "path ~ 'cam1' and not has(label)" -0 | xargs -0 ls -l

    burnish select set.jsonl --label-next 50 --embeddings photos.npz --html next.html -o next.jsonl
    """
    streams.check_output(output)
    picks = [(name, count) for name, count in (("spread", spread), ("label-next", label_next)) if count]
    formats = reports.Formats(json, html=html).check(manifest)
    if unlabelled and label:
        raise UsageError("--unlabelled and --label exclude each other; give one of them")
    if (paths or null) and (picks or json):
        raise UsageError("--paths and -0 write paths only; leave --json, --spread and --label-next out")
    _check_ways([name for name, _ in picks], sample, per_class, embeddings, predictions, formats)
    expression = compile_expression(where) if where else None
    labels, tags, without, splits = (frozenset(one or ()) for one in (label, tag, not_tag, split))
    chosen = Selection(labels, tags, without, splits, expression, unlabelled)
    end = b"\0" if null else b"\n" if paths else b""
    with streams.samples(manifest) as samples:
        kept: Iterable[Sample] = chosen.keep(samples)
        if picks:
            found, picked = _pick(list(kept), *picks[0], embeddings or "", predictions, seed)
            _write(found, picked, formats, output, root)
            drawn = f", of which {len(picked):,} were picked"
        else:
            number = sample if sample is not None else per_class
            if number is not None:
                kept = (draw if sample is not None else draw_per_class)(kept, number, seed)
            drawn = f", of which {len(kept):,} were drawn" if isinstance(kept, list) else ""
            if end:
                streams.write_paths((one.path for one in kept), output, end)
            else:
                streams.write_samples(kept, output)
    _say_selected(chosen, drawn)


def _say_selected(chosen: Selection, drawn: str) -> None:
    """Say how many match, and what of the conditions no sample has or can be asked about."""
    say(f"selected {chosen.kept:,} of {chosen.seen:,} samples{drawn}")
    for note in chosen.never_met() if chosen.seen else ():
        say(f"  {note}")
    if chosen.where and chosen.where.missing:
        say(f"  {chosen.where.missing:,} samples lack a fact of --where, and do not match")


def _check_ways(
    picks: list[str],
    sample: int | None,
    per_class: int | None,
    embeddings: str | None,
    predictions: str | None,
    formats: reports.Formats,
) -> None:
    """Refuse ways to choose that do not go together, before anything is read."""
    chances = [name for name, number in (("sample", sample), ("per-class", per_class)) if number is not None]
    ways = [*picks, *chances]
    if len(ways) > 1:
        raise UsageError(f"--{ways[0]} and --{ways[1]} both choose from what matches; give one of them")
    if picks and embeddings is None:
        raise UsageError(f"--{picks[0]} needs --embeddings FILE; make it: burnish embed MANIFEST -o FILE")
    if not picks and (embeddings is not None or any(formats)):
        raise UsageError("--embeddings, --json and --html go with --spread or --label-next")
    if predictions is not None and picks != ["label-next"]:
        raise UsageError("--predictions goes with --label-next")


def _pick(
    samples: "list[Sample]", way: str, count: int, embeddings: str, predictions: str | None, seed: int
) -> "tuple[Picked, list[Sample]]":
    from baselines.data.predictions import read_external_predictions
    from baselines.runs.run_folder import PREDICTIONS
    from baselines.slices.picking import pick_spread, pick_to_label
    from curate.embeddings.store import read_embeddings

    store = read_embeddings(embeddings)
    if way == "spread":
        found, places = pick_spread(samples, store, count)
    else:
        if predictions is not None and os.path.isdir(predictions):
            predictions = os.path.join(predictions, PREDICTIONS)
        given = None if predictions is None else read_external_predictions(predictions)
        found, places = pick_to_label(samples, store, count, given, seed)
    return found, [samples[place] for place in places]


def _write(
    found: "Picked", picked: "list[Sample]", formats: reports.Formats, output: str | None, root: str | None
) -> None:
    """Write the samples, and why: with --json the reasons take their place on standard output."""
    from cli.views.kit.page import Links
    from cli.views.select.picked import page, report, sentences

    if output or not formats.json:
        streams.write_samples(picked, output)
    if any(formats):
        title = "Label next" if found.by != "spread" else "Spread"
        reports.write(found, formats, title, report, lambda one: page(one, title, Links(root, formats.html)))
    for one in found.picked[:_SAID]:
        say(f"  {one.path}: {one.why}")
    if len(found.picked) > _SAID:
        say(f"  … and {len(found.picked) - _SAID:,} more; why each: --json, --html")
    for note in sentences(found):
        say(f"  {note}")
