"""`burnish tag`: slices of a dataset by name."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from cli import options
from cli.effects import Effect, Place
from cli.io import streams
from cli.io.summary import top
from cli.io.terminal import say
from cli.views.scan.labels import say_table
from curate.ground.errors import UsageError
from curate.query.tags import AUTO_TAGS, add_tags, auto_rules, compile_tag
from curate.records.reader import read, read_as
from curate.records.sample import Sample, View
from curate.review.relabel import TABLE, Relabelled, give_labels
from curate.scan.metadata import Metadata


def tag(
    manifest: options.Manifest = None,
    auto: Annotated[bool, typer.Option("--auto", help=f"Add {', '.join(AUTO_TAGS)} by the facts.")] = False,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="TAG=EXPR", help="Add TAG where EXPR is true."), Effect.VALUE
    ] = None,
    metadata: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Add the columns of a .csv, .tsv, .jsonl or .parquet that names files; label relabels."
        ),
        Effect.READS,
        Place.STORES,
    ] = None,
    path_column: options.PathColumn = None,
    label_column: options.LabelColumn = None,
    relabel: Annotated[
        bool, typer.Option("--relabel/--no-relabel", help="Whether labels of the metadata replace those there are.")
    ] = True,
    output: options.Output = None,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Add tags to samples: the slices that accuracy is looked at by.

    A tag is a name or key=value. An expression compares facts, as in select --where. Tags are only ever added. A label
    that the metadata's column label (or --label-column) changes is kept in the sample; relabel --undo takes it back.

    [bold]Examples[/bold]

    burnish tag set.jsonl --auto -o set.jsonl

    burnish tag set.jsonl --set 'tiny=image.width < 64' --set 'size=large=image.width > 2000'

    burnish scan data/ | burnish tag --metadata weather.csv | burnish balance --by tag:weather

    burnish tag set.jsonl --metadata corrections.csv --label-column right -o set.jsonl
    """
    streams.check_output(output)
    rules = [*(auto_rules() if auto else ()), *map(compile_tag, settings or ())]
    table = Metadata(metadata, path_column, label_column) if metadata else None
    if not rules and not table:
        raise UsageError("nothing to add: give --auto, --set TAG=EXPR or --metadata FILE")
    added: Counter[str] = Counter()
    given = Relabelled()
    with streams.passes(manifest) as file:
        if table:
            table.prepare((sample.path, "") for sample in read_as(file, _Path))
            file.seek(0)
        tagged = add_tags(read(file), rules, table)
        if table and table.named and relabel:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            tagged = give_labels(tagged, partial(_label_of, table), TABLE, now, given)
        streams.write_samples(_counted(tagged, added), output)
    say(f"tags by number of samples: {top(added) or 'none'}")
    for name, expression in rules:
        if expression.missing and not auto:
            say(f"  {expression.missing:,} samples lack a fact of {name}, and do not get it")
    if given.changed:
        pairs = Counter({f"{before or 'none'} to {after}": n for (before, after), n in given.changed.items()})
        say(f"new labels: {top(pairs)}; take them back with: burnish relabel --undo")
    if table and table.named:
        say_table(table.named)


class _Path(View):
    path: str


def _label_of(table: Metadata, sample: Sample) -> str | None:
    """Return the label that a table gives, where its column is called label or was named."""
    found, row = table.lookup(sample.path, "")
    return row.label if found and row and (found.gives_labels or sample.label is None) else None


def _counted(samples: Iterable[Sample], counts: "Counter[str]") -> Iterator[Sample]:
    for sample in samples:
        if sample.tags:
            counts.update(sample.tags)
        yield sample
