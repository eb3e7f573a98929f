"""`burnish preview`: before and after, to look at and to listen to, before thousands are made."""

from typing import Annotated

import typer

from cli import augment_options, options
from cli.augment_judge import judge_preview, run_with_model
from cli.augment_plan import choose_targets, gather_sources, plan_for, read_weak_tags, recipes_and_manifest
from cli.effects import Effect
from cli.io import reports, streams, terminal
from cli.io.media_root import root_of
from cli.views.preview.judged import say_judged
from curate.ground.errors import UsageError
from curate.media.storage.publish import write_whole
from curate.records.reader import read


def preview(
    recipe: augment_options.Recipe,
    more: augment_options.MoreRecipes = None,
    manifest: options.Manifest = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE.html", help="The page to write.", show_default=False),
        Effect.WRITES,
    ] = None,
    count: Annotated[
        int, typer.Option("--count", "-n", metavar="N", min=1, help="Pairs to show, spread over targets and labels.")
    ] = 12,
    settings: augment_options.Settings = None,
    weak: augment_options.Weak = None,
    target: augment_options.Target = None,
    mapping: augment_options.Map = None,
    copies: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="New samples of each source: other draws of it.", show_default=False),
    ] = None,
    match: augment_options.Match = "none",
    run: augment_options.Run = None,
    split: augment_options.Split = None,
    seed: augment_options.Seed = None,
    root: options.RootOfNeeded = None,
    jobs: options.Jobs = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show some of the samples that augment would make, each beside its source, on a page.

    The page has pictures under a slider, waveforms, spectrograms and players, what was drawn, and which facts changed.
    Draws that came to nothing are shown with the reason. Beside each pair stand the three questions that tell whether
    it is worth training on. augment makes the very same files from this recipe, seed and manifest.

    With a run (--run, or --weak RUN) the page answers the third: what its model, refitted without the sources, says of
    each pair, of 60 more of each target, and of the real samples of the tag.

    [bold]Examples[/bold]

    burnish preview photos-wear set.jsonl -o wear.html

    burnish preview photos-wear set.jsonl --run runs/before -o wear.html

    burnish preview speech-noise set.jsonl --set noise=noise/ --weak runs/before --count 24 -o noise.html
    """
    from augment.plan.targets import Request
    from augment.preview.preview import choose, make_pairs
    from augment.recipe.join import load_several
    from augment.render.lineage import Options
    from cli.views.preview.page import page

    if output is None:
        raise UsageError("where to? name the page: -o preview.html")
    recipes, manifest = recipes_and_manifest(recipe, more, manifest)
    root = root_of(manifest, root, needed=True)
    reports.check_html(output, manifest, "-o")
    weak_tags = read_weak_tags(weak) if weak else None
    loaded = load_several(recipes, settings or (), choose_targets(recipes, target, weak_tags, None, mapping), seed)
    begin = loaded.seed
    made = Options("", root or "", begin, jobs)
    with streams.passes(manifest) as file:
        sources = gather_sources(
            loaded, read(file), split, None, base=made.base, replaces=loaded.standardizes, matches=match != "none"
        )
        plan = plan_for(sources, Request(copies, weak=weak_tags, seed=begin), match, made)
        orders = choose(sources, plan, count, begin)
        judged = judge_preview(sources, plan, orders, run_with_model(run, weak), file, made)
    with terminal.progress("preview", lambda: len(orders)) as counted:
        pairs = list(counted(make_pairs(sources, plan, orders, seed=begin, base=root or "", jobs=jobs)))
    with write_whole(output) as html:
        html.write(page(sources, plan, pairs, begin, judged))
    rejected = sum(bool(pair.shown.made.rejected) for pair in pairs)
    terminal.say(f"wrote {output} with {len(pairs):,} pairs; {rejected:,} rejected")
    if judged:
        say_judged(plan, pairs, judged)
