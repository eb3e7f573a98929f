"""What `burnish augment` shows: the plan, and what became of it."""

from statistics import median
from typing import TYPE_CHECKING

import msgspec

from cli.io.table import Column, Report, Row, Table
from cli.io.terminal import printable, say
from cli.views.kit.drawing import bar_cell

if TYPE_CHECKING:
    from augment.plan.sources import Sources
    from augment.plan.targets import Plan
    from augment.render.generate import GenerationTally

_SHOWN = 5
_LABELS = 8


class PlannedLabel(msgspec.Struct, frozen=True):
    """New samples of one class."""

    label: str
    samples: int


class PlannedTarget(msgspec.Struct, frozen=True):
    """What one target makes."""

    tag: str | None
    gain: float | None
    sources: int
    samples: int
    labels: list[PlannedLabel]


class PlanReport(msgspec.Struct, frozen=True):
    """What `augment --dry-run --json` writes."""

    recipe: str
    recipe_digest: str
    seed: int
    samples: int
    targets: list[PlannedTarget]
    without_target: dict[str, list[str]]


def describe_plan(sources: "Sources", plan: "Plan", seed: int) -> PlanReport:
    """Return a plan as a record."""
    from augment.recipe.reader import shipped_for

    targets = [
        PlannedTarget(
            part.target.tag,
            part.gain,
            part.sources,
            part.total(),
            [PlannedLabel(label, count) for label, count in sorted(part.labels.items())],
        )
        for part in plan.parts.values()
    ]
    without = shipped_for(plan.without_target)
    return PlanReport(sources.recipe.name, sources.recipe.digest, seed, len(plan.orders), targets, without)


def plan_table(report: PlanReport) -> Report:
    """Return a plan as a report: targets with their new samples, class by class."""
    columns = [
        Column("target", "target"),
        Column("gain", "gain", "number", form="{:.4f}"),
        Column("sources", "sources", "count"),
        Column("samples", "new", "count"),
        Column("bar", "", "drawing", 9),
        Column("classes", "of each class"),
    ]
    # All bars on one scale, that of the target with the most new samples.
    most = max((target.samples for target in report.targets), default=0)
    rows = []
    for target in report.targets:
        tag = target.tag or "(every sample)"
        bar = bar_cell(target.samples / most, f"{tag}: {target.samples:,}") if most else None
        rows.append(Row((tag, target.gain, target.sources, target.samples, bar, _classes(target.labels))))
    caption = f"{report.samples:,} new samples by {report.recipe}, seed {report.seed}"
    return Report([Table("targets", "Targets", columns, rows)], [caption])


def say_sources(sources: "Sources", plan: "Plan") -> None:
    """Say what was left out, and which weak tags the recipe can do nothing for."""
    from augment.recipe.reader import shipped_for

    for reason, count in sorted(sources.left_out.items()):
        say(f"  left out as sources: {count:,} {reason}")
    for note in (*plan.refused, *plan.notes):
        say(f"  {note}")
    for tag, recipes in shipped_for(plan.without_target[:_SHOWN]).items():
        cure = f"; {', '.join(recipes)} has one" if recipes else "; add one to a recipe of your own"
        say(f"  {printable(tag)} is weak, but {sources.recipe.name} has no target for it{cure}")
    if len(plan.without_target) > _SHOWN:
        say(f"  {len(plan.without_target) - _SHOWN:,} more weak tags are without a target")


def say_generated(sources: "Sources", tally: "GenerationTally", into: str) -> None:
    """Say how many samples were made, which missed what was asked for, and what was not made, and why."""
    made, reused = tally.made.total(), tally.reused.total()
    there = f", {reused:,} were there already" if reused else ""
    say(f"made {made:,} samples with {sources.recipe.name} in {into}{there}")
    for tag in sorted(tally.made | tally.reused):
        say(f"  {printable(tag)}: {tally.made[tag] + tally.reused[tag]:,}")
    for (operation, parameter, why), by in sorted(tally.missed.items()):
        furthest = max(by, key=abs)
        say(
            f"  {len(by):,} of {made + reused:,} miss {operation}.{parameter}, by {median(by):+.3g} in the median and "
            f"{furthest:+.3g} at most: {printable(why)}"
        )
    for reason, count in tally.rejected.most_common():
        say(f"  rejected {count:,}: {printable(reason)} (such as {printable(tally.examples[reason])})")


def _classes(labels: list[PlannedLabel]) -> str:
    """Return the numbers of the classes in short: those that are alike together."""
    # A plan for a hundred classes is one line here; the JSON has each of them.
    counts = {label.samples for label in labels}
    if len(labels) > _LABELS and len(counts) > 1:
        low, high = min(counts), max(counts)
        return f"{len(labels)} classes, {low:,} to {high:,}"
    if len(labels) > 1 and len(counts) == 1:
        return f"{counts.pop():,} of each of {len(labels)}"
    return ", ".join(f"{label.label or '(no label)'} {label.samples:,}" for label in labels)
