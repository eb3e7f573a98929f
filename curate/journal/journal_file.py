"""The journal's file: locked, appended to, synced, and read back into the state of every change."""

import errno
import fcntl
import os
import secrets
from array import array
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import WeakSet

from curate.ground.errors import BurnishError, InputError
from curate.journal.fs import sync_folder, write_all
from curate.journal.records import STATES, Change, Head, LaterFormatError, Mark, Record, State, check, decode, encode
from curate.journal.seal import Seals
from curate.journal.tree import JOURNAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAME = JOURNAL
_LONGEST_LINE = 1 << 20

_open: "WeakSet[JournalFile]" = WeakSet()


class JournalFile:
    """An open and locked journal file.

    Args:
        path: The file.
        made: The folders that were made for it, the innermost first; None: it must exist already.
        read_only: Leave it as it is, torn last line included.

    Raises:
        InputError: There is no such file, it is no journal, or it is damaged; names the line.
        BurnishError: Another process is at work in the folder.
        OSError: It cannot be opened or written.
    """

    def __init__(self, path: str, *, made: "Sequence[str] | None" = None, read_only: bool = False) -> None:
        self.path, self.folder = path, os.path.dirname(path)
        flags = os.O_RDONLY if read_only else os.O_RDWR | os.O_APPEND
        self._descriptor = _lock(path, flags if made is None else flags | os.O_CREAT)
        self._unwritten: list[bytes] = []
        self._is_torn = False
        self._offsets, self._states, self._is_folder = array("q"), bytearray(), bytearray()
        self.head: Head | None = None
        self._seals = Seals()
        try:
            self._size = self._end = self._load()
            if not read_only:
                if os.fstat(self._descriptor).st_size > self._size:
                    os.ftruncate(self._descriptor, self._size)
                if self.head is None:
                    self._begin(made or ())
            self._reader = open(path, "rb")  # noqa: SIM115 - closed by close()
        except BaseException:
            os.close(self._descriptor)
            raise
        _open.add(self)

    def add(self, change: Change) -> None:
        """Take up a change; its id has to be `count()`. It is on the disk after `commit`."""
        self._offsets.append(self._end)
        self._states.append(0)
        self._is_folder.append(change.kind == "folder")
        self._append(change)

    def mark(self, state: State, ids: "Sequence[int]") -> None:
        """Say what became of changes."""
        if ids:
            self._append(Mark(state, list(ids)))
            self._set(state, ids)

    def flush(self) -> None:
        """Write what was taken up; after an error the file is as before, or is made so by the next call.

        Raises:
            OSError: The disk is full, or cannot be written.
        """
        if self._is_torn:
            os.ftruncate(self._descriptor, self._size)
        self._is_torn = True
        try:
            write_all(self._descriptor, b"".join(self._unwritten))
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._descriptor, self._size)
            raise
        self._is_torn = False
        self._unwritten.clear()
        self._size = self._end

    def commit(self) -> None:
        """Write what was taken up, and make it durable."""
        self.flush()
        os.fsync(self._descriptor)

    def count(self) -> int:
        """Return how many changes there are, in any state."""
        return len(self._states)

    def ids(self, *states: State) -> "Iterator[int]":
        """Yield the changes that are in one of these states, the last one first."""
        wanted = {STATES.index(state) for state in states}
        return (number for number in reversed(range(len(self._states))) if self._states[number] in wanted)

    def files(self, *states: State) -> int:
        """Return how many changes other than folders are in one of these states."""
        return sum(not self._is_folder[number] for number in self.ids(*states))

    def state(self, number: int) -> State:
        """Return the state of a change."""
        return STATES[self._states[number]]

    def change(self, number: int) -> Change:
        """Return a change that is in the file."""
        self._reader.seek(self._offsets[number])
        try:
            record = decode(self._reader.readline())
            check(record)  # it was, when it was read; nobody is kept from writing into the file since
        except ValueError:
            record = None
        if not isinstance(record, Change) or record.id != number:
            raise InputError(f"{self.path} was changed while it was open")
        return record

    def close(self) -> None:
        """Let go of the file and of the lock, without writing."""
        if not self.is_closed:
            self._reader.close()
            os.close(self._descriptor)

    @property
    def is_closed(self) -> bool:
        """Whether it was let go of."""
        return self._reader.closed

    @property
    def is_own(self) -> bool:
        """Whether this user's burnish wrote all of it: only then may it reach outside of its folder unasked."""
        return self._seals.unbroken

    def _begin(self, made: "Sequence[str]") -> None:
        above = tuple((status.st_dev, status.st_ino) for status in map(os.lstat, made[1:]))
        self.head = Head(secrets.token_hex(4), len(made), above=above)
        self._append(self.head)
        self.commit()
        sync_folder(self.folder)

    def _append(self, record: Record) -> None:
        line = self._seals.put(encode(record))
        self._unwritten.append(line)
        self._end += len(line)

    def _set(self, state: State, ids: "Sequence[int]") -> None:
        code = STATES.index(state)
        for number in ids:
            self._states[number] = code

    def _load(self) -> int:
        """Read the file and return where its last whole line ends."""
        self._end = 0
        with open(self.path, "rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(_LONGEST_LINE), b""), start=1):
                if not line.endswith(b"\n") and len(line) < _LONGEST_LINE:
                    break
                try:
                    self._take(decode(line))
                    self._seals.check(line)
                except LaterFormatError as error:
                    cure = "take it back with the burnish that wrote it"
                    raise InputError(f"{self.path}:{number}: {error}; {cure}; nothing was changed") from None
                except ValueError as error:
                    kind = "damaged" if self.head else "not a journal of burnish"
                    raise InputError(f"{self.path}:{number}: {kind}: {error}; nothing was changed") from None
                self._end += len(line)
        return self._end

    def _take(self, record: Record) -> None:
        if isinstance(record, Head) or self.head is None:
            if not isinstance(record, Head) or self.head is not None:
                raise ValueError("the first line, and only the first, is the record `journal`")
            check(record)
            self.head = record
        elif isinstance(record, Mark):
            if wrong := [number for number in record.ids if not 0 <= number < self.count()]:
                raise ValueError(f"there is no change {wrong[0]}")
            self._set(record.state, record.ids)
        elif record.id != self.count():
            raise ValueError(f"change {self.count()} is missing, {record.id} stands in its place")
        else:
            check(record)
            self._offsets.append(self._end)
            self._states.append(0)
            self._is_folder.append(record.kind == "folder")


def _close_in_child() -> None:
    """Close what a forked worker inherits: the lock has to end with the process that took it, however that ends."""
    for file in _open:
        file.close()


os.register_at_fork(after_in_child=_close_in_child)


def _lock(path: str, flags: int) -> int:
    """Open and lock a journal; a lock on a file that was removed in between protects nothing, so look again."""
    while True:
        try:
            descriptor = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        except FileNotFoundError:
            raise InputError(f"there is no journal at {path}: nothing left to undo there") from None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise InputError(f"{path} is a symbolic link, and a journal is a file: nothing was changed") from None
            raise
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), os.stat(path)):
                return descriptor
        except FileNotFoundError:
            pass
        except BlockingIOError:
            os.close(descriptor)
            raise BurnishError(f"another burnish is at work in {os.path.dirname(path)}; wait for its end") from None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
