"""`burnish clean --fix`: mend the files of a manifest, and say what was found, done, and left and why."""

import os
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.io import streams, terminal
from cli.io.terminal import printable, say
from cli.io.words import counted
from curate.ground.command_line import call
from curate.ground.errors import GateError, InputError
from curate.journal.tree import JOURNAL
from curate.media.repair.behind import NOTHING
from curate.records.writer import encode
from curate.repair.fixes import EXTENSION, ORIENTATION, TRAILING
from curate.repair.places import ORIGINALS, Places
from curate.repair.repair import Repair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.io.replayable_pipe import Rereadable
    from curate.repair.repair import Report

_FAILURES = 5
_WORDS = {EXTENSION: "renamed", ORIENTATION: "turned upright", TRAILING: "cut where the format ends"}


@contextmanager
def mended(file: "Rereadable", fixes: frozenset[str], base: str, *, apply: bool) -> "Iterator[Rereadable]":
    """Mend the files of a manifest, and give its lines as they are then; without `apply`, only say what would be done.

    Raises:
        InputError: Not one of the files can be read, or one is in a store.
        GateError: Some files could not be changed; nothing of them is lost, and no manifest is written.
    """
    repair = Repair(fixes, Places.of(streams.again(file), base))
    journal = f"{os.path.relpath(repair.places.common)}/{JOURNAL}"
    way_back = call("undo", journal)
    was_there = os.path.exists(journal)
    with terminal.progress("repair", lambda: sum(1 for _ in streams.again(file))) as progressing:
        samples = progressing(streams.again(file))
        try:
            (repair.apply if apply else repair.look)(samples)
        except (KeyboardInterrupt, OSError):
            if os.path.exists(journal):
                say(f"not all was done: the same command again does the rest, and {way_back} takes it back")
            raise
    if repair.report.looked_at and repair.report.looked_at == repair.report.unreadable:
        raise InputError("not one of the files can be read; are they in another folder? name it with --root FOLDER")
    say_repair(repair.report, applied=apply)
    if apply and repair.report.files:
        earlier = "; its journal has earlier changes too, and they would be taken back with it" if was_there else ""
        say(f"take it back with: {way_back}{earlier}")
        if repair.report.done.keys() - {EXTENSION}:
            say(f"  the originals are kept in {os.path.relpath(repair.places.common)}/{ORIGINALS}")
    if failures := repair.report.failures:
        for outcome in failures[:_FAILURES]:
            say(f"  not done: {printable(outcome.operation.target)}: {outcome.status}: {outcome.detail}")
        raise GateError(
            f"{counted(len(failures), 'file')} could not be changed, and no manifest was written; mend that and repeat "
            f"the command to go on, or take all of it back: {way_back}"
        )
    if not repair.repaired:
        file.seek(0)
        yield file
        return
    with tempfile.TemporaryFile() as kept:
        for sample in streams.again(file):
            kept.write(encode(repair.follow(sample)) + b"\n")
        kept.seek(0)
        yield kept


def say_repair(report: "Report", *, applied: bool) -> None:
    """Say what was, or would be, done to files, what stands behind their ends, and what cannot be mended and why."""
    would = "" if applied else "would be "
    if not report.done:
        say(f"fix: nothing to mend in {counted(report.looked_at, 'file')}")
    for fix, found in report.done.items():
        say(f"fix {fix}: {counted(found.files, 'file')} {would}{_WORDS[fix]}, such as {printable(found.example)}")
    # What somebody put there goes first: a picture that is a zip as well is worth a look before it is cut.
    for kind, found in sorted(report.behind.items(), key=lambda item: item[0] in NOTHING):
        where = f"{counted(found.files, 'file')}, {found.bytes:,} bytes, such as {printable(found.example)}"
        say(f"  {'' if kind in NOTHING else 'look: '}{kind} behind the end of {where}")
    if report.numbered:
        say(f"  {counted(report.numbered, 'name')} with a number, as the right one is taken")
    for (fix, reason), found in report.refused.items():
        what = "left as it is" if fix == "all" else f"{fix} not mended"
        say(f"  {what}: {counted(found.files, 'file')}, such as {printable(found.example)}: {reason}")
    if report.done and not applied:
        say("nothing was changed; do it with --apply")
