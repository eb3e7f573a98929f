"""`burnish issues`: labels that are wrong, ambiguous or contradict each other, and samples that stand apart."""

import os
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from baselines.data.labelled_samples import LabelledSample, LeftOut
from baselines.features.choice import AUTO, choose_features
from baselines.features.reading import Reading
from baselines.models.models import MODELS, check_model
from baselines.runs.run_folder import PREDICTIONS
from baselines.training.options import TrainingOptions
from cli import options
from cli.effects import Effect
from cli.io import reports, streams, terminal
from cli.io.summary import top as top_of
from cli.views.issues.table import report, sentences
from cli.views.train.notes import say_left_out
from curate.engine.worker import hold_threads
from curate.ground.errors import InputError, UsageError
from curate.records.reader import read, read_as
from curate.split.grouping import make_grouping

if TYPE_CHECKING:
    from baselines.label_errors.issues_of_set import IssueOptions, RunToLookAt
    from baselines.label_errors.label_issues import Issues
    from cli.io.replayable_pipe import Rereadable


def issues(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN|MANIFEST]",
            help="The manifest, or the folder of a run whose model is to judge; standard input if left out or -.",
            show_default=False,
        ),
        Effect.READS_RUN,
    ] = None,
    manifest: Annotated[
        str | None,
        typer.Argument(
            metavar="[MANIFEST]",
            help="The manifest that the run's model looks at.",
            show_default="the one that the run was made of",
        ),
        Effect.READS,
    ] = None,
    model: Annotated[str, typer.Option(metavar="|".join(MODELS), help="What to fit.")] = "auto",
    feature: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|package:NAME|embedding:FILE",
            help="What to learn from, as for train.",
            show_default="auto: computed features, the embedding that is installed, or both",
        ),
        Effect.READS,
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=2,
            help="Models that judge, each what it did not learn.",
            show_default="10; of more than 2,000 samples 5",
        ),
    ] = None,
    top: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, help="List so many labels.", show_default="as many as are estimated, 10 % at most"
        ),
    ] = None,
    plantings: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            max=100,
            help="How often errors are planted, to see how many are found.",
            show_default="until 60 are, 5 times at most",
        ),
    ] = None,
    same: Annotated[
        str | None,
        typer.Option(
            metavar="KEY|folder|PATTERN",
            help="What makes samples one thing, such as a product's number: these must have one label.",
            show_default=False,
        ),
        Effect.VALUE,
    ] = None,
    output: options.Output = None,
    cache: options.FeatureCache = None,
    no_cache: options.NoFeatureCache = False,
    seed: options.Seed = 0,
    root: options.Root = None,
    jobs: options.Jobs = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Find labels that are wrong, ambiguous or in conflict, whatever the split, and say how good the list is.

    Every label is held against models that did not learn it: random folds, copies kept together. The lowest
    probability of the given label comes first; as many are listed as are estimated to be wrong. With an embedding,
    neighbours and outliers are told too. Copies with other labels, and labels written alike, need no model.

    Of a run with a model, that model is fitted again on all samples; of one from burnish evaluate, the probabilities
    that it kept are taken. Nothing is dropped: with -o all samples pass, with findings of severity warning; -o - writes
    them to standard output, and the report to stderr.

    [bold]Examples[/bold]

    burnish issues set.jsonl

    burnish issues set.jsonl -o flagged.jsonl --html issues.html

    burnish evaluate set.jsonl --predictions net.csv --run runs/net && burnish issues runs/net --json

    burnish issues runs/before --json | jq -r '.samples[:20][] | [.path, .label, .suggested] | @tsv'
    """
    families = tuple(feature or (AUTO,))
    check_model(model)
    choose_features(families)
    is_run = source is not None and os.path.isfile(os.path.join(source, PREDICTIONS))
    if manifest is not None and not is_run:
        raise UsageError(f"{source} is no run, and a second manifest is not read; name one, or a run and a manifest")
    file = manifest if is_run else source
    formats = reports.Formats(json, md, csv, html).check(file)
    streams.check_output(output)
    if output == "-" and (json or md or csv):
        raise UsageError("-o -: standard output takes the manifest or the report; name a file for one of them")
    # Before numpy comes in: workers are forked from here.
    hold_threads()
    from baselines.label_errors.issues_of_set import IssueOptions

    reading = Reading(root or "", jobs, "" if no_cache else cache)
    training = TrainingOptions(model, families=families, seed=seed, reading=reading)
    wish = IssueOptions(training, top, plantings, folds, make_grouping(same) if same is not None else None)
    found = _of_run(source or "", file, wish, output) if is_run else _of_manifest(file, wish, output)
    if found is None:
        terminal.say("no samples, so no label was looked at")
    elif output == "-":
        for line in sentences(found):
            terminal.say(line)
    if found and (output != "-" or html):
        of = source or "standard input"
        shown = formats._replace(html=html) if output != "-" else reports.Formats(html=html)
        reports.write(found, shown, f"Label issues of {of}", report, lambda one: _page(one, of, root, html))


def _of_run(folder: str, manifest: str | None, wish: "IssueOptions", output: str | None) -> "Issues | None":
    from dataclasses import replace

    from baselines.label_errors.issues_of_set import held_training, issues_of_predictions, look_at_run, manifest_of_run

    run = look_at_run(folder)
    if not run.refits:
        terminal.say(f"labels are judged by {run.why}")
        found = issues_of_predictions(run, wish)
        if output:
            _write_with_findings(_needed(manifest, run), found, output)
        return found
    source = manifest or manifest_of_run(run)
    terminal.say(run.why)
    return _of_manifest(_needed(source, run), replace(wish, training=held_training(run, wish.training)), output)


def _needed(manifest: str | None, run: "RunToLookAt") -> str:
    if manifest is None:
        raise InputError(
            f"the manifest that {run.folder} was made of is not where it was, or has changed; name it: burnish issues "
            f"{run.folder} MANIFEST"
        )
    return manifest


def _of_manifest(manifest: str | None, wish: "IssueOptions", output: str | None) -> "Issues | None":
    from baselines.label_errors.issues_of_set import issues_of_samples
    from curate.duplicates.item import Item

    left_out = LeftOut()
    with streams.passes(manifest) as file:
        samples = list(read_as(file, LabelledSample))
        if not samples:
            return None
        file.seek(0)
        items = list(read_as(file, Item))
        with terminal.progress("features", lambda: len(samples)) as counted:
            found = issues_of_samples(samples, items, wish, left_out, counted)
        say_left_out(left_out)
        if output:
            _write(file, found, output)
    return found


def _write_with_findings(manifest: str, found: "Issues", output: str) -> None:
    with streams.passes(manifest) as file:
        _write(file, found, output)


def _write(file: "Rereadable", found: "Issues", output: str) -> None:
    from baselines.label_errors.issues_of_set import with_findings

    counts: Counter[str] = Counter()
    file.seek(0)
    streams.write_samples(with_findings(read(file), found, counts), output)
    terminal.say(f"findings: {top_of(counts) or 'none'}: {output}")


def _page(found: "Issues", of: str, root: str | None, html: str | None) -> bytes:
    from cli.views.issues.page import page
    from cli.views.kit.page import Links

    return page(found, of, Links(root, html))
