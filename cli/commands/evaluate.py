"""`burnish evaluate`: a run from the predictions of any other model."""

import sys
from typing import Annotated

import typer

from baselines.data.labelled_samples import LabelledSample
from baselines.data.predictions import check_name
from cli import options
from cli.effects import Effect
from cli.io import reports, streams
from cli.views.train.notes import named_folder, say_left_out, say_notes, say_nothing_to_do
from cli.views.train.table import report
from curate.ground.errors import UsageError
from curate.split.grouping import make_grouping


def evaluate(
    manifest: options.Manifest = None,
    predictions: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="A .csv or .jsonl with path, prediction and, if known, confidence and probabilities: columns p:LABEL, "
            "or an object probabilities.",
            show_default=False,
        ),
        Effect.READS,
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Folder for the run; a run that is there is replaced.", show_default=False),
        Effect.MAKES_RUN,
    ] = None,
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
            metavar="KEY|folder|PATTERN",
            help="What ties samples together, such as speaker: intervals and verdicts go by it.",
            show_default=False,
        ),
    ] = None,
    root: options.Root = None,
    allow_empty: options.AllowEmpty = False,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Make a run from the predictions of any other model: an older system, the one in production, a person.

    They are held against the labels of the test split, and where there is none, of all samples. The run can then be
    looked at with weak and audit, and set against others with compare. Samples without a prediction are left out and
    counted; a predicted label that no sample has counts as wrong. No media file is read. Paths may be absolute, or
    those of another system: they are compared part by part, below --root.

    [bold]Examples[/bold]

    burnish evaluate set.jsonl --predictions production.csv --run runs/production

    burnish evaluate set.jsonl --predictions new.jsonl --run runs/new && burnish compare runs/production runs/new
    """
    if predictions is None:
        raise UsageError("name the file of predictions: --predictions FILE.csv")
    check_name(predictions)
    formats = reports.Formats(json, md, csv).check()
    if group is not None:
        make_grouping(group)
    wish = {"test_split": test_split, "group": group}
    _evaluate(manifest, predictions, named_folder(run), wish, root, formats, allow_empty=allow_empty)


def _evaluate(
    manifest: str | None,
    file: str,
    folder: str,
    wish: dict[str, str | None],
    root: str | None,
    formats: reports.Formats,
    *,
    allow_empty: bool,
) -> None:
    from baselines.runs.save_run import Clock, save_run
    from baselines.training.evaluate import evaluate as evaluate_on

    clock = Clock()
    with streams.records(manifest, LabelledSample) as records:
        samples = list(records)
    if not samples:
        say_nothing_to_do(allowed=allow_empty)
        return
    found = evaluate_on(samples, file, **wish, root=root)
    outcome = save_run(folder, sys.argv[1:], {**wish}, samples, found.result, clock)
    say_left_out(found.left_out)
    say_notes(found.notes)
    reports.write(outcome, formats, f"Run {folder}", report)
