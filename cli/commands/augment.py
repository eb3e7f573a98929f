"""`burnish augment`: new samples, where they are needed."""

from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from cli import augment_options, options
from cli.augment_judge import judge_targets, run_to_ask
from cli.augment_plan import choose_targets, gather_sources, plan_for, read_weak_tags, recipes_and_manifest
from cli.effects import Effect, Place
from cli.engine_options import Address, Engine, choose_engine, compare_files, say_nodes
from cli.io import reports, streams, terminal
from cli.io.media_root import root_of
from cli.io.outcome import outcome
from cli.views.augment.summary import describe_plan, plan_table, remarks_of, say_generated, say_hardness
from curate.ground.errors import GateError, UsageError
from curate.records.reader import lines, read
from curate.records.writer import encode

if TYPE_CHECKING:
    from augment.plan.sources import Sources
    from augment.plan.targets import Plan
    from augment.render.lineage import Options
    from cli.io.replayable_pipe import Rereadable


def augment(
    recipe: augment_options.Recipe,
    more: augment_options.MoreRecipes = None,
    manifest: options.Manifest = None,
    into: Annotated[
        str | None,
        typer.Option(metavar="DIR|URL", help="The folder for the new files.", show_default=False),
        Effect.MAKES,
        Place.STORES,
    ] = None,
    weak: augment_options.Weak = None,
    target: augment_options.Target = None,
    mapping: augment_options.Map = None,
    top: Annotated[
        int | None, typer.Option(metavar="K", min=1, help="Only for the weakest K of them.", show_default=False)
    ] = None,
    control: Annotated[
        bool,
        typer.Option(
            "--control",
            help="With --weak: as many samples, over all targets of the recipe alike, to compare the weak ones with.",
        ),
    ] = False,
    balance: Annotated[bool, typer.Option("--balance", help="Fill short classes up to the largest.")] = False,
    copies: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="New samples of each source, per target.", show_default=False)
    ] = None,
    budget: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="New samples in all.", show_default=False)
    ] = None,
    match: augment_options.Match = "none",
    hardness: augment_options.Hardness = "none",
    run: augment_options.Run = None,
    split: augment_options.Split = None,
    group: augment_options.Group = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write only the new samples, not their sources.")] = False,
    settings: augment_options.Settings = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan, and make nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="With --dry-run: the plan as JSON.")] = False,
    md: Annotated[bool, typer.Option("--md", help="With --dry-run: the plan as Markdown.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="With --dry-run: the plan as CSV.")] = False,
    seed: augment_options.Seed = None,
    root: options.RootOfNeeded = None,
    timeout: augment_options.Timeout = 120.0,
    output: options.Output = None,
    jobs: options.Jobs = None,
    engine: Engine = "local",
    address: Address = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Make new samples of the training samples, as a recipe says, and write the manifest with both.

    With --weak, the weak tags get new samples, the budget shared by what each can surely gain, with diminishing
    returns; unless --budget says otherwise, as many in all as there are sources, and for no tag more than it has
    sources; with --balance, short classes are filled. Without either, every
    target makes one sample of each of its sources. Classes and groups are served evenly. The same recipe, seed and
    sources give the same bytes on every machine; what is there already is not made again, so a call that was killed is
    completed by repeating it. `burnish undo DIR` takes it back.

    After the first recipe, what ends in .yaml or .yml or is the name of a recipe that ships is a recipe too, and the
    last of the others is the manifest. A weak tag that no recipe has a target for may be one by another name: --map.

    [bold]Examples[/bold]

    burnish augment speech-noise set.jsonl --set noise=noise/ --weak runs/before --into augmented -o set2.jsonl

    burnish augment speech-noise set.jsonl --weak runs/before --control --into control -o control.jsonl

    burnish augment photos-low-light photos-wear set.jsonl --weak runs/before --map lighting=dim=dark --into new

    burnish augment photos-low-light set.jsonl --into dark --balance --dry-run

    burnish augment photos-wear set.jsonl --weak runs/before --hardness measure --dry-run

    burnish augment speech-standardize set.jsonl --into even --replace -o even.jsonl
    """
    from augment.plan.targets import Request, make_control_plan
    from augment.recipe.join import load_several
    from augment.render.lineage import Options

    formats = reports.Formats(json, md, csv).check()
    _check(into, output, formats, dry_run=dry_run, untargeted=control and (not weak or match != "none"))
    choose_engine(engine, address, [root])
    weak_tags = read_weak_tags(weak) if weak else None
    recipes, manifest = recipes_and_manifest(recipe, more, manifest)
    root = root_of(manifest, root, needed=True)
    asked_run = run_to_ask(run, weak, "--hardness") if hardness != "none" else None
    choice = choose_targets(recipes, target, weak_tags, top, mapping, control=control)
    # A recipe may name its own seed; --seed goes before it, 0 too.
    loaded = load_several(recipes, settings or (), choice, seed)
    replaces, begin, matches = replace and loaded.standardizes, loaded.seed, match != "none"
    made = Options(into or "", root or "", begin, jobs, timeout, replaces)
    with streams.passes(manifest) as file:
        sources = gather_sources(loaded, read(file), split, group, base=made.base, replaces=replaces, matches=matches)
        plan = plan_for(sources, Request(copies, budget, weak_tags, top, balance, begin), match, made)
        if control:
            plan = make_control_plan(sources, plan, begin)
        judged = judge_targets(sources, plan, asked_run, file, made, limits=hardness == "limit")
        if dry_run:
            reports.write(describe_plan(sources, plan, begin, judged), formats, "Plan", plan_table)
            return
        say_hardness(judged)
        _generate(None if replace else file, sources, plan, output, made)


def _check(into: str | None, output: str | None, formats: reports.Formats, *, dry_run: bool, untargeted: bool) -> None:
    """Refuse options that do not go together: of a control, what would be untargeted already."""
    if untargeted:
        raise UsageError(
            "--control goes with --weak, and without --match: it is what the same budget brings untargeted"
        )
    if not into and not dry_run:
        raise UsageError("where to? name the folder for the new files: --into DIR (or look at the plan: --dry-run)")
    if any(formats) and not dry_run:
        named = next(name for name, wanted in formats._asdict().items() if wanted)
        raise UsageError(f"--{named} is for the plan: add --dry-run; the manifest is JSON Lines anyway")
    streams.check_output(output)


def _generate(
    old: "Rereadable | None", sources: "Sources", plan: "Plan", output: str | None, options: "Options"
) -> None:
    """Write the samples that were there, if they are to stay, and then the new ones as they come."""
    from augment.render.generate import GenerationTally, generate

    compare_files(options.base, [source.path for source in sources.found])
    tally = GenerationTally()
    if old is not None:
        old.seek(0)
    # The old lines go on as they are, and lazily: they are read while the new samples are made.
    kept = lines(() if old is None else old)
    with terminal.progress("augment", lambda: len(plan.orders)) as counted:
        made = map(encode, counted(generate(sources, plan, options, tally)))
        streams.write_lines(chain(kept, made), output)
    say_generated(sources, plan, tally, options.into)
    say_nodes()
    outcome.worked, outcome.reused = tally.made.total(), tally.reused.total()
    outcome.rejected, outcome.put_off = tally.rejected.total(), tally.put_off
    outcome.made = {tag: tally.made[tag] + tally.reused[tag] for tag in sorted(tally.made | tally.reused)}
    outcome.remarks = remarks_of(sources, plan, tally)
    if plan.orders and not tally.made and not tally.reused:
        raise GateError("not one sample could be made")
