"""Opening, using and closing the journal of a folder."""

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from curate.ground.errors import BurnishError, InputError
from curate.journal.batch import Batch
from curate.journal.fs import sync
from curate.journal.journal_file import NAME, Ledger
from curate.journal.paths import Places
from curate.journal.recovery import recover

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from curate.journal.operations import Operation, Outcome
    from curate.journal.records import Change


class Journal:
    """The journal of a folder, open and locked; to be used with `with`.

    Args:
        ledger: Its file.
        read_only: Change nothing, and settle nothing.

    Attributes:
        ledger: Its file.
        places: Its paths.
    """

    def __init__(self, ledger: Ledger, *, read_only: bool = False) -> None:
        self.ledger, self.places = ledger, Places(ledger.folder, ledger.head.token if ledger.head else "")
        self._known: dict[int, int] | None = None
        self._is_read_only = read_only
        if not read_only:
            try:
                recover(ledger, self.places)
            except BaseException:
                ledger.close()
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
            sync(os.path.dirname(new) for new in made)
            return cls(Ledger(path, made=len(made)))
        except OSError as error:
            with suppress(OSError):
                if not os.path.getsize(path):
                    os.unlink(path)
            _remove_folders(made)
            raise InputError(f"cannot keep a journal in {destination}: {error.strerror}") from None

    @classmethod
    def find(cls, path: str, *, read_only: bool = False) -> Self:
        """Open a journal that exists, by its own name or by that of its folder.

        Args:
            path: The file or its folder.
            read_only: Change nothing, and settle nothing.

        Raises:
            InputError: There is none, or as `open`.
            BurnishError: Another process is at work there.
        """
        file = os.path.realpath(os.path.join(path, NAME) if os.path.isdir(path) else path)
        try:
            return cls(Ledger(file, read_only=read_only), read_only=read_only)
        except OSError as error:
            raise InputError(f"cannot open the journal {file}: {error.strerror}") from None

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
        batch = Batch(self.ledger, self.places, self.done)
        for operation in operations:
            batch.add(operation)
            if batch.is_full():
                yield from self._run(batch)
                batch = Batch(self.ledger, self.places, self.done)
        yield from self._run(batch)

    def done(self, target: str) -> "Change | None":
        """Return the change that an earlier call made at this target, if the journal shows one as done."""
        if self._known is None:
            self._known = {hash(self.ledger.change(n).target): n for n in reversed([*self.ledger.ids("done")])}
        number = self._known.get(hash(target))
        change = self.ledger.change(number) if number is not None else None
        return change if change and change.target == target else None

    def staging(self) -> str:
        """Return a folder to generate files in for `create`; what is left in it is thrown away at the end."""
        os.makedirs(self.places.staging, exist_ok=True)
        return self.places.staging

    def close(self) -> None:
        """Settle what is under way, make all durable, and let go; a journal without any change is removed.

        Raises:
            BurnishError: The journal cannot be written.
        """
        if self.ledger.is_closed:
            return
        try:
            if not self._is_read_only:
                recover(self.ledger, self.places)
                if next(self.ledger.ids("done"), None) is None:
                    self._discard()
        except OSError as error:
            raise self.stopped(error) from None
        finally:
            self.ledger.close()

    def stopped(self, error: OSError) -> BurnishError:
        """Return what to tell the user when it is pointless to go on."""
        return BurnishError(
            f"stopped: {error.strerror}, in {self.places.folder}; nothing is lost: mend that and repeat the command to "
            f"go on, or take back what was done: burnish undo {self.places.folder}"
        )

    def _run(self, batch: Batch) -> "Iterator[Outcome]":
        try:
            yield from batch.run()
        except OSError as error:
            raise self.stopped(error) from None

    def _discard(self) -> None:
        """Remove a journal that has nothing left to undo, and the folders that were made for it if they are empty."""
        os.unlink(self.ledger.path)
        self.ledger.close()
        folder = self.places.folder
        for _ in range(self.ledger.head.made if self.ledger.head else 0):
            _remove_folders([folder])
            folder = os.path.dirname(folder)


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
