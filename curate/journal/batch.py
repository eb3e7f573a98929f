"""Operations on files, planned and done in batches: one sync of the journal for many of them."""

import os
from typing import TYPE_CHECKING

from curate.journal.apply import DISK_IS_FULL, perform
from curate.journal.fs import digest_of, sync
from curate.journal.operations import Operation, Outcome, Refused, look_at
from curate.journal.records import Change
from curate.journal.steps import Step, step_forward
from curate.journal.tree import Tree, check_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from curate.journal.journal_file import JournalFile

BATCH = 1024
_BATCH_BYTES = 1 << 28


class Batch:
    """Operations that are written to the journal, done and marked together.

    Args:
        file: The journal's file.
        tree: The disk below and around its folder.
        done: Gives the change that an earlier call made at a target.
    """

    def __init__(self, file: "JournalFile", tree: Tree, done: "Callable[[str], Change | None]") -> None:
        self._file, self._tree, self._done = file, tree, done
        self._entries: list[tuple[Operation, Step | Refused]] = []
        self._folders: dict[str, int] = {}
        self._targets: set[str] = set()
        self._bytes = 0

    def add(self, operation: Operation) -> None:
        """Plan an operation.

        Raises:
            UsageError: Its target is outside the folder.
        """
        check_target(operation.target)
        try:
            self._entries.append((operation, self._plan(operation)))
        except Refused as refused:
            self._entries.append((operation, refused))
        except (OSError, ValueError) as error:
            detail = (isinstance(error, OSError) and error.strerror) or str(error)
            self._entries.append((operation, Refused("failed", detail)))

    def is_full(self) -> bool:
        """Return whether the batch is large enough to be worth a sync."""
        return len(self._entries) >= BATCH or self._bytes >= _BATCH_BYTES

    def run(self) -> "Iterator[Outcome]":
        """Do what was planned, and yield what became of each operation, in order.

        Raises:
            OSError: The disk is full or cannot be written; the journal knows what was done until then.
        """
        error = self._execute() if self._targets else None
        for operation, entry in self._entries:
            if entry.status:
                yield Outcome(operation, entry.status, entry.detail)
        if error:
            raise error

    def _plan(self, operation: Operation) -> Step:
        """Look at the disk, take the change up into the journal, and return the step that does it."""
        path = self._tree.absolute(operation.target)
        self._check_target(operation, path)
        source, status = look_at(operation)
        digest = operation.digest
        if digest is None and operation.kind in {"copy", "create"}:
            digest = digest_of(source)
        link = self._tree.relative(source, os.path.dirname(path)) if operation.kind == "symlink" else None
        self._plan_folders(operation.target)
        change = Change(
            id=self._file.count(),
            kind=operation.kind,
            target=operation.target,
            source=self._tree.relative(source),
            bytes=status.st_size,
            mtime_ns=status.st_mtime_ns,
            digest=digest,
            link=link,
        )
        self._file.add(change)
        self._targets.add(operation.target)
        self._bytes += status.st_size if operation.kind == "copy" else 0
        return step_forward(change, self._tree)

    def _check_target(self, operation: Operation, path: str) -> None:
        """Refuse a target that is taken; one that this very operation made in an earlier call is done already."""
        there = self._tree.status(path) is not None
        before = self._done(operation.target) if there else None
        if before and before.kind == operation.kind:
            same = operation.kind == "create" or before.source == self._source_of(operation)
            if same and (before.digest is None or operation.digest in {None, before.digest}):
                raise Refused("already")
        if there or operation.target in self._targets:
            raise Refused("exists", "something else is at the target")

    def _source_of(self, operation: Operation) -> str:
        """Return the source as the journal would have it, though a moved one is not there any more."""
        follow = operation.kind != "move" and os.path.islink(operation.source)
        return self._tree.relative(os.path.realpath(operation.source) if follow else operation.source)

    def _plan_folders(self, target: str) -> None:
        """Take up the folders above a target that have to be made, the outermost first."""
        parts = target.split("/")[:-1]
        for end in range(len(parts), 0, -1):
            folder = "/".join(parts[:end])
            if folder in self._folders or self._tree.is_folder(self._tree.absolute(folder)):
                break
        else:
            end = 0
        for missing in range(end + 1, len(parts) + 1):
            folder = "/".join(parts[:missing])
            self._folders[folder] = self._file.count()
            self._file.add(Change(id=self._file.count(), kind="folder", target=folder))

    def _execute(self) -> OSError | None:
        steps = [entry for _, entry in self._entries if isinstance(entry, Step)]
        made: list[int] = []
        try:
            self._file.commit()
            error = self._make_folders(made) or perform(self._tree, [step for step in steps if self._has_folder(step)])
            done = made + [step.number for step in steps if step.status == "done"]
            under_way = [step.number for step in steps if step.is_under_way()]
            rest = {*self._folders.values(), *(step.number for step in steps)}.difference(done, under_way)
            self._file.mark("done", done)
            self._file.mark("dropped", sorted(rest))
            self._file.flush()
        except OSError as stopped:
            return stopped
        return error

    def _make_folders(self, made: list[int]) -> OSError | None:
        self._problems: dict[str, str] = {}
        parents: set[str] = set()
        for folder, number in self._folders.items():
            path = self._tree.absolute(folder)
            try:
                self._tree.mkdir(path)
                made.append(number)
                parents.add(os.path.dirname(path))
            except FileExistsError:
                pass  # someone else made it meanwhile, so undo leaves it
            except OSError as error:
                if error.errno in DISK_IS_FULL:
                    return error
                self._problems[path] = error.strerror or str(error)
        sync(self._tree, parents)
        return None

    def _has_folder(self, step: Step) -> bool:
        if self._problems and (problem := self._problems.get(os.path.dirname(step.target))):
            step.status, step.detail = "failed", f"its folder cannot be made: {problem}"
        return step.status is None
