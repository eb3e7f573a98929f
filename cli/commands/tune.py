"""`burnish tune`: narrower ranges for a recipe, chosen by a run's model in validation."""

from typing import TYPE_CHECKING, Annotated

import typer

from cli import augment_options, options
from cli.effects import Effect
from cli.io import reports, streams, terminal
from curate.ground.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from augment.plan.tuning import Trial
    from cli.augment_tune import Tuning
    from cli.views.tune.table import TuningReport


def tune(
    recipe: augment_options.Recipe,
    manifest: options.Manifest = None,
    tag: Annotated[
        str, typer.Option(metavar="TAG", help="The weak tag that the recipe has a target for.", show_default=False)
    ] = "",
    run: Annotated[
        str | None,
        typer.Option(
            "--run", metavar="RUN", help="The run whose model, parameters and features are held.", show_default=False
        ),
        Effect.READS_RUN,
    ] = None,
    trials: Annotated[
        int, typer.Option(metavar="N", min=2, max=256, help="Ranges that are tried; the first is the recipe's own.")
    ] = 16,
    budget: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="Samples that the last trials make (default: as many as there are sources).",
            show_default=False,
        ),
    ] = None,
    mapping: augment_options.Map = None,
    group: augment_options.Group = None,
    settings: augment_options.Settings = None,
    seed: augment_options.Seed = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", metavar="FILE.yaml", help="The recipe with the best ranges.", show_default=False
        ),
        Effect.WRITES,
    ] = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    root: options.Root = None,
    timeout: augment_options.Timeout = 120.0,
    jobs: options.Jobs = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    r"""Try narrower ranges of a recipe's target, and write the recipe with those that help a weak tag most.

    A range is \[low, high] in the target, or min_X and max_X. Each trial draws a part of every range, makes samples
    with it, trains the run's model with them, and asks it of real samples with the tag, of the training part's folds
    and of validation; a trial under which the other samples fall is not taken. A quarter of the budget for all trials,
    half for the better half, the whole for the better half of these (successive halving). The test part is never read,
    so that burnish compare can tell afterwards what is left of the gain. Samples are made in a workspace, and none is
    kept.

    [bold]Examples[/bold]

    burnish tune speech-noise set.jsonl --set noise=noise/ --tag noise=street --run runs/before -o tuned.yaml

    burnish tune photos-low-light set.jsonl --tag lighting=dim --map lighting=dim=dark --run runs/before --trials 32
    """
    formats = reports.Formats(json, md, csv).check()
    run = _check(tag, run, output)
    target = _target(recipe, tag, mapping)
    from cli.augment_tune import draw_trials, read_tuning
    from cli.augment_tune import tune as tune_recipe

    tuning = read_tuning(recipe, settings or (), tag, target, seed)
    tried = draw_trials(tuning, trials)
    from augment.render.lineage import Options
    from baselines.data.labelled_samples import view_of
    from baselines.features.reading import Reading
    from baselines.training.score_made import MadeScorer
    from cli.views.tune.table import describe, report
    from curate.records.reader import read

    with streams.passes(manifest) as file:
        samples = list(read(file))
    if not samples:
        terminal.say("no samples, so there is nothing to tune by")
        return
    with terminal.progress("read", lambda: len(samples)) as counted:
        scorer = MadeScorer(map(view_of, samples), run, tag, Reading(root or "", jobs), counted)
    made = Options("", root or "", tuning.seed, jobs, timeout)
    spent = tune_recipe(tuning, tried, samples, budget, group, made, scorer)
    named = {"recipe": recipe, "tag": tag, "target": target, "run": run, "model": scorer.model}
    result = describe(tried, tuning.ranges, named, spent)
    if output not in {None, "-"}:
        _write(str(output), tuning, tried[result.best], result)
    reports.write(result, formats, f"Ranges of {recipe} for {tag}", report)


def _check(tag: str, run: str | None, output: str | None) -> str:
    """Return the run; refuse to work on nothing, and a name of an output that no command would take for a recipe."""
    if not tag or not run:
        missing = "--tag TAG" if not tag else "--run RUN"
        raise UsageError(f"tune needs {missing}: which weak tag is worked on, and whose model says what helps")
    streams.check_output(output)
    if output not in {None, "-"} and not str(output).lower().endswith((".yaml", ".yml")):
        raise UsageError(f"-o {output}: a recipe's name ends in .yaml")
    return run


def _target(recipe: str, tag: str, mapping: list[str] | None) -> str:
    """Return the target of the recipe that makes the tag.

    Raises:
        UsageError: There is none; names the nearest.
    """
    from augment.recipe.join import parse_map
    from augment.recipe.reader import target_tags

    known = target_tags(recipe)
    target = parse_map(mapping or (), [recipe], {tag}).get(tag, tag)
    if target not in known:
        of = did_you_mean(tag, known) if known else " at all; write one with the operations under targets:"
        raise UsageError(
            f"--tag {tag}: recipe {recipe} has no such target{of}; one by another name: --map {tag}=TARGET"
        )
    return target


def _write(output: str, tuning: "Tuning", best: "Trial", result: "TuningReport") -> None:
    """Write the recipe with the best ranges, and above it what they were found by."""
    from augment.recipe.ranges import narrowed
    from cli.views.tune.table import sentences
    from curate.media.storage.publish import write_whole

    head = [f"Ranges of {result.target} by burnish tune, for {result.tag}.", *sentences(result)]
    text = narrowed(tuning.text, tuning.ranges, best.ends)
    with write_whole(output) as file:
        file.write("".join(f"# {line}\n" for line in head).encode() + text.encode())
    terminal.say(f"wrote {output}")
