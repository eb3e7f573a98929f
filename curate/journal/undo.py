"""Taking back the changes of a journal, the last one first."""

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import msgspec

from curate.journal.apply import perform
from curate.journal.batch import BATCH
from curate.journal.crash_state import is_made, same_content
from curate.journal.steps import Step, step_back, step_forward

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curate.journal.journal import Journal
    from curate.journal.records import Change, State
    from curate.journal.tree import Tree

Undone = Literal["undone", "gone", "exists", "vanished", "changed", "failed"]
_EDITED = "it is not what was made there"


class Taken(msgspec.Struct, frozen=True):
    """What became of the undoing of one change.

    Attributes:
        kind: `move`, `copy`, `hardlink`, `symlink` or `create`.
        source: Absolute path of the file before the change.
        target: Absolute path of the file after the change.
        status: `undone`; `gone`: there was nothing to do, it had been removed or put back by hand; or why it was not: a
            file with its old name appeared meanwhile (`exists`), it is not there any more (`vanished`), it is not what
            was made, or the only one left (`changed`), the system refused (`failed`).
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
    repeating it. When nothing is left, the journal goes as well, and the folders that were made for it. Where nothing
    of what it says was made is there, everything stays, the journal too: it may have been copied to another folder.

    Args:
        journal: Opened by `Journal.find`.
        dry_run: Only say what would happen.

    Raises:
        BurnishError: The disk is full or cannot be written.
    """
    try:
        here = _anything_here(journal)
    except OSError as error:
        raise journal.stopped(error) from None
    if not here:
        for number in journal.file.ids("done"):
            if (change := journal.file.change(number)).kind != "folder":
                yield _taken(journal.tree, change, *undoable(change, journal.tree))
        return
    refused = 0
    for batch in _batches(journal, dry_run=dry_run):
        try:
            for taken in batch.foresee() if dry_run else batch.run():
                refused += taken.status not in {"undone", "gone"}
                yield taken
        except OSError as error:
            raise journal.stopped(error) from None
    if not refused and not dry_run:
        _leave_folders(journal)


class _Batch:
    """Changes that are taken back together, and do not depend on each other."""

    def __init__(self, journal: "Journal") -> None:
        self._file, self._tree = journal.file, journal.tree
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
            if change.kind != "folder":
                yield _taken(self._tree, change, *undoable(change, self._tree))

    def run(self) -> "Iterator[Taken]":
        """Take the changes back, and yield what became of each but folders.

        Raises:
            OSError: The disk is full or cannot be written.
        """
        steps, results = self._plan()
        self._mark("undoing", set(steps))
        self._file.commit()
        error = perform(self._tree, list(steps.values()))
        for number, step in steps.items():
            results[number] = _result(step)
        self._remove_folders(results)
        under_way = {step.number for step in steps.values() if step.is_under_way()}
        ended = {n for n, (status, _) in results.items() if status in {"undone", "gone"}}
        self._mark("undone", ended)
        self._mark("done", results.keys() - ended - under_way)
        self._file.flush()
        for change in self._changes:
            if change.kind != "folder":
                yield _taken(self._tree, change, *results[change.id])
        if error:
            raise error

    def _plan(self) -> "tuple[dict[int, Step], dict[int, tuple[Undone, str]]]":
        """Return the steps for what can be taken back, and the results that are known without one."""
        steps: dict[int, Step] = {}
        results: dict[int, tuple[Undone, str]] = {}
        for change in self._changes:
            if change.kind == "folder":
                continue
            status, detail = undoable(change, self._tree)
            if status == "undone":
                steps[change.id] = step_back(change, self._tree)
            else:
                results[change.id] = status, detail
        return steps, results

    def _remove_folders(self, results: "dict[int, tuple[Undone, str]]") -> None:
        for change in self._changes:
            if change.kind == "folder":
                path = self._tree.absolute(change.target)
                with suppress(OSError):
                    self._tree.rmdir(path)
                results[change.id] = ("failed", "not empty") if self._tree.is_folder(path) else ("undone", "")

    def _mark(self, state: "State", numbers: "Iterable[int]") -> None:
        self._file.mark(state, sorted(numbers))


def _taken(tree: "Tree", change: "Change", status: "Undone", detail: str) -> Taken:
    return Taken(change.kind, tree.absolute(change.source), tree.absolute(change.target), status, detail)


def _anything_here(journal: "Journal") -> bool:
    """Return whether anything that the journal says was made is in its folder, or was put back by hand.

    Where only folders are left to be taken back, an undo was killed between removing them and saying so.
    """
    tree, numbers = journal.tree, [*journal.file.ids("done", "pending", "undoing")]
    for number in numbers:
        change = journal.file.change(number)
        if tree.status(tree.absolute(change.target)) is not None:
            return True
        if change.kind == "move" and undoable(change, tree)[0] == "gone":
            return True
    return all(journal.file.change(number).kind == "folder" for number in numbers)


def _leave_folders(journal: "Journal") -> None:
    """Give up the folders that have files of someone else in them; a journal with nothing left goes when it is closed.

    If one is empty, it could not be removed, and nor could those above it: they are left for the next call.
    """
    left = [*journal.file.ids("done")]
    folders = (journal.tree.absolute(journal.file.change(number).target) for number in left)
    if all(_holds_something(journal.tree, folder) for folder in folders):
        journal.file.mark("undone", left)


def _holds_something(tree: "Tree", path: str) -> bool:
    with tree.syncable(path) as folder:
        return bool(os.listdir(folder))


def undoable(change: "Change", tree: "Tree") -> "tuple[Undone, str]":
    """Return `undone` for what can be taken back, `gone` for what was by hand; else why not."""
    step = step_forward(change, tree)
    there = tree.status(step.target)
    if change.kind == "move":
        return _refuse_move(tree, step, change, there)
    if there is None:
        return "gone", ""
    if change.kind == "create":
        return ("undone", "") if same_content(tree, step.target, change.digest) else ("changed", _EDITED)
    if not is_made(tree, step):
        return "changed", _EDITED
    if change.kind == "copy" and not _looks_unchanged(tree, step.source, change):
        return "changed", "the file that it was copied from is gone or changed, so this is the only one left"
    return "undone", ""


def _refuse_move(tree: "Tree", step: Step, change: "Change", there: os.stat_result | None) -> "tuple[Undone, str]":
    """Say why a file cannot be moved back; `undone` if it can."""
    before = tree.status(step.source)
    if there is None:
        if before is not None and _looks_unchanged(tree, step.source, change):
            return "gone", ""
        return "vanished", "it is not there any more"
    if before is not None:
        return "exists", "something with its old name appeared meanwhile"
    if stat.S_ISDIR(there.st_mode):
        return "changed", "a folder is there now"
    if not tree.is_folder(os.path.dirname(step.source)):
        return "failed", "its old folder is not there any more: make it, and repeat the command"
    return "undone", ""


def _looks_unchanged(tree: "Tree", path: str, change: "Change") -> bool:
    """Return whether a file is still the one that was planned with."""
    status = tree.status(path)
    if status is None:
        return False
    if (status.st_size, status.st_mtime_ns) == (change.bytes, change.mtime_ns):
        return True
    return change.digest is not None and same_content(tree, path, change.digest)


def _batches(journal: "Journal", *, dry_run: bool) -> "Iterator[_Batch]":
    batch = _Batch(journal)
    # Of what is under way, nothing is settled in a dry run; elsewhere there is nothing under way.
    for number in journal.file.ids("done", "pending", "undoing") if dry_run else journal.file.ids("done"):
        change = journal.file.change(number)
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
