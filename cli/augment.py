"""`burnish augment`: new samples, where they are needed."""

import os
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from cli import options, reports, streams, terminal
from cli.augment_summary import describe_plan, draw_plan, say_generated, say_sources
from curate.errors import GateError, InputError, UsageError, did_you_mean
from curate.manifest import encode, lines, read
from curate.splitting.grouping import make_grouping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from augment.generate import Options
    from augment.recipe import Recipe
    from augment.sources import Sources
    from augment.targets import Plan
    from augment.weak_tags import WeakTag
    from curate.sample import Sample


def augment(
    recipe: Annotated[
        str,
        typer.Argument(metavar="RECIPE", help="A recipe's file, or the name of one that ships.", show_default=False),
    ],
    manifest: options.Manifest = None,
    into: Annotated[
        str | None, typer.Option(metavar="DIR", help="The folder for the new files.", show_default=False)
    ] = None,
    weak: Annotated[
        str | None,
        typer.Option(
            metavar="RUN|FILE", help="Only for the weak tags of a run, or of a `weak --json` file.", show_default=False
        ),
    ] = None,
    target: Annotated[
        list[str] | None,
        typer.Option(metavar="TAG", help="Only this target of the recipe; may be repeated.", show_default=False),
    ] = None,
    top: Annotated[
        int | None, typer.Option(metavar="K", min=1, help="Only for the weakest K of them.", show_default=False)
    ] = None,
    balance: Annotated[bool, typer.Option("--balance", help="Fill short classes up to the largest.")] = False,
    copies: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="New samples of each source, per target.", show_default=False)
    ] = None,
    budget: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="New samples in all.", show_default=False)
    ] = None,
    split: Annotated[
        list[str] | None,
        typer.Option(metavar="S|all", help="Which split to take sources from (default: train).", show_default=False),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="KEY|folder|PATTERN",
            help="Spread sources evenly over these groups (default: over all key=value tags).",
            show_default=False,
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write only the new samples, not their sources.")] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set a variable of the recipe.", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan, and make nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --dry-run: the plan as JSON.")] = False,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="Where chance begins (default: as the recipe says).", show_default=False),
    ] = None,
    root: options.Root = None,
    output: options.Output = None,
    jobs: options.Jobs = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Make new samples of the training samples, as a recipe says, and write the manifest with both.

    With --weak, the weak tags get new samples, the budget shared in proportion to what each can gain; with --balance,
    short classes are filled. Without either, every target makes one sample of each of its sources. Classes and groups
    are served evenly. The same recipe, seed and sources give the same bytes on every machine; what is there already is
    not made again, so a call that was killed is completed by repeating it. `burnish undo DIR` takes it back.

    [bold]Examples[/bold]

    burnish augment speech-noise set.jsonl --set noise=noise/ --weak runs/before --into augmented -o set2.jsonl

    burnish augment photos-low-light set.jsonl --into dark --balance --dry-run

    burnish augment speech-standardize set.jsonl --into even --replace -o even.jsonl
    """
    from augment.generate import Options
    from augment.recipe_file import load

    _check(into, output, dry_run=dry_run, json=json)
    weak_tags = _weak_tags(weak) if weak else None
    loaded = load(recipe, settings or (), _wanted(recipe, target, weak_tags, top))
    replaces = replace and loaded.standardizes
    begin = loaded.seed if seed is None else seed
    with streams.passes(manifest) as file:
        sources = _gather(loaded, read(file), split, group, replaces=replaces)
        plan = _plan(sources, weak_tags, copies=copies, budget=budget, top=top, balance=balance, seed=begin)
        if dry_run:
            reports.show(describe_plan(sources, plan, begin), draw_plan, as_json=json)
            return
        file.seek(0)
        kept = () if replace else lines(file)
        _generate(kept, sources, plan, output, Options(into or "", root or "", begin, jobs, replaces=replaces))


def _check(into: str | None, output: str | None, *, dry_run: bool, json: bool) -> None:
    if not into and not dry_run:
        raise UsageError("where to? name the folder for the new files: --into DIR (or look at the plan: --dry-run)")
    if json and not dry_run:
        raise UsageError("--json is for the plan: add --dry-run; the manifest is JSON Lines anyway")
    streams.check_output(output)


def _wanted(recipe: str, targets: list[str] | None, weak: "list[WeakTag] | None", top: int | None) -> "set[str] | None":
    """Return the tags to make samples for; None: all that the recipe has targets for."""
    from augment.recipe_file import target_tags
    from augment.weak_tags import worth_working_on

    if targets:
        known = target_tags(recipe)
        for tag in targets:
            if tag not in known:
                raise UsageError(f"--target {tag}: recipe {recipe} has no such target{did_you_mean(tag, known)}")
        return set(targets)
    return None if weak is None else {found.tag for found in worth_working_on(weak, top)}


def _gather(
    recipe: "Recipe", samples: "Iterable[Sample]", split: list[str] | None, group: str | None, *, replaces: bool
) -> "Sources":
    """Return what the manifest offers to the recipe."""
    from augment.sources import ALL, Sources

    for note in recipe.notes:
        terminal.say(f"  {note}")
    splits = frozenset(split or ([ALL] if replaces else ["train"]))
    sources = Sources(recipe, splits, make_grouping(group) if group else None, replaces)
    sources.gather(samples)
    return sources


def _plan(sources: "Sources", weak: "list[WeakTag] | None", **wishes: Any) -> "Plan":
    """Return the plan, and say what is not in it and why.

    Raises:
        InputError: Nothing is in it, though there are samples.
    """
    from augment.targets import Request, make_plan

    plan = make_plan(sources, Request(weak=weak, **wishes))
    say_sources(sources, plan)
    if not plan.parts and sources.seen and (plan.without_target or weak is None):
        why = "no weak tag has a target in it" if plan.without_target else "no sample can be a source"
        raise InputError(f"recipe {sources.recipe.name} makes nothing here: {why}")
    return plan


def _generate(
    kept: "Iterable[bytes]", sources: "Sources", plan: "Plan", output: str | None, options: "Options"
) -> None:
    """Write the samples that were there, and then the new ones as they come."""
    from augment.generate import GenerationTally, generate

    tally = GenerationTally()
    with terminal.progress("augment", lambda: len(plan.orders)) as counted:
        made = map(encode, counted(generate(sources, plan, options, tally)))
        streams.write_lines(chain(kept, made), output)
    say_generated(sources, tally, options.into)
    if plan.orders and not tally.made and not tally.reused:
        raise GateError("not one sample could be made")


def _weak_tags(name: str) -> "list[WeakTag]":
    """Return the weak tags of a run, or of a file that `weak --json` wrote."""
    from augment.weak_tags import parse_weak_tags

    if os.path.isdir(name):
        from baselines.priority import rank_run

        return parse_weak_tags(msgspec.json.encode(rank_run(name)), name)
    try:
        with open(name, "rb") as file:
            return parse_weak_tags(file.read(), name)
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror}") from None
