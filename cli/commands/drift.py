"""`burnish drift`: has the data changed, and can that be told at all?"""

from typing import Annotated

import typer

from cli import options
from cli.effects import Effect, Place
from cli.io import reports
from cli.watch.asked import Asked, parse_on
from curate.ground.errors import UsageError

_TOLERANCE, _TRIALS = 0.001, 200


def drift(
    reference: Annotated[
        str | None,
        typer.Argument(
            metavar="[REFERENCE]",
            help="The manifest, log or run that the new samples are held against.",
            show_default=False,
        ),
        Effect.READS_RUN,
        Place.STORES,
    ] = None,
    manifest: Annotated[
        str | None,
        typer.Argument(
            metavar="[NEW]", help="The new manifest, or a log; standard input if left out or -.", show_default=False
        ),
        Effect.READS,
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT,...",
            help="What is compared: facts, label, tags, findings, prediction, confidence, features.",
            show_default="what is there, but features",
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            help="Exchange whole groups: tags KEY=…, folder, or a pattern like '{speaker}_{}'.",
            show_default=False,
        ),
        Effect.VALUE,
    ] = None,
    alpha: Annotated[
        float, typer.Option(metavar="SHARE", help="How often a call may say drifted where nothing changed.")
    ] = 0.01,
    margin: Annotated[float, typer.Option(metavar="EFFECT", help="A smaller effect does not matter.")] = 0.1,
    embeddings: options.Embeddings = None,
    every: Annotated[
        str | None,
        typer.Option(metavar="day|week|N", help="Hold each window of a log against the reference.", show_default=False),
        Effect.VALUE,
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(metavar="FIELD", help="The field of the log that has the time.", show_default=False),
    ] = None,
    history: Annotated[
        str | None,
        typer.Option(
            "--history",
            "--output",
            "-o",
            metavar="FILE",
            help="Append the new windows to FILE, and show all that it has.",
            show_default=False,
        ),
        Effect.WRITES,
    ] = None,
    stats: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE",
            help="With --every, what scan and validate took and said by their --stats: for the dashboard.",
            show_default=False,
        ),
        Effect.READS,
    ] = None,
    join: Annotated[
        str | None,
        typer.Option(metavar="digest|id", help="Compare the same samples in both (skew).", show_default=False),
        Effect.VALUE,
    ] = None,
    tolerance: Annotated[
        float, typer.Option(metavar="SHARE", min=0, help="With --join, how far two numbers may differ, relatively.")
    ] = _TOLERANCE,
    simulate: Annotated[
        str | None,
        typer.Option(
            metavar="REFERENCE", help="Try calls on parts of REFERENCE: alarms without change.", show_default=False
        ),
        Effect.READS_RUN,
    ] = None,
    n: Annotated[
        int | None,
        typer.Option(
            "-n", "--n", metavar="N", min=2, help="With --simulate, samples of a new set.", show_default=False
        ),
    ] = None,
    trials: Annotated[int, typer.Option(metavar="N", min=10, help="With --simulate, calls without change.")] = _TRIALS,
    fail_if: Annotated[
        str | None,
        typer.Option(metavar="drifted|not-steady", help="Exit with 1 if that is the verdict.", show_default=False),
    ] = None,
    on_alarm: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND",
            help="Run it where something drifted, the report as JSON on its standard input; no shell.",
            show_default=False,
        ),
    ] = None,
    seed: options.Seed = 0,
    root: options.Root = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Tell whether new samples are like those of a reference: drifted, steady, or cannot tell.

    Numbers are compared by Kolmogorov and Smirnov's distance D, names by total variation, all p values adjusted by
    Holm's method. Drifted: p below alpha and the effect not below the margin. Steady: what the effect is at most, by
    its band, is below the margin. Else nobody can tell, and the table has the number of samples that would.

    With --group whole groups are exchanged: a hundred clips of one speaker are one fact about speakers.

    --every parts a log by its --time; alpha is shared by all windows. With -o the history is appended to, whole or not
    at all, and no window is judged twice. Labels that came back (burnish feedback) give the accuracy of each window.

    --join compares the same samples in training and serving. --simulate draws new sets from REFERENCE itself.

    [bold]Examples[/bold]

    burnish drift reference.jsonl new.jsonl --fail-if drifted

    burnish drift reference.jsonl new.jsonl --on facts,features --group speaker --html drift.html

    burnish drift runs/first log.jsonl --every week --time at -o history.jsonl --html dashboard.html

    burnish drift --simulate reference.jsonl --n 200
    """
    source, wanted = simulate or reference, parse_on(on)
    if source is None or (simulate and reference):
        raise UsageError("give REFERENCE and NEW, or --simulate REFERENCE --n N")
    formats = reports.Formats(json, md, csv, html).check(manifest)
    asked = Asked(source, manifest, wanted, group or "", alpha, margin, seed, root, formats, fail_if, on_alarm).check()
    _check_apart({"--every": every, "--join": join, "--simulate": simulate})
    if simulate:
        from cli.watch.simulate import simulate_calls

        simulate_calls(asked, n, trials)
    elif join:
        from cli.watch.skew import compare_same_samples

        compare_same_samples(asked, join, tolerance)
    elif every:
        from cli.watch.over_time import compare_over_time

        compare_over_time(asked, every, time, history, stats or ())
    else:
        from cli.watch.two_sets import compare_two_sets

        if history or time or stats:
            raise UsageError("-o, --time and --stats are for a log: say --every day, week or N")
        compare_two_sets(asked, embeddings)


def _check_apart(chosen: dict[str, str | None]) -> None:
    """Refuse two ways of comparing at once."""
    if len(given := [name for name, value in chosen.items() if value]) > 1:
        raise UsageError(f"{' and '.join(given)}: one at a time")
