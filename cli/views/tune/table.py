"""What `burnish tune` shows: every trial, what it was worth, and how far the best is to be believed."""

from typing import TYPE_CHECKING

from msgspec import Struct

from augment.plan.tuning import MOST_LOSS, best
from baselines.metrics.paired_score import paired_interval
from cli.io.table import Column, Report, Row, Table, percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from augment.plan.tuning import Trial
    from augment.recipe.ranges import Range


class Rung(Struct, frozen=True):
    """What a trial was worth with so many samples.

    Attributes:
        samples: That it made.
        weak: Share of the validated samples with the tag that is right, 0 to 1.
        rest: Of the others; None where there are none.
        rest_loss: By how many standard errors these fell against no generated samples.
        weight: Of a generated sample beside a real one.
    """

    samples: int
    weak: float
    rest: float | None
    rest_loss: float
    weight: float


class TriedRanges(Struct, frozen=True):
    """A trial.

    Attributes:
        trial: 0: the recipe as it is.
        ranges: Low and high, by the name of the range.
        rungs: In their order; a trial that went out early has fewer.
    """

    trial: int
    ranges: dict[str, tuple[float, float]]
    rungs: list[Rung]


class TuningReport(Struct, frozen=True):
    """What `burnish tune --json` writes.

    Attributes:
        recipe: As it was named.
        tag: That is made.
        target: That makes it.
        run: Whose model was asked.
        model: The model.
        budget: Samples of each trial on the last rung.
        validated: Real samples with the tag that were asked.
        best: The trial that the written recipe has the ranges of.
        difference: In accuracy on the tag, best - the recipe as it is.
        interval: 95 % of it, as if the best had not been chosen by these samples.
        trials: In their order.
    """

    recipe: str
    tag: str
    target: str
    run: str
    model: str
    budget: int
    validated: int
    best: int
    difference: float
    interval: tuple[float, float]
    trials: list[TriedRanges]


def describe(trials: "Sequence[Trial]", ranges: "Sequence[Range]", named: dict[str, str], budget: int) -> TuningReport:
    """Return the report.

    Args:
        trials: With their scores.
        ranges: Of the target.
        named: `recipe`, `tag`, `target`, `run` and `model`.
        budget: Of the last rung.
    """
    found, plain = best(trials), trials[0]
    pairs = list(zip(found.scores[-1].right, plain.scores[-1].right, strict=True))
    new_only, old_only = pairs.count((True, False)), pairs.count((False, True))
    return TuningReport(
        **named,
        budget=budget,
        validated=len(pairs),
        best=found.number,
        difference=(new_only - old_only) / len(pairs),
        interval=paired_interval(new_only, old_only, len(pairs)),
        trials=[
            TriedRanges(
                trial.number,
                {one.name: ends for one, ends in zip(ranges, trial.ends, strict=True)},
                [
                    Rung(made, score.weak, score.rest, score.rest_loss, score.weight)
                    for made, score in zip(trial.made, trial.scores, strict=True)
                ],
            )
            for trial in trials
        ],
    )


def report(result: TuningReport) -> Report:
    """Return the report in a table and sentences."""
    columns = [
        Column("trial", "trial"),
        Column("samples", "made", "count"),
        Column("weak", result.tag, "share"),
        Column("rest", "others", "share"),
        Column("rest_loss", "fall, SE", "number", 2, "{:+.1f}"),
        Column("weight", "weight", "number", 3, "{:g}"),
        Column("ranges", "ranges", "text", 4),
    ]
    # The farther a trial came, the higher it stands; within a rung the best first.
    ranked = sorted(result.trials, key=lambda one: (-len(one.rungs), -_last(one).weak, one.trial))
    rows = [
        Row(
            [
                str(one.trial) if one.trial else "as it is",
                _last(one).samples,
                _last(one).weak,
                _last(one).rest,
                _last(one).rest_loss,
                _last(one).weight,
                _in_words(one) if one.trial else "",
            ],
            "better" if one.trial == result.best else "",
        )
        for one in ranked
    ]
    return Report([Table("trials", "Trials", columns, rows)], sentences(result))


def _last(one: TriedRanges) -> Rung:
    return one.rungs[-1]


def _in_words(one: TriedRanges) -> str:
    return ", ".join(f"{name} {low:g} to {high:g}" for name, (low, high) in one.ranges.items())


def sentences(result: TuningReport) -> list[str]:
    """Return what is to be said below the table."""
    plain, found = result.trials[0].rungs[-1], result.trials[result.best].rungs[-1]
    lines = [
        f"{result.model} of {result.run}, trained with what each trial makes, asked of {result.validated:,} real "
        f"samples with {result.tag}, of training's folds and of validation; the test part is not read"
    ]
    if result.best == 0:
        lines.append(
            f"no trial of {len(result.trials) - 1} is better than the recipe as it is ({percent(plain.weak)} %)"
        )
    else:
        low, high = (f"{100 * end:+.1f}" for end in result.interval)
        lines.append(
            f"trial {result.best}: {percent(found.weak)} % of {result.tag} are right, {percent(plain.weak)} % with the "
            f"recipe as it is ({100 * result.difference:+.1f} points, 95 % interval {low} to {high})"
        )
        chance = "may be chance, and is" if result.interval[0] <= 0 else "is"
        lines.append(
            f"it is the best of {len(result.trials)} by these very samples, so the difference {chance} too good: train "
            "with both recipes, and burnish compare says on the test part what is left of it"
        )
        lines.append(f"ranges of trial {result.best}: {_in_words(result.trials[result.best])}")
    if found.rest_loss > MOST_LOSS:
        lines.append(
            f"the others fall by {found.rest_loss:.1f} standard errors against no generated samples, in every trial"
        )
    return lines
