"""What `burnish scan` says on stderr when it is done."""

from typing import TYPE_CHECKING

from cli.io.summary import top
from cli.io.terminal import say

if TYPE_CHECKING:
    from curate.scan.labels import Labeller
    from curate.scan.scan import ScanTally
    from curate.scan.scan_cache import Known

_SHOWN = 5
_KINDS = {("image", True): "image", ("image", False): "images", ("audio", False): "audio files"}


def say_tally(
    tally: "ScanTally", labeller: "Labeller", known: "Known | None", seconds: float, *, summarized: bool
) -> None:
    """Say on stderr what was scanned, what was left out and what is wrong."""
    files = tally.kinds.total()
    kinds = " and ".join(
        f"{count:,} {_KINDS.get((kind, count == 1), _KINDS.get((kind, False), 'files'))}"
        for kind, count in tally.kinds.most_common()
    )
    reused = f" ({known.reused:,} unchanged)" if known else ""
    say(f"scanned {kinds or 'no media files'}{reused} in {seconds:.1f} s, {files / max(seconds, 1e-9):,.0f} files/s")
    # On a terminal the summary shows the findings.
    for (severity, check), count in sorted(tally.findings.items()) if not summarized else ():
        say(f"  {severity} {check}: {count:,}, such as {tally.examples[check]}")
    # What was not scanned is said group by group: a silent rest would look as if it had been sound.
    if tally.others:
        say(f"  other files, left out: {tally.others.total():,} ({top(tally.others)})")
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
