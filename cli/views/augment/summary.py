"""What `burnish augment` shows: the plan, and what became of it."""

from statistics import median
from typing import TYPE_CHECKING

import msgspec

from augment.plan.budget import Estimate, in_words
from augment.plan.remarks import Remark
from augment.plan.slice_facts import FactMatch
from cli.io.table import Column, Report, Row, Table
from cli.io.terminal import printable, say
from cli.views.augment.hardness import TargetHardness, hardness_table, sentences
from cli.views.kit.drawing import bar_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from augment.plan.sources import Sources
    from augment.plan.targets import Plan
    from augment.render.generate import GenerationTally

_SHOWN = 5
_REMARKS = 20
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
    recipe: str
    mapped_from: str | None = None
    facts: list[FactMatch] = []


class PlanReport(msgspec.Struct, frozen=True):
    """What `augment --dry-run --json` writes."""

    recipe: str
    recipe_digest: str
    seed: int
    samples: int
    targets: list[PlannedTarget]
    without_target: dict[str, list[str]]
    may_be_mapped_to: dict[str, list[str]] = {}
    hardness: list[TargetHardness] = []
    estimate: Estimate | None = None


def describe_plan(sources: "Sources", plan: "Plan", seed: int, hardness: "Sequence[TargetHardness]" = ()) -> PlanReport:
    """Return a plan as a record, with what a model says of it where one was asked."""
    from augment.recipe.join import suggested_maps
    from augment.recipe.reader import shipped_for

    targets = [
        PlannedTarget(
            part.target.tag,
            part.gain,
            part.sources,
            part.total(),
            [PlannedLabel(label, count) for label, count in sorted(part.labels.items())],
            part.target.recipe,
            part.target.mapped_from,
            list(plan.matches[index].facts) if index in plan.matches else [],
        )
        for index, part in plan.parts.items()
    ]
    without = shipped_for(plan.without_target)
    recipe, maps = sources.recipe, suggested_maps(plan.without_target, sources.recipe.known_tags)
    counts = recipe.name, recipe.digest, seed, len(plan.orders)
    return PlanReport(*counts, targets, without, maps, list(hardness), plan.estimate)


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
    tables = [Table("targets", "Targets", columns, rows)]
    if any(target.facts for target in report.targets):
        tables.append(_facts(report))
        caption += "; facts are medians of a trial, D is Kolmogorov and Smirnov's, 0 (alike) to 1"
    if report.hardness:
        tables.append(hardness_table(report.hardness))
    estimated = [in_words(report.estimate, report.samples)] if report.estimate else []
    return Report(tables, [caption, *estimated, *sentences(report.hardness)])


def _facts(report: PlanReport) -> Table:
    columns = [
        Column("target", "target"),
        Column("fact", "fact"),
        Column("real", "real", "number", form="{:.4g}"),
        Column("sources", "sources", "number", 2, form="{:.4g}"),
        Column("drawn", "drawn", "number", form="{:.4g}"),
        Column("matched", "matched", "number", form="{:.4g}"),
        Column("drawn_d", "D drawn", "number", form="{:.2f}"),
        Column("matched_d", "D matched", "number", form="{:.2f}"),
        Column("real_samples", "n real", "count", 1),
        Column("trial_samples", "n tried", "count", 1),
    ]
    rows = [
        Row((target.tag, *(getattr(fact, column.key) for column in columns[1:8]), *fact.samples))
        for target in report.targets
        for fact in target.facts
    ]
    return Table("facts", "Facts beside the real samples", columns, rows)


def say_sources(sources: "Sources", plan: "Plan") -> None:
    """Say what was left out, and which weak tags the recipe can do nothing for."""
    for reason, count in sorted(sources.left_out.items()):
        say(f"  left out as sources: {count:,} {reason}")
    for note in (*plan.refused, *plan.notes):
        say(f"  {note}")
    for remark in without_target(sources, plan)[:_SHOWN]:
        say(f"  {printable(remark.detail)}; {printable(remark.cure)}")
    if len(plan.without_target) > _SHOWN:
        say(f"  {len(plan.without_target) - _SHOWN:,} more weak tags are without a target")


def without_target(sources: "Sources", plan: "Plan") -> list[Remark]:
    """Return, for the first weak tags that no recipe makes, what to do about each."""
    from augment.recipe.join import map_option, shipped_by_value, suggested_maps
    from augment.recipe.reader import shipped_for

    shown = plan.without_target[:_REMARKS]
    maps = suggested_maps(shown, sources.recipe.known_tags)
    remarks = []
    for tag, recipes in shipped_for(shown).items():
        cure = f"{', '.join(recipes)} has one" if recipes else "add one to a recipe of your own"
        if tag in maps:
            options = " or ".join(map_option(tag, target) for target in maps[tag])
            cure = f"if a target means the same, add {options}"
        elif elsewhere := {} if recipes else shipped_by_value(tag):
            name, target = next(iter(elsewhere.items()))
            cure = f"if {target} of {name} means the same, use that recipe with {map_option(tag, target)}"
        detail = f"{tag} is weak, but {sources.recipe.name} has no target for it"
        remarks.append(Remark(tag, "no-target", detail, cure=cure))
    return remarks


def remarks_of(sources: "Sources", plan: "Plan", tally: "GenerationTally") -> list[Remark]:
    """Return what was not made, or not as it was to be, and why."""
    rejected = [
        Remark("", "rejected", f"{count:,} rejected: {reason}, such as {tally.examples[reason]}")
        for reason, count in tally.rejected.most_common(_SHOWN)
    ]
    return [*without_target(sources, plan), *plan.remarks, *rejected]


def say_hardness(several: "Sequence[TargetHardness]") -> None:
    """Say how hard and how real what is to be made is."""
    for line in sentences(several):
        say(f"  {line}")


def say_generated(sources: "Sources", plan: "Plan", tally: "GenerationTally", into: str) -> None:
    """Say how many samples were made, how like real ones they are, what missed its aim, and what was not made."""
    from augment.plan.slice_facts import largest_difference

    made, reused = tally.made.total(), tally.reused.total()
    there = f", {reused:,} were there already" if reused else ""
    say(f"made {made:,} samples with {sources.recipe.name} in {into}{there}")
    for tag in sorted(tally.made | tally.reused):
        say(f"  {printable(tag)}: {tally.made[tag] + tally.reused[tag]:,}")
    for index, match in plan.matches.items():
        tag = printable(sources.recipe.targets[index].tag or "")
        for fact in match.facts:
            if found := tally.facts_of(index, fact.fact):
                d = largest_difference(match.real(fact.fact), found)
                drawn = "" if fact.drawn_d is None else f", {fact.drawn_d:.2f} as drawn"
                medians = f"{fact.fact} {median(found):.4g}, real {fact.real:.4g}"
                say(f"  {tag}: {medians}; D {d:.2f} (n = {len(found):,}{drawn})")
    if plan.estimate:
        say(f"  {in_words(plan.estimate, len(plan.orders))}")
    for (operation, parameter, why), by in sorted(tally.missed.items()):
        furthest = max(by, key=abs)
        say(
            f"warning: {len(by):,} of {made + reused:,} miss {operation}.{parameter}, by {median(by):+.3g} in the "
            f"median and {furthest:+.3g} at most: {printable(why)}"
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
