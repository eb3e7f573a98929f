"""From the options of `burnish augment` and `burnish preview` to a plan."""

import os
from typing import TYPE_CHECKING, Literal

from cli.io import terminal
from cli.views.augment.summary import say_sources
from curate.ground.errors import InputError, UsageError, did_you_mean, nearest
from curate.ground.files import read_file
from curate.ground.json import encode
from curate.media.storage.address import join
from curate.split.grouping import make_grouping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from augment.plan.sources import Sources
    from augment.plan.targets import Plan, Request
    from augment.plan.weak_tags import WeakTag
    from augment.recipe.join import Choice
    from augment.recipe.types import Recipe
    from augment.render.lineage import Options
    from curate.records.sample import Sample


def recipes_and_manifest(recipe: str, more: list[str] | None, manifest: str | None) -> tuple[list[str], str | None]:
    """Return the recipes and the manifest of a command line `RECIPE [RECIPE...] [MANIFEST]`.

    Raises:
        UsageError: Two of them can be neither a recipe nor, being the last of the others, the manifest.
    """
    from augment.recipe.join import names_recipe

    # The command line gives the last place to the manifest, which may be left out: then a recipe stands there.
    further = [*(more or ()), *([] if manifest is None else [manifest])]
    others = [place for place in further if not names_recipe(place)]
    if len(others) > 1:
        raise UsageError(
            f"{others[0]} is no recipe (a .yaml file, or the name of one that ships), and the manifest is {others[-1]}"
        )
    return [recipe, *(place for place in further if names_recipe(place))], others[0] if others else None


def choose_targets(
    recipes: list[str],
    targets: list[str] | None,
    weak: "list[WeakTag] | None",
    top: int | None,
    mapping: list[str] | None = None,
    *,
    control: bool = False,
) -> "Choice":
    """Return which targets of the recipes are wanted, and what they make.

    Args:
        recipes: Their names.
        targets: Only these, where any are named.
        weak: The weak tags of a run; None: all targets.
        top: Only so many of them.
        mapping: Texts `TAG=TARGET`.
        control: Whether all targets are wanted, whatever is weak.
    """
    from augment.plan.weak_tags import worth_working_on
    from augment.recipe.join import Choice, parse_map
    from augment.recipe.reader import target_tags

    tags = {found.tag for found in weak or ()}
    mapped = parse_map(mapping or (), recipes, tags)
    if weak is not None:
        for tag in mapped.keys() - tags:
            terminal.say(f"  --map: {tag} is no tag of the run{nearest(tag, tags)}, and nothing is made for it")
    worked_on = None if weak is None else {found.tag for found in worth_working_on(weak, top)}
    if control:
        return Choice(None, mapped, worked_on or ())
    if not targets:
        return Choice(worked_on, mapped)
    known = {tag for recipe in recipes for tag in target_tags(recipe)} | mapped.keys()
    for tag in targets:
        if tag not in known:
            raise UsageError(
                f"--target {tag}: recipe {' + '.join(recipes)} has no such target{did_you_mean(tag, known)}"
            )
    return Choice(set(targets), mapped)


def gather_sources(
    recipe: "Recipe",
    samples: "Iterable[Sample]",
    split: list[str] | None,
    group: str | None,
    *,
    base: str,
    replaces: bool,
    matches: bool = False,
) -> "Sources":
    """Return what the manifest offers to the recipe, whose operations are given what they take from the set."""
    from augment.plan.set_samples import with_set
    from augment.plan.sources import ALL, Sources

    for note in recipe.notes:
        terminal.say(f"  {note}")
    splits = frozenset(split or ([ALL] if replaces else ["train"]))
    sources = Sources(recipe, splits, make_grouping(group) if group else None, replaces, matches)
    sources.gather(samples)
    kinds = {source.kind for source in sources.found}
    sources.recipe = with_set(recipe, sources.taken, lambda path: join(base, path), kinds)
    for note in sources.recipe.notes[len(recipe.notes) :]:
        terminal.say(f"  {note}")
    return sources


def plan_for(
    sources: "Sources", request: "Request", match: "Literal['none', 'weak', 'auto']", made: "Options"
) -> "Plan":
    """Return the plan, and say what is not in it and why.

    Args:
        sources: Of the manifest.
        request: What the user asks for.
        match: Whether facts are brought to those of real samples; `weak`: a target is not made where they cannot be.
        made: How samples will be made; a few are tried where facts are to be matched.

    Where nothing can be made for weak tags, that is said and no error: it is what a loop found out.

    Raises:
        InputError: Nothing is in it, though there are samples, and no weak tags were given; every target was to be
            matched, and none can be.
    """
    from augment.plan.targets import make_plan

    if match != "none":
        from augment.render.trial import make_matched_plan

        plan = make_matched_plan(sources, request, made, strict=match == "weak")
    else:
        plan = make_plan(sources, request)
    say_sources(sources, plan)
    if not plan.parts and sources.seen:
        why = f"recipe {sources.recipe.name} makes nothing here: {_why_nothing(sources, plan)}"
        if request.weak is None or plan.refused:
            raise InputError(why)
        if plan.without_target:
            terminal.say(why)
    return plan


def _why_nothing(sources: "Sources", plan: "Plan") -> str:
    from augment.recipe.join import map_option, suggested_maps

    if plan.refused:
        return plan.refused[0]
    if not plan.without_target:
        return "no sample can be a source"
    for tag, targets in suggested_maps(plan.without_target, sources.recipe.known_tags).items():
        return f"no weak tag has a target in it; {tag} may be one by another name: {map_option(tag, targets[0])}"
    return "no weak tag has a target in it"


def read_weak_tags(name: str) -> "list[WeakTag]":
    """Return the weak tags of a run, or of a file that `weak --json` wrote."""
    from augment.plan.weak_tags import parse_weak_tags

    if os.path.isdir(name):
        from baselines.slices.slice_ranking import rank_run

        return parse_weak_tags(encode(rank_run(name)), name)
    return parse_weak_tags(read_file(name), name)
