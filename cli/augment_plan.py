"""From the options of `burnish augment` and `burnish preview` to a plan."""

import os
from typing import TYPE_CHECKING, Any

from cli.io import terminal
from cli.views.augment.summary import say_sources
from curate.ground.errors import InputError, UsageError, did_you_mean
from curate.ground.files import read_file
from curate.ground.json import encode
from curate.split.grouping import make_grouping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from augment.plan.sources import Sources
    from augment.plan.targets import Plan
    from augment.plan.weak_tags import WeakTag
    from augment.recipe.types import Recipe
    from curate.records.sample import Sample


def wanted_tags(
    recipe: str, targets: list[str] | None, weak: "list[WeakTag] | None", top: int | None
) -> "set[str] | None":
    """Return the tags to make samples for; None: all that the recipe has targets for."""
    from augment.plan.weak_tags import worth_working_on
    from augment.recipe.reader import target_tags

    if targets:
        known = target_tags(recipe)
        for tag in targets:
            if tag not in known:
                raise UsageError(f"--target {tag}: recipe {recipe} has no such target{did_you_mean(tag, known)}")
        return set(targets)
    return None if weak is None else {found.tag for found in worth_working_on(weak, top)}


def gather_sources(
    recipe: "Recipe", samples: "Iterable[Sample]", split: list[str] | None, group: str | None, *, replaces: bool
) -> "Sources":
    """Return what the manifest offers to the recipe."""
    from augment.plan.sources import ALL, Sources

    for note in recipe.notes:
        terminal.say(f"  {note}")
    splits = frozenset(split or ([ALL] if replaces else ["train"]))
    sources = Sources(recipe, splits, make_grouping(group) if group else None, replaces)
    sources.gather(samples)
    return sources


def plan_for(sources: "Sources", weak: "list[WeakTag] | None", **wishes: Any) -> "Plan":
    """Return the plan, and say what is not in it and why.

    Raises:
        InputError: Nothing is in it, though there are samples.
    """
    from augment.plan.targets import Request, make_plan

    plan = make_plan(sources, Request(weak=weak, **wishes))
    say_sources(sources, plan)
    if not plan.parts and sources.seen and (plan.without_target or weak is None):
        why = "no weak tag has a target in it" if plan.without_target else "no sample can be a source"
        raise InputError(f"recipe {sources.recipe.name} makes nothing here: {why}")
    return plan


def read_weak_tags(name: str) -> "list[WeakTag]":
    """Return the weak tags of a run, or of a file that `weak --json` wrote."""
    from augment.plan.weak_tags import parse_weak_tags

    if os.path.isdir(name):
        from baselines.slices.slice_ranking import rank_run

        return parse_weak_tags(encode(rank_run(name)), name)
    return parse_weak_tags(read_file(name), name)
