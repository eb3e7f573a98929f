"""What `burnish dedup --similar` says: pairs of samples that are alike in an embedding."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, Table
from cli.io.terminal import say

if TYPE_CHECKING:
    from curate.duplicates.similar import Similar

_SAID = 20


def report(found: "Similar") -> Report:
    """Return the pairs as a table."""
    columns = [
        Column("first", "sample"),
        Column("second", "and"),
        Column("cosine", "cosine", "number"),
        Column("labels", "different labels"),
        Column("splits", "different splits"),
    ]
    rows = [
        Row((one.first, one.second, one.cosine, " / ".join(one.labels), " / ".join(one.splits))) for one in found.pairs
    ]
    return Report([Table("similar", "Similar samples", columns, rows)], [summary(found)])


def summary(found: "Similar") -> str:
    """Return the sum in a sentence."""
    labels, splits = (sum(bool(one.labels) for one in found.pairs), sum(bool(one.splits) for one in found.pairs))
    return (
        f"{len(found.pairs):,} pairs of {found.samples:,} samples have a cosine of {found.threshold:.4f} or more "
        f"({found.source}); {labels:,} with different labels, {splits:,} across splits; nothing was dropped"
    )


def say_similar(found: "Similar", *, listed: bool) -> None:
    """Say on stderr what was found: the most similar pairs by name, and the sum."""
    for one in found.pairs[:_SAID] if listed else ():
        notes = f"; labels {' / '.join(one.labels)}" if one.labels else ""
        notes += f"; leak: {' / '.join(one.splits)}" if one.splits else ""
        say(f"  {one.cosine:.4f}: {one.first} and {one.second}{notes}")
    if listed and len(found.pairs) > _SAID:
        say(f"  … and {len(found.pairs) - _SAID:,} more pairs; all: --json")
    say(summary(found))
