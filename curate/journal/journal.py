"""Opening, using and closing the journal of a folder."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from curate.ground.command_line import call
from curate.ground.errors import BurnishError, InputError
from curate.journal.batch import Batch
from curate.journal.crash_state import recover
from curate.journal.fs import sync_folder
from curate.journal.journal_file import NAME, JournalFile
from curate.journal.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from curate.journal.operations import Operation, Outcome
    from curate.journal.records import Change, State

_SHOWN = 3


class Journal:
    """The journal of a folder, open and locked; to be used with `with`.

    Args:
        file: Its file.
        read_only: Change nothing, and settle nothing.

    Attributes:
        file: Its file.
        tree: The disk below and around its folder.
    """

    def __init__(self, file: JournalFile, *, read_only: bool = False) -> None:
        self.file = file
        try:
            self.tree = Tree(file.folder, file.head.token if file.head else "")
        except BaseException:
            file.close()
            raise
        self._known: dict[int, int] | None = None
        self._is_read_only = read_only
        if not read_only:
            try:
                recover(file, self.tree)
            except BaseException:
                self._let_go()
                raise

    @classmethod
    def open(cls, destination: str) -> Self:
        """Open the journal of a folder, and make both if they are not there; settle what a crash left under way.

        Raises:
            InputError: The folder cannot be written to; its journal is damaged, or is another program's file.
            BurnishError: Another process is at work there.
        """
        folder = os.path.realpath(destination)
        path, made = os.path.join(folder, NAME), _missing_folders(folder)
        try:
            os.makedirs(folder, exist_ok=True)
            for new in made:
                sync_folder(os.path.dirname(new))
            return cls(_only_inside(JournalFile(path, made=made), "undoing"))
        except OSError as error:
            with suppress(OSError):
                if not os.path.getsize(path):
                    os.unlink(path)
            _remove_folders(made)
            raise InputError(f"cannot keep a journal in {destination}: {error.strerror}") from None

    @classmethod
    def find(cls, path: str, *, read_only: bool = False, outside: bool = False) -> Self:
        """Open a journal that exists, by its own name or by that of its folder.

        Args:
            path: The file or its folder.
            read_only: Change nothing, and settle nothing.
            outside: Files may be put back outside of the folder, even by a journal that is not this user's own.

        Raises:
            InputError: There is none, it would put files outside without having been allowed to, or as `open`.
            BurnishError: Another process is at work there.
        """
        folder, name = (path, NAME) if os.path.isdir(path) else os.path.split(path)
        # The folder may be reached through links, the journal itself is a file in it.
        path = os.path.join(os.path.realpath(folder), name) if name else os.path.realpath(folder)
        try:
            file = JournalFile(path, read_only=read_only)
            # What is pending, too: it is settled when the journal is opened, mostly as done, and then taken back.
            asked = file if outside or read_only else _only_inside(file, "pending", "done", "undoing")
            return cls(asked, read_only=read_only)
        except OSError as error:
            raise InputError(f"cannot open the journal {path}: {error.strerror}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: "TracebackType | None"
    ) -> None:
        if error is None:
            self.close()
        else:
            with suppress(BurnishError, OSError):
                self.close()

    def apply(self, operations: "Iterable[Operation]") -> "Iterator[Outcome]":
        """Do operations, which must not depend on each other, and yield what became of each, in order.

        They are done in batches, ahead of the outcomes that are yielded. What the journal shows as done is not done
        again, so a call that was killed is completed by repeating it.

        Raises:
            UsageError: A target is outside the folder; the operations before it may have been done.
            BurnishError: The disk is full or cannot be written; the journal knows what was done until then.
        """
        batch = Batch(self.file, self.tree, self.done)
        for operation in operations:
            batch.add(operation)
            if batch.is_full():
                yield from self._run(batch)
                batch = Batch(self.file, self.tree, self.done)
        yield from self._run(batch)

    def done(self, target: str) -> "Change | None":
        """Return the change that an earlier call made at this target, if the journal shows one as done."""
        if self._known is None:
            self._known = {hash(self.file.change(n).target): n for n in reversed([*self.file.ids("done")])}
        number = self._known.get(hash(target))
        change = self.file.change(number) if number is not None else None
        return change if change and change.target == target else None

    def staging(self) -> str:
        """Return a folder to generate files in for `create`; what is left in it is thrown away at the end."""
        self.tree.make_staging()
        return self.tree.staging

    def close(self) -> None:
        """Settle what is under way, make all durable, and let go; a journal without any change is removed.

        Raises:
            BurnishError: The journal cannot be written.
        """
        if self.file.is_closed:
            return
        try:
            if not self._is_read_only:
                recover(self.file, self.tree)
                if next(self.file.ids("done"), None) is None:
                    self._discard()
        except OSError as error:
            raise self.stopped(error) from None
        finally:
            self._let_go()

    def stopped(self, error: OSError) -> BurnishError:
        """Return what to tell the user when it is pointless to go on."""
        return BurnishError(
            f"stopped: {error.strerror}, in {self.tree.folder}; nothing is lost: mend that and repeat the command to "
            f"go on, or take back what was done: {call('undo', self.tree.folder)}"
        )

    def _run(self, batch: Batch) -> "Iterator[Outcome]":
        try:
            yield from batch.run()
        except OSError as error:
            raise self.stopped(error) from None

    def _discard(self) -> None:
        """Remove a journal that has nothing left to undo, and the folders that were made for it if they are empty.

        Of the folders above its own only those go that it made: they still are the very folders (device and inode).
        """
        head, folder, is_own = self.file.head, self.tree.folder, self.file.is_own
        self.tree.unlink(self.file.path)
        self._let_go()
        with suppress(OSError):
            if head is not None and head.made and is_own:
                os.rmdir(folder)
                for known in head.above:
                    folder = os.path.dirname(folder)
                    status = os.lstat(folder)
                    if (status.st_dev, status.st_ino) != known:
                        break
                    os.rmdir(folder)

    def _let_go(self) -> None:
        self.file.close()
        self.tree.close()


def _only_inside(file: JournalFile, *states: "State") -> JournalFile:
    """Return the file of a journal that does not reach outside of its folder, or may.

    Raises:
        InputError: Taking back what is in one of these states would put files outside, and the journal is not this
            user's own; names the first of them.
    """
    if file.is_own:
        return file
    try:
        outside = [path for number in file.ids(*states) if (path := _old_place(file, file.change(number)))]
    except BaseException:
        file.close()
        raise
    if not outside:
        return file
    file.close()
    shown = ", ".join(map(repr, outside[:_SHOWN])) + (", …" if len(outside) > _SHOWN else "")
    raise InputError(
        f"{file.path} was not written by your burnish on this machine, and taking it back would put "
        f"{len(outside):,} files outside of its folder ({shown}); nothing was changed. Look at it with burnish undo "
        "--dry-run, and if that is what you want: burnish undo --outside"
    )


def _old_place(file: JournalFile, change: "Change") -> str:
    """Return where a moved file would go back to, if that is outside of the journal's folder; else an empty text."""
    path = os.path.normpath(os.path.join(file.folder, change.source))
    inside = path.startswith(os.path.join(file.folder, ""))
    return path if change.kind == "move" and not inside else ""


def _missing_folders(folder: str) -> list[str]:
    """Return those of a folder and the folders above it that are not there, the innermost first."""
    missing = []
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    return missing


def _remove_folders(folders: "Iterable[str]") -> None:
    """Remove folders, up to the first one that has something in it."""
    with suppress(OSError):
        for folder in folders:
            os.rmdir(folder)
