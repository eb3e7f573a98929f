"""What a filter shows a person instead of thousands of lines of JSON."""

import sys
from typing import TYPE_CHECKING

from cli.io.terminal import console, printable
from curate.ground.command_line import quoted
from curate.ground.json import Decoder
from curate.records.manifest_counts import Seen, Tally
from curate.records.reader import decode_line

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

_SHOWN = 5


def show(lines: "Iterable[bytes]") -> None:
    """Take the lines of a manifest, show what they hold as a table, and say how to keep them or go on."""
    decoder = Decoder(Seen)
    tally = Tally()
    for line in lines:
        tally.add(decode_line(line, decoder))
    _print_table(tally)
    # The command as it was typed, so that it can be copied; without a fold, or a copy would have a line end in it.
    typed = " ".join(("burnish", *map(quoted, sys.argv[1:])))
    console().print(f"keep it:  {typed} -o set.jsonl\ngo on:    {typed} | burnish balance", soft_wrap=True)


def top(counts: "Counter[str]") -> str:
    """Return the most frequent names with their counts, in one line."""
    shown = ", ".join(f"{printable(name)} {count:,}" for name, count in counts.most_common(_SHOWN))
    return shown + (", …" if len(counts) > _SHOWN else "")


def kinds_in_words(kinds: "Counter[str]") -> str:
    """Return how many samples are of kinds that burnish does not know, and of which."""
    count = kinds.total()
    return f"{count:,} {'sample is' if count == 1 else 'samples are'} of another kind ({top(kinds)})"


def _print_table(tally: Tally) -> None:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column("samples", justify="right")
    table.add_column("most often", overflow="fold")
    table.add_row("all", f"{tally.samples:,}", "")
    for name, counts in (("kinds", tally.kinds), ("labels", tally.labels), ("splits", tally.splits)):
        if counts:
            table.add_row(f"{len(counts):,} {name}", f"{counts.total():,}", top(counts))
    for (severity, check), count in sorted(tally.findings.items()):
        style = "red" if severity == "error" else "yellow"
        table.add_row(f"{severity} {check}", f"{count:,}", printable(tally.examples[check]), style=style)
    console().print(table)
