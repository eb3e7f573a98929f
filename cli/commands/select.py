"""`burnish select`: the samples that match."""

from typing import Annotated

import typer

from cli import options
from cli.io import streams
from cli.io.terminal import say
from curate.query.expression import compile_expression
from curate.query.selection import Selection, draw


def select(
    manifest: options.Manifest = None,
    label: Annotated[list[str] | None, typer.Option(metavar="L", help="One of these labels.")] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="T", help="All of these tags.")] = None,
    not_tag: Annotated[list[str] | None, typer.Option(metavar="T", help="None of these tags.")] = None,
    split: Annotated[list[str] | None, typer.Option(metavar="S", help="One of these splits.")] = None,
    where: Annotated[str | None, typer.Option(metavar="EXPR", help="An expression over facts.")] = None,
    sample: Annotated[int | None, typer.Option(metavar="N", min=0, help="Of these, N at random.")] = None,
    seed: options.Seed = 0,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Keep the samples that match; every condition that is given has to hold.

    An expression compares facts, numbers and texts: < <= > >= == != in, joined by and, or, not. A sample that lacks a
    fact of the comparison does not match, and is counted.

    [bold]Examples[/bold]

    burnish select set.jsonl --label cat --label dog --not-tag dark

    burnish select set.jsonl --where 'image.width >= 64 and image.brightness < 0.9' -o good.jsonl

    burnish select set.jsonl --where "'truncated' in findings" | jq -r .path

    burnish select set.jsonl --split train --sample 100 --seed 1
    """
    streams.check_output(output)
    expression = compile_expression(where) if where else None
    chosen = Selection(
        frozenset(label or ()), frozenset(tag or ()), frozenset(not_tag or ()), frozenset(split or ()), expression
    )
    with streams.samples(manifest) as samples:
        kept = chosen.keep(samples)
        streams.write_samples(kept if sample is None else draw(kept, sample, seed), output)
    drawn = "" if sample is None else f", of which {min(sample, chosen.kept):,} were drawn"
    say(f"selected {chosen.kept:,} of {chosen.seen:,} samples{drawn}")
    for note in chosen.never_met() if chosen.seen else ():
        say(f"  {note}")
    if expression and expression.missing:
        say(f"  {expression.missing:,} samples lack a fact of --where, and do not match")
