"""`burnish tag`: slices of a dataset by name."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from cli import options
from cli.effects import Effect
from cli.io import streams
from cli.io.summary import top
from cli.io.terminal import say
from curate.ground.errors import UsageError
from curate.query.tags import AUTO_TAGS, add_tags, auto_rules, compile_tag
from curate.records.sample import Sample
from curate.scan.metadata import Metadata


def tag(
    manifest: options.Manifest = None,
    auto: Annotated[bool, typer.Option("--auto", help=f"Add {', '.join(AUTO_TAGS)} by the facts.")] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="TAG=EXPR", help="Add TAG where EXPR is true."), Effect.VALUE
    ] = None,
    metadata: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Add the columns of a .csv or .jsonl with a column file_name."),
        Effect.READS,
    ] = None,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Add tags to samples: the slices that accuracy is looked at by.

    A tag is a name or key=value. An expression compares facts, as in select --where. Tags are only ever added.

    [bold]Examples[/bold]

    burnish tag set.jsonl --auto -o set.jsonl

    burnish tag set.jsonl --set 'tiny=image.width < 64' --set 'size=large=image.width > 2000'

    burnish scan data/ | burnish tag --metadata weather.csv | burnish balance --by tag:weather
    """
    streams.check_output(output)
    rules = [*(auto_rules() if auto else ()), *map(compile_tag, settings or ())]
    table = Metadata(metadata) if metadata else None
    if not rules and not table:
        raise UsageError("nothing to add: give --auto, --set TAG=EXPR or --metadata FILE")
    added: Counter[str] = Counter()
    with streams.samples(manifest) as samples:
        streams.write_samples(_counted(add_tags(samples, rules, table), added), output)
    say(f"tags by number of samples: {top(added) or 'none'}")
    for name, expression in rules:
        if expression.missing and not auto:
            say(f"  {expression.missing:,} samples lack a fact of {name}, and do not get it")
    for unused in (table.tables[0].unused,) if table else ():
        if unused:
            say(f"  {metadata} names {len(unused):,} files that are not in the manifest, such as {min(unused)}")


def _counted(samples: Iterable[Sample], counts: "Counter[str]") -> Iterator[Sample]:
    for sample in samples:
        if sample.tags:
            counts.update(sample.tags)
        yield sample
