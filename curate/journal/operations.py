"""Operations on files: what a command asks the journal to do, and what became of it."""

import os
import stat
from typing import Literal

import msgspec

from curate.journal.fs import digest_of

Status = Literal["done", "already", "vanished", "changed", "exists", "failed"]


class Operation(msgspec.Struct, frozen=True):
    """What is to be done with one file.

    Attributes:
        kind: `move`; `copy`; `hardlink`; `symlink`; `create`: a generated file is taken over, from `Journal.staging()`.
        source: Path of the file, relative to the working directory.
        target: Path to be, relative to the destination, with `/` between parts.
        bytes: Size of the file when it was scanned.
        mtime_ns: Time of its last change when it was scanned, nanoseconds since the epoch.
        digest: `sha256:…` when it was scanned. It is compared where size or time are unknown or differ, and always
            with a copy that is made.
    """

    kind: Literal["move", "copy", "hardlink", "symlink", "create"]
    source: str
    target: str
    bytes: int | None = None
    mtime_ns: int | None = None
    digest: str | None = None


class Outcome(msgspec.Struct, frozen=True):
    """What became of an operation.

    Attributes:
        operation: The operation.
        status: `done`; `already`: an earlier call did it; and four reasons why the file was not touched: it is not
            there any more (`vanished`), its content is another one (`changed`), something else is at the target
            (`exists`), the system refused (`failed`).
        detail: Why, for people; empty if it was done.
        etag: In a store, what it calls the key that was written.
    """

    operation: Operation
    status: Status
    detail: str = ""
    etag: str | None = None


class Refused(Exception):  # noqa: N818 - a decision, not an error
    """An operation is not done, for a reason that is its outcome."""

    def __init__(self, status: Status, detail: str = "") -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


def look_at(operation: Operation) -> tuple[str, os.stat_result]:
    """Return the file that an operation is about, if it is the one that was planned with.

    A link is moved as it is; the other kinds are about the file that it points to. In every case it is the content
    that is held against the plan: a link that took the place of a file leads to another one.

    Raises:
        Refused: The file is not there, not a regular one, or not the one that was planned with.
        OSError: It cannot be looked at.
    """
    path = operation.source
    try:
        status = os.lstat(path)
        if not stat.S_ISLNK(status.st_mode):
            real, found = path, status
        elif operation.kind == "move" and not os.path.exists(path) and not _is_expected(operation):
            return path, status  # nothing was known of it, and it leads nowhere: a name, moved as it is
        else:
            real = os.path.realpath(path)
            found = os.stat(real)
    except (FileNotFoundError, NotADirectoryError):
        raise Refused("vanished", "it is not there any more") from None
    if not stat.S_ISREG(found.st_mode):
        raise Refused("failed", "it is not a regular file")
    if operation.kind != "create" and _is_changed(operation, real, found):
        raise Refused("changed", "its content changed since it was scanned")
    if operation.kind != "move" or real == path:
        return real, found
    if not os.path.isabs(os.readlink(path)):
        raise Refused("failed", "it is a relative link, which would point nowhere from another folder")
    return path, status


def _is_expected(operation: Operation) -> bool:
    return (operation.bytes, operation.mtime_ns, operation.digest) != (None, None, None)


def _is_changed(operation: Operation, path: str, status: os.stat_result) -> bool:
    expected = (operation.bytes, operation.mtime_ns)
    if expected == (status.st_size, status.st_mtime_ns) or (operation.digest is None and expected == (None, None)):
        return False
    if operation.bytes not in {None, status.st_size}:
        return True
    return operation.digest is None or digest_of(path) != operation.digest
