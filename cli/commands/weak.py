"""`burnish weak`: which tags are worth working on."""

import os
from typing import Annotated

import typer

from baselines.annotators.answers import ENDING, human_of_answers
from baselines.annotators.human_level import read_human
from baselines.runs.run_folder import PREDICTIONS, predictions_of_run
from baselines.slices.slice_ranking import MIN_SAMPLES, Against, SliceRanking, rank_run, rank_table
from cli import options
from cli.effects import Effect
from cli.io import reports
from cli.views.weak.table import report
from curate.ground.errors import UsageError


def weak(
    run: Annotated[
        str | None, typer.Argument(metavar="[RUN]", help="The folder of the run.", show_default=False), Effect.READS_RUN
    ] = None,
    human: Annotated[
        str | None,
        typer.Option(metavar="FILE|NUMBER", help="Human level: of each tag, or one for all.", show_default=False),
        Effect.READS,
    ] = None,
    against: Annotated[Against, typer.Option(help="What a tag without a human level is held against.")] = "best",
    ignore: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Leave out the tags KEY=…, or one tag; may be repeated.", show_default=False),
    ] = None,
    min_samples: Annotated[
        int, typer.Option(metavar="N", min=1, help="Tags with fewer samples are listed apart.")
    ] = MIN_SAMPLES,
    table: Annotated[
        str | None,
        typer.Option(metavar="FILE.csv", help="Rank figures from elsewhere instead of a run.", show_default=False),
        Effect.READS,
    ] = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Rank tags by what there is to gain: gap to human level x share of the data.

    Without --human, the gap is to the best other value of the same key (--against best: noise=none for noise=car) and,
    of a tag without one, to the rest: what the samples reach that have neither the tag nor a surely weaker one (rest).
    Or to the overall accuracy, which the weak tags themselves drag down (overall). Tags that were the groups of the run
    (train --group speaker) are left out. A human level is a fraction (0.95), or a file: CSV with the columns tag,human,
    or the JSON of burnish agreement; the tag (all) stands for the tags that it does not name. The answers of burnish
    review (.jsonl) give the level of each tag by the labels of the run's samples.

    The columns of --table are tag,accuracy,human,share: all fractions (0.94), or all percent (94 or 94 %).

    Look at n and at the interval before you believe a gap: "sure" is the gap less its uncertainty. A tag on which the
    model is better than the target has a negative gap, and stands last.

    [bold]Examples[/bold]

    burnish weak runs/before

    burnish weak runs/before --human 0.95 --html weak.html

    burnish agreement labels.csv --human-level human.csv && burnish weak runs/before --human human.csv

    burnish weak runs/before --against rest --ignore speaker

    burnish weak --table priorities.csv
    """
    if run is None and table is None:
        raise UsageError("name the folder of a run, or a table of figures: --table FILE.csv")
    if run is not None and table is not None:
        raise UsageError(f"a run ({run}) or --table {table}: one of them")
    if human is not None and table is not None:
        raise UsageError("--human goes with a run; a table has a column for it")
    if table is not None and (against != "best" or ignore):
        raise UsageError("--against and --ignore go with a run; a table has its own targets and tags")
    formats = reports.Formats(json, md, csv, html).check(table or os.path.join(run or "", PREDICTIONS))
    level = _level(human, run or "") if human is not None else None
    # A table has its own human levels; a run is held against `level`, or against its own accuracy.
    result = rank_table(table) if table is not None else rank_run(run or "", level, min_samples, against, ignore or ())
    of = run or table or ""
    reports.write(result, formats, f"Priorities of {of}", report, lambda found: _page(found, run, of, html))


def _level(human: str, run: str) -> float | dict[str, float]:
    # Answers are no figures yet: they become levels by the labels and tags of the run's own samples.
    return human_of_answers(human, predictions_of_run(run)) if human.endswith(ENDING) else read_human(human)


def _page(result: SliceRanking, run: str | None, of: str, html: str | None) -> bytes:
    from cli.views.kit.page import Links
    from cli.views.weak.table import page

    predictions = predictions_of_run(run) if run is not None else ()
    return page(result, predictions, of, Links(None, html))
