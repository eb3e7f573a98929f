"""`burnish run`: the steps of a pipeline, and only those that have something to do."""

import os
import time
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import reports
from cli.io.terminal import printable, say
from curate.ground.errors import BurnishError, GateError, InputError, UsageError, did_you_mean

if TYPE_CHECKING:
    from cli.pipeline.recipe import Pipeline
    from cli.pipeline.state import Result
    from cli.pipeline.summary import RunReport
    from cli.pipeline.tasks import Task


def run(
    recipe: Annotated[
        str,
        typer.Argument(metavar="RECIPE", help="A pipeline: a file, or one that ships.", show_default=False),
        Effect.READS_RECIPE,
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Another value for a variable of the recipe."),
        Effect.SETS_RECIPE,
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which steps would run, and why.")] = False,
    start: Annotated[
        str | None,
        typer.Option("--from", metavar="STEP", help="Run this step and all after it in any case.", show_default=False),
    ] = None,
    work: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="Folder for what the steps write; work, or as in the recipe.", show_default=False
        ),
        Effect.MAKES,
    ] = None,
    control: Annotated[
        bool,
        typer.Option(
            "--control",
            help="Also train on as many new samples of all targets alike, not only of the weak ones, and compare.",
        ),
    ] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Run the steps of a pipeline: each is a command, and reads what the step before it wrote.

    A step whose input, options and files are as they were is not run again; a run that was killed goes on where it was.
    Everything is checked before the first step. A gate that does not hold ends the run with 1.

    [bold]Examples[/bold]

    burnish run clean-images --set data=photos

    burnish run speech-loop --set data=speech --set group=speaker --dry-run

    burnish run speech-loop --set data=speech --control

    burnish run mine.yaml --from augment --work /tmp/try
    """
    from cli.pipeline.summary import append_markdown, plan_table, report_of, table

    began = time.monotonic()
    pipeline, tasks = _prepare(recipe, settings or [], work, control=control)
    known = {task.step.id: task for task in tasks}
    if start and start not in known:
        raise UsageError(f"--from {start}: there is no such step{did_you_mean(start, known)}")
    first = known[start] if start else None
    results = _results(pipeline, tasks, first, dry_run=dry_run)
    told = report_of(pipeline.name, pipeline.work, results, time.monotonic() - began)
    if not dry_run:
        _tell_loop(told, pipeline.work, results)
    reports.show(told, plan_table if dry_run else table, as_json=json)
    if not dry_run:
        append_markdown(told)
    _raise_failure(results)


def _tell_loop(told: "RunReport", work: str, results: "list[Result]") -> None:
    """Add to a report what came of a loop, where the pipeline is one."""
    from cli.views.report.ending import loop_of, sentences

    try:
        told.loop = loop_of(work, results)
        told.end = sentences(told.loop, work) if told.loop else []
    except InputError as error:  # the steps are done and their results are there: a summary must not fail them
        told.end = [printable(f"what came of it cannot be told: {error}")]


def _prepare(recipe: str, settings: list[str], work: str | None, *, control: bool) -> "tuple[Pipeline, list[Task]]":
    from augment.recipe.reader import locate
    from cli.pipeline.control import with_control
    from cli.pipeline.recipe import read_pipeline
    from cli.pipeline.tasks import make_tasks
    from curate.ground.files import read_file

    path = locate(recipe)
    name = os.path.splitext(os.path.basename(path))[0]
    source = path if path == recipe else os.path.basename(path)
    pipeline = read_pipeline(read_file(path), source, name, settings, work)
    pipeline = with_control(pipeline) if control else pipeline
    return pipeline, make_tasks(pipeline)


def _results(pipeline: "Pipeline", tasks: "list[Task]", first: "Task | None", *, dry_run: bool) -> "list[Result]":
    from importlib.metadata import version

    from cli.pipeline.execute import Runner
    from cli.pipeline.state import load_state, save_state
    from cli.pipeline.tasks import check_recipes
    from cli.pipeline.view import View
    from curate.ground.lock import locked

    number = version("burnish")
    planned = Runner(pipeline.work, load_state(pipeline.work, pipeline.name, number), -1, View(tasks))
    # Recipes of steps that are cached are not looked through, and which those are, the plan says.
    if dry_run or any(task.recipes for task in tasks):
        results = planned.plan(tasks, first)
        check_recipes([result.task for result in results if result.status != "cached"])
    if dry_run:
        return results
    with locked(pipeline.work) as lock:
        # Read again: until now another run may have been at work.
        state = load_state(pipeline.work, pipeline.name, number)
        save_state(pipeline.work, state)
        with View(tasks) as view:
            return Runner(pipeline.work, state, lock, view).run(tasks, first)


def _raise_failure(results: "list[Result]") -> None:
    """End as the step that failed did; what could not be done goes before gates that were passed.

    Raises:
        GateError: Gates did not hold.
        BurnishError: A step could not do its work.
        KeyboardInterrupt: It was interrupted.
    """
    for result in results:
        if result.code == 130:
            raise KeyboardInterrupt
        if result.code not in {0, 1}:
            say(f"all that it said is in {result.task.log}")
            raise BurnishError(f"step {result.task.step.id}: {result.reason}")
    if failed := [f"step {result.task.step.id}: {result.reason}" for result in results if result.code == 1]:
        raise GateError("; ".join(failed))
