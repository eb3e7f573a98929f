"""`burnish split`: training, validation and test, with nothing of one in another."""

from typing import Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import streams
from cli.views.split.summary import say_plan, say_suspects
from curate.records.reader import lines, read_as
from curate.split.columns import Seen
from curate.split.split import carry_out, make_plan
from curate.split.wish import DEFAULT_RATIO, make_wish


def split(
    manifest: options.Manifest = None,
    ratio: Annotated[
        str | None,
        typer.Option(
            metavar="NAME=SHARE,...", help="The splits and their shares, which sum to 1.", show_default=DEFAULT_RATIO
        ),
        Effect.VALUE,
    ] = None,
    folds: Annotated[
        int | None,
        typer.Option(
            metavar="K", help="Give each sample a fold from 0 to K-1 instead, for cross-validation.", show_default=False
        ),
    ] = None,
    stratify: Annotated[
        str | None,
        typer.Option(
            metavar="label|none", help="Each class in these shares, or only the whole set.", show_default="label"
        ),
    ] = None,
    group: Annotated[
        str | None,
        typer.Option(
            metavar="KEY|folder|PATTERN|cluster:FILE",
            help="What must not straddle: a tag's key, the folder, a part of the file's name, or what is alike in FILE "
            "of burnish embed.",
            show_default=False,
        ),
        Effect.READS,
    ] = None,
    method: Annotated[
        str,
        typer.Option(
            metavar="exact|hash", help="As near to the shares as can be, or so that no sample ever changes sides."
        ),
    ] = "exact",
    ensure: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TAG",
            help="See that a third of this tag's samples outside of training validates; may be repeated.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Forget the splits (--folds: the folds) that samples have.")
    ] = False,
    seed: options.Seed = 0,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Give each sample its split.

    Samples with the same bytes, copies that dedup --report named, and a generated sample with its source always stay
    together, and so does what --group names: a tag's key (speaker), the folder, a pattern of the file's name, or
    a cluster of an embedding, where no tag says what belongs together.
    Samples that have a split keep it, and count, unless --force is given, or --ensure moves them from testing to
    validation: what only test samples have can be neither matched nor chosen by.

    With --folds each sample that trains or validates gets a fold, and a test split is left alone. burnish train
    --test-split fold=3 tests on one and trains on the others; select --where 'fold == 3' takes one.

    [bold]Examples[/bold]

    burnish scan data/ --pattern '{label}_{speaker}_{take}' | burnish split --group speaker -o set.jsonl

    burnish split set.jsonl --ratio train=0.6,val=0.2,test=0.2 --seed 1 | burnish balance --by split

    burnish split set.jsonl --group cluster:photos.npz -o set.jsonl

    burnish split set.jsonl --folds 5 --group speaker -o set.jsonl

    burnish split set.jsonl --ensure noise=car -o set.jsonl

    burnish split set.jsonl --method hash --group '{speaker}_nohash_{}' -o set.jsonl
    """
    wish = make_wish(ratio, stratify, group, method, force=force, seed=seed, ensure=ensure or (), folds=folds)
    streams.check_output(output)
    # Two passes over the manifest: one to plan, one to write. Only columns of numbers stay in memory between them.
    with streams.passes(manifest) as file:
        plan = make_plan(read_as(file, Seen), wish)
        file.seek(0)
        streams.write_lines(carry_out(lines(file), plan), output)
    say_plan(plan)
    say_suspects(plan.watch.suspects(grouped=group is not None))
