"""Taking back the changes of a journal, the last one first."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from curate.journal.apply import perform
from curate.journal.batch import BATCH
from curate.journal.steps import Step, step_back
from curate.journal.undoable import Undone, undoable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curate.journal.journal import Journal
    from curate.journal.records import Change, State


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
    status: Undone
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
        try:
            for taken in batch.foresee() if dry_run else batch.run():
                refused += taken.status != "undone"
                yield taken
        except OSError as error:
            raise journal.stopped(error) from None
    if not refused and not dry_run:
        _leave_folders(journal)


class _Batch:
    """Changes that are taken back together, and do not depend on each other."""

    def __init__(self, journal: "Journal") -> None:
        self._ledger, self._places = journal.ledger, journal.places
        self._changes: list[Change] = []
        self._touched: set[str] = set()

    def takes(self, change: "Change") -> bool:
        """Return whether a change fits in: those before it neither bring nor take away a file that it is about."""
        return len(self._changes) < BATCH and self._touched.isdisjoint((change.source, change.target))

    def add(self, change: "Change") -> None:
        """Take up a change."""
        self._changes.append(change)
        if change.kind != "folder":
            self._touched.add(change.target)
        if change.kind == "move":
            self._touched.add(change.source)

    def foresee(self) -> "Iterator[Taken]":
        """Yield what would become of each change other than a folder."""
        for change in self._changes:
            if change.kind != "folder" and os.path.lexists(self._places.absolute(change.target)):
                yield self._taken(change, *undoable(change, self._places))

    def run(self) -> "Iterator[Taken]":
        """Take the changes back, and yield what became of each but folders.

        Raises:
            OSError: The disk is full or cannot be written.
        """
        steps, results = self._plan()
        self._mark("undoing", set(steps))
        self._ledger.commit()
        error = perform(list(steps.values()))
        for number, step in steps.items():
            results[number] = _result(step)
        self._remove_folders(results)
        under_way = {step.number for step in steps.values() if step.is_under_way()}
        self._mark("undone", {n for n, (status, _) in results.items() if status == "undone"})
        self._mark("done", {n for n, (status, _) in results.items() if status != "undone"} - under_way)
        self._ledger.flush()
        yield from (self._taken(change, *results[change.id]) for change in self._changes if change.kind != "folder")
        if error:
            raise error

    def _plan(self) -> "tuple[dict[int, Step], dict[int, tuple[Undone, str]]]":
        """Return the steps for what can be taken back, and the results that are known without one."""
        steps, results = {}, {}
        for change in self._changes:
            if change.kind == "folder":
                continue
            status, detail = undoable(change, self._places)
            if status == "undone" and os.path.lexists(self._places.absolute(change.target)):
                steps[change.id] = step_back(change, self._places)
            else:
                results[change.id] = status, detail
        return steps, results

    def _remove_folders(self, results: "dict[int, tuple[Undone, str]]") -> None:
        for change in self._changes:
            if change.kind == "folder":
                path = self._places.absolute(change.target)
                with suppress(OSError):
                    os.rmdir(path)
                results[change.id] = ("failed", "not empty") if os.path.isdir(path) else ("undone", "")

    def _mark(self, state: "State", numbers: "Iterable[int]") -> None:
        self._ledger.mark(state, sorted(numbers))

    def _taken(self, change: "Change", status: "Undone", detail: str) -> Taken:
        source, target = (os.path.normpath(self._places.absolute(path)) for path in (change.source, change.target))
        return Taken(change.kind, source, target, status, detail)


def _leave_folders(journal: "Journal") -> None:
    """Give up the folders that have files of someone else in them; a journal with nothing left goes when it is closed.

    If one is empty, it could not be removed, and nor could those above it: they are left for the next call.
    """
    left = [*journal.ledger.ids("done")]
    if all(os.listdir(journal.places.absolute(journal.ledger.change(number).target)) for number in left):
        journal.ledger.mark("undone", left)


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


def _result(step: Step) -> "tuple[Undone, str]":
    match step.status:
        case "done":
            return "undone", ""
        case "exists" | "changed" | "failed" | "vanished" as status:
            return status, step.detail
        case _:
            return "failed", "not tried any more"
