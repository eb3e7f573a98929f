"""What `burnish scan` says when it is done: a few lines on stderr, and a table for a person who sees no manifest."""

from typing import TYPE_CHECKING

from cli.terminal import console, printable, say

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from curate.known import Known
    from curate.labels import Labeller
    from curate.scan import Tally

_SHOWN = 5


def say_tally(tally: "Tally", labeller: "Labeller", known: "Known | None", seconds: float) -> None:
    """Say on stderr what was scanned, what was left out and what is wrong."""
    files = tally.kinds.total()
    kinds = " and ".join(f"{count:,} {_of_kind(kind, count)}" for kind, count in tally.kinds.most_common())
    reused = f" ({known.reused:,} unchanged)" if known else ""
    say(f"scanned {kinds or 'no media files'}{reused} in {seconds:.1f} s, {files / max(seconds, 1e-9):,.0f} files/s")
    for (severity, check), count in sorted(tally.findings.items()):
        say(f"  {severity} {check}: {count:,}, such as {tally.examples[check]}")
    if tally.others:
        say(f"  other files, left out: {tally.others.total():,} ({_top(tally.others)})")
    for problem in tally.unreachable[:_SHOWN]:
        say(f"  left out: {problem}")
    if len(tally.unreachable) > _SHOWN:
        say(f"  left out: {len(tally.unreachable) - _SHOWN:,} more links, folders or devices")
    if tally.unmatched:
        say(f"  {tally.unmatched:,} names do not match the pattern, such as {tally.first_unmatched}")
    for table in labeller.metadata.tables if labeller.metadata else ():
        if table.unused:
            say(f"  {table.source} names {len(table.unused):,} files that are not there, such as {min(table.unused)}")
        if table.left_out:
            say(f"  {table.source}: lists and objects are no tags: {', '.join(sorted(table.left_out))}")


def show_tally(tally: "Tally", paths: "Sequence[str]") -> None:
    """Show on a terminal what the manifest would say, and how to keep it."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column("files", justify="right")
    table.add_column("most often", overflow="fold")
    for name, counts in (("kinds", tally.kinds), ("labels", tally.labels), ("splits", tally.splits)):
        table.add_row(f"{len(counts):,} {name}", f"{counts.total():,}", _top(counts))
    for (severity, check), count in sorted(tally.findings.items()):
        style = "red" if severity == "error" else "yellow"
        table.add_row(f"{severity} {check}", f"{count:,}", printable(tally.examples[check]), style=style)
    typed = " ".join(paths)
    console().print(table)
    console().print(f"keep it:  burnish scan {typed} -o set.jsonl\ngo on:    burnish scan {typed} | burnish balance")


def _top(counts: "Counter[str]") -> str:
    shown = ", ".join(f"{printable(name)} {count:,}" for name, count in counts.most_common(_SHOWN))
    return shown + (", …" if len(counts) > _SHOWN else "")


def _of_kind(kind: str, count: int) -> str:
    return {"image": "image" if count == 1 else "images", "audio": "audio files"}.get(kind, "files")
