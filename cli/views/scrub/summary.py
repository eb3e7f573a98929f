"""What `burnish scrub` says on stderr: what was found, what becomes of it, what is left."""

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.io.terminal import printable, say
from curate.ground.command_line import call, plain, quoted
from curate.journal.tree import JOURNAL
from curate.scrub.samples import ORIGINALS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from curate.journal import Outcome
    from curate.scrub.scrub import Report

_PLACES, _FAILURES = 4, 10


def say_report(report: "Report", *, applied: bool) -> None:
    """Say what was found of each kind, the gravest first, with an example."""
    told = report.samples - report.clean - sum(count for count, _ in report.refused.values())
    say(f"{told:,} of {report.samples:,} files say something beside their pixels or samples")
    for what, seen in report.found.items():
        places = [*seen.where][:_PLACES]
        more = f", {len(seen.where) - _PLACES:,} more" if len(seen.where) > _PLACES else ""
        say(f"  {what:9} {seen.files:8,} files: {', '.join(map(printable, places))}{more}")
        say(f"            such as {printable(seen.example)}")
    for key, count in report.replaced.items():
        say(f"  {key}: {count:,} values {'replaced' if applied else 'to replace'}")
    for name, count in report.rewritten.items():
        say(f"  {name}: names {'taken out' if applied else 'to take out'} in {count:,} samples")
    if report.renamed:
        say(f"  {report.renamed:,} files {'have' if applied else 'get'} other names")
    _say_counts("left", report.left)
    _say_counts("cannot be scrubbed", report.refused)
    if not applied:
        say("nothing was changed; do it with --apply, and --into DIR or --in-place")


def _say_counts(what: str, counts: "Mapping[str, tuple[int, str]]") -> None:
    for reason, (count, example) in counts.items():
        say(f"  {what}: {count:,}, such as {printable(example)}: {reason}")


@contextmanager
def way_on(into: str) -> "Iterator[None]":
    """Say how to go on where it ends half-way: in place, originals may be set aside that have no copy yet."""
    try:
        yield
    except (KeyboardInterrupt, OSError):
        if os.path.exists(os.path.join(into, JOURNAL)):
            way_back = call("undo", f"{into}/{JOURNAL}")
            say(f"not all was done: the same command again does the rest, and {way_back} takes it back")
        raise


def say_way_back(into: str, *, in_place: bool) -> None:
    """Say how it is taken back, and where what was taken out still is."""
    say(f"take it back with: {call('undo', f'{into}/{JOURNAL}')}")
    if in_place:
        say(f"the originals are in {into}/{ORIGINALS}, with all that they say; without them there is no way back:")
        # In quotes: `rm -r my data/.originals` would remove another folder, `my`.
        say(f"  rm -r {quoted(plain(f'{into}/{ORIGINALS}'))} {quoted(plain(f'{into}/{JOURNAL}'))}")


def say_failures(failures: "Sequence[Outcome]") -> None:
    """Say which files are not at their place, and why."""
    for outcome in failures[:_FAILURES]:
        say(f"  not done: {printable(outcome.operation.target)}: {outcome.status}: {outcome.detail}")
    if len(failures) > _FAILURES:
        say(f"  not done: {len(failures) - _FAILURES:,} more")
