"""Taking back the changes of a journal, the last one first."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import msgspec

from curate.errors import BurnishError
from curate.journal.batch import BATCH
from curate.journal.moves import Step, is_made, perform, same_content
from curate.journal.recovery import step_back, step_forward

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curate.journal.keeper import Journal
    from curate.journal.records import Change, State

_Status = Literal["undone", "exists", "vanished", "changed", "failed"]


class Taken(msgspec.Struct, frozen=True):
    """What became of the undoing of one change.

    Attributes:
        kind: `move`, `copy`, `hardlink`, `symlink` or `create`.
        source: Absolute path of the file before the change.
        target: Absolute path of the file after the change.
        status: `undone`; or why it was not: a file with its old name appeared meanwhile (`exists`), it is not there
            any more (`vanished`), it is not what was made, or the only one left (`changed`), the system refused
            (`failed`).
        detail: Why, for people; empty if it was undone.
    """

    kind: str
    source: str
    target: str
    status: _Status
    detail: str = ""


def take_back(journal: "Journal", *, dry_run: bool = False) -> "Iterator[Taken]":
    """Take back all changes, the last one first, and yield what became of each; those refused stay as they are.

    Nothing is overwritten, and nothing is removed that exists nowhere else. A call that was killed is completed by
    repeating it. When nothing is left, the journal goes as well, and the folders that were made for it.

    Args:
        journal: Opened by `Journal.find`.
        dry_run: Only say what would happen.

    Raises:
        BurnishError: The disk is full or cannot be written.
    """
    refused = 0
    for batch in _batches(journal, dry_run=dry_run):
        for taken in batch.foresee() if dry_run else batch.run():
            refused += taken.status != "undone"
            yield taken
    if not refused and not dry_run:
        journal.discard()


class _Batch:
    """Changes that are taken back together, and do not depend on each other."""

    def __init__(self, journal: "Journal") -> None:
        self._ledger, self._places = journal.ledger, journal.places
        self._changes: list[Change] = []
        self._restored: set[str] = set()

    def takes(self, change: "Change") -> bool:
        """Return whether a change fits in: the ones before it do not bring back the files that it needs."""
        return len(self._changes) < BATCH and not {change.source, change.target} & self._restored

    def add(self, change: "Change") -> None:
        """Take up a change."""
        self._changes.append(change)
        if change.kind == "move":
            self._restored.add(change.source)

    def foresee(self) -> "Iterator[Taken]":
        """Yield what would become of each change other than a folder."""
        for change in self._changes:
            if change.kind != "folder" and os.path.lexists(self._places.absolute(change.target)):
                yield self._taken(change, *self._refusal(change))

    def run(self) -> "Iterator[Taken]":
        """Take the changes back, and yield what became of each but folders.

        Raises:
            BurnishError: The disk is full or cannot be written.
        """
        try:
            steps, results = self._plan()
            self._mark("undoing", set(steps))
            self._ledger.commit()
            error = perform(list(steps.values()))
            for number, step in steps.items():
                results[number] = _result(step)
            self._remove_folders(results)
            self._mark("undone", {number for number, (status, _) in results.items() if status == "undone"})
            self._mark("done", {number for number, (status, _) in results.items() if status != "undone"})
            self._ledger.flush()
        except OSError as stopped:
            raise self._stopped(stopped) from None
        yield from (self._taken(change, *results[change.id]) for change in self._changes if change.kind != "folder")
        if error:
            raise self._stopped(error)

    def _plan(self) -> "tuple[dict[int, Step], dict[int, tuple[_Status, str]]]":
        """Return the steps for what can be taken back, and the results that are known without one."""
        steps, results = {}, {}
        for change in self._changes:
            if change.kind == "folder":
                continue
            status, detail = self._refusal(change)
            if status == "undone" and os.path.lexists(self._places.absolute(change.target)):
                steps[change.id] = step_back(change, self._places)
            else:
                results[change.id] = status, detail
        return steps, results

    def _refusal(self, change: "Change") -> "tuple[_Status, str]":
        """Return `undone` for what can be taken back, or was by hand; else why not."""
        step = step_forward(change, self._places)
        if change.kind == "move":
            return _refuse_move(step, change)
        if not os.path.lexists(step.target):
            return "undone", ""
        if change.kind == "create":
            return ("undone", "") if same_content(step.target, change.digest) else ("changed", _EDITED)
        if not is_made(step):
            return "changed", _EDITED
        if change.kind == "copy" and not _looks_unchanged(step.source, change):
            return "changed", "the file that it was copied from is gone or changed, so this is the only one left"
        return "undone", ""

    def _remove_folders(self, results: "dict[int, tuple[_Status, str]]") -> None:
        for change in self._changes:
            if change.kind == "folder":
                path = self._places.absolute(change.target)
                with suppress(OSError):
                    os.rmdir(path)
                results[change.id] = ("failed", "not empty") if os.path.isdir(path) else ("undone", "")

    def _mark(self, state: "State", numbers: "Iterable[int]") -> None:
        self._ledger.mark(state, sorted(numbers))

    def _taken(self, change: "Change", status: "_Status", detail: str) -> Taken:
        source, target = (os.path.normpath(self._places.absolute(path)) for path in (change.source, change.target))
        return Taken(change.kind, source, target, status, detail)

    def _stopped(self, error: OSError) -> BurnishError:
        return BurnishError(f"stopped in {self._places.folder}: {error.strerror}; repeat the command to go on")


_EDITED = "it is not what was made there"


def _batches(journal: "Journal", *, dry_run: bool) -> "Iterator[_Batch]":
    batch = _Batch(journal)
    # Of what is under way, nothing is settled in a dry run; elsewhere there is nothing under way.
    for number in journal.ledger.ids("done", "pending", "undoing") if dry_run else journal.ledger.ids("done"):
        change = journal.ledger.change(number)
        if not batch.takes(change):
            yield batch
            batch = _Batch(journal)
        batch.add(change)
    yield batch


def _refuse_move(step: Step, change: "Change") -> "tuple[_Status, str]":
    """Say why a file cannot be moved back; `undone` if it can."""
    was_there = os.path.lexists(step.source)
    if not os.path.lexists(step.target):
        if was_there and _looks_unchanged(step.source, change):
            return "undone", ""
        return "vanished", "it is not there any more"
    if was_there:
        return "exists", "something with its old name appeared meanwhile"
    if os.path.isdir(step.target) and not os.path.islink(step.target):
        return "changed", "a folder is there now"
    if not os.path.isdir(os.path.dirname(step.source)):
        return "failed", "its old folder is not there any more: make it, and repeat the command"
    return "undone", ""


def _looks_unchanged(path: str, change: "Change") -> bool:
    """Return whether a file is still the one that was planned with."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    if (status.st_size, status.st_mtime_ns) == (change.bytes, change.mtime_ns):
        return True
    return change.digest is not None and same_content(path, change.digest)


def _result(step: Step) -> "tuple[_Status, str]":
    match step.status:
        case "done":
            return "undone", ""
        case "exists" | "changed" | "failed" | "vanished" as status:
            return status, step.detail
        case _:
            return "failed", "not tried any more"
