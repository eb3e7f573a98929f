"""`burnish train`: a quick baseline, and how good it is."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baselines.data.labelled_samples import LabelledSample
from baselines.features.choice import choose_features
from baselines.features.reading import Reading
from baselines.models.models import MODELS, check_model
from baselines.training.like import hold_still
from baselines.training.options import MOST_REPEATS, MOST_WEIGHT, TrainingOptions
from cli import options
from cli.effects import Effect
from cli.engine_options import Address, Engine, choose_engine, compare_files, say_nodes
from cli.io import reports, streams, terminal
from cli.views.train.notes import named_folder, say_left_out, say_notes, say_nothing_to_do, say_suspects, say_untied
from cli.views.train.table import report
from curate.engine.worker import hold_threads
from curate.ground.errors import UsageError
from curate.split.grouping import make_grouping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def train(
    manifest: options.Manifest = None,
    run: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Folder for the run; a run that is there is replaced.", show_default=False),
        Effect.MAKES_RUN,
    ] = None,
    model: Annotated[str, typer.Option(metavar="|".join(MODELS), help="What to fit.")] = "auto",
    folds: Annotated[
        int, typer.Option(metavar="N", min=2, help="Folds of the cross-validation, where there is no test split.")
    ] = 5,
    test_split: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|fold=N",
            help="The split, or the fold of split --folds, to test on.",
            show_default="test, if there is one",
        ),
        Effect.VALUE,
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="KEY|folder|PATTERN|cluster:FILE",
            help="What must not be trained on and tested: a tag's key, the folder, a part of the file's name, or what "
            "is alike in FILE of burnish embed.",
            show_default=False,
        ),
        Effect.READS,
    ] = None,
    feature: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME|package:NAME|embedding:FILE|table:FILE|tags",
            help="Only these: hog, colour, thumbnail of images; mel, mfcc, level of recordings; base, all of them; "
            "package:NAME, an embedding by a model that an extra brings; embedding:FILE of burnish embed; table:FILE, "
            "columns of a CSV with a path; tags; auto, which of base, embedding and side data, or any together, is "
            "best in validation, with the embedding that is installed where none is named.",
            show_default="all",
        ),
        Effect.READS,
    ] = None,
    like: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="Hold still: the model, its hyperparameters and the features of that run, so that only the data "
            "differ; --feature embedding:FILE may name another file of the same embeddings.",
            show_default=False,
        ),
        Effect.READS_RUN,
    ] = None,
    repeats: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=0,
            max=MOST_REPEATS,
            help="Fit N more models, each on another half of the training units and with another seed; how far their "
            "scores spread stands in every interval, also in those of compare.",
        ),
    ] = 0,
    generated_weight: Annotated[
        str,
        typer.Option(
            metavar="W|auto",
            help="What a generated sample weighs beside a real one; auto: chosen in validation, where the weak samples "
            "gain most and the others lose nothing.",
        ),
    ] = "auto",
    cache: options.FeatureCache = None,
    no_cache: options.NoFeatureCache = False,
    seed: options.Seed = 0,
    root: options.RootOfNeeded = None,
    jobs: options.Jobs = None,
    allow_empty: options.AllowEmpty = False,
    engine: Engine = "local",
    address: Address = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Train a quick baseline and test it: on the test split where there is one, else in cross-validation.

    Images are seen as gradients, colours and a thumbnail, recordings as mel bands and cepstral coefficients over time;
    colours also as if light and haze were even, sounds also above their steady noise.
    auto picks the model once, by cross-validation on all that may be trained on; every fold of the evaluation fits the
    same. Generated samples only ever train. Nothing
    that is tested, no copy of it and nothing made from it is trained on. The folder of the run gets run.json,
    metrics.json, predictions.jsonl and model.skops.

    [bold]Examples[/bold]

    burnish train set.jsonl --run runs/before

    burnish scan speech/ --pattern '{label}_{speaker}_{take}' | burnish train --group speaker --run runs/first

    burnish train set.jsonl --run runs/shape --model svm --feature hog

    burnish train augmented.jsonl --run runs/after --like runs/before --repeats 10

    burnish train set.jsonl --run runs/fold-3 --test-split fold=3

    burnish train set.jsonl --run runs/embedded --feature auto

    burnish train set.jsonl --run runs/own --feature embedding:resnet.npz

    burnish train set.jsonl --run runs/aged --feature base --feature table:patients.csv
    """
    formats = reports.Formats(json, md, csv).check()
    choose_engine(engine, address, [root])
    folder, families = named_folder(run), tuple(feature or ())
    check_model(model)
    choose_features(families)
    if group is not None:
        make_grouping(group)
    reading = Reading(root or "", jobs, "" if no_cache else cache)
    if repeats == 1:
        raise UsageError("--repeats 1: one draw has no spread; take 10, or 2 at least")
    weight = None if generated_weight == "auto" else _weight(generated_weight)
    held = hold_still(like, model, families) if like is not None else None
    wish = TrainingOptions(model, folds, test_split, group, families, seed, held, repeats, weight, reading)
    _train(manifest, folder, wish, formats, allow_empty=allow_empty)


def _shown(results: "Iterable[Any]", count: int) -> "Iterator[Any]":
    """Pass on what fits come to, below a bar of their own: a machine on 10,000 samples takes minutes."""
    if not count:
        yield from results
        return
    with terminal.progress("models", lambda: count) as counted:
        yield from counted(results)


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = 0.0
    if not 0 < weight <= MOST_WEIGHT:
        raise UsageError(
            f"--generated-weight {text}: auto, or a number above 0, {MOST_WEIGHT} at most; 1 is a real one's"
        )
    return weight


def _train(
    manifest: str | None, folder: str, wish: TrainingOptions, formats: reports.Formats, *, allow_empty: bool
) -> None:
    # Before numpy comes in, with threads of its own: workers are forked from here, one for each processor.
    hold_threads()
    from baselines.runs.save_run import Clock, save_run
    from baselines.training.train import train as train_on

    # Before the first sample is read: the cost of a run is all that a person waits for.
    clock = Clock()
    with streams.records(manifest, LabelledSample) as records:
        samples = list(records)
    if not samples:
        say_nothing_to_do(allowed=allow_empty)
        return
    compare_files(wish.reading.root, [one.path for one in samples])
    with terminal.progress("features", lambda: len(samples)) as counted:
        trained = train_on(samples, wish, counted, _shown)
    outcome = save_run(folder, sys.argv[1:], wish.parameters(), samples, trained.result, clock)
    say_nodes()
    say_left_out(trained.left_out)
    say_notes(trained.notes)
    say_suspects(trained.suspects, split=trained.tested_split)
    say_untied(trained.untied)
    reports.write(outcome, formats, f"Run {folder}", report)
