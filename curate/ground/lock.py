"""One run in a work folder at a time."""

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from curate.ground.errors import BurnishError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = ".lock"

_PATIENCE_S = 5.0
_PAUSE_S = 0.05


@contextmanager
def locked(work: str, option: str = "--work DIR") -> "Iterator[int]":
    """Make the work folder, lock it, and give the descriptor of the lock, which child processes hold as well.

    A run that was killed may leave a step behind that is just ending; its lock is waited for, a few seconds.

    Args:
        work: The folder.
        option: What names another one.

    Raises:
        BurnishError: Another run is at work there; names its process.
        InputError: The folder cannot be made or written to.
    """
    path = os.path.join(work, NAME)
    try:
        os.makedirs(work, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise InputError(f"cannot use the work folder {work}: {error.strerror}") from None
    try:
        _take(descriptor, work, option)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def _take(descriptor: int, work: str, option: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            if _is_alive(owner) or time.monotonic() > until:
                raise BurnishError(
                    f"another run is at work in {work} (process {owner or 'unknown'}); wait for its end, "
                    f"or name another folder with {option}"
                ) from None
            time.sleep(_PAUSE_S)
        else:
            return


def _is_alive(owner: str) -> bool:
    if not owner.isdigit():
        return False
    try:
        os.kill(int(owner), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
