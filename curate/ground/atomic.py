"""Files that are either the old ones or the new ones, whole, whatever happens in between."""

import errno
import fcntl
import os
import stat
import tempfile
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUFFER_BYTES = 1 << 18
_STEM_BYTES = 200
_NAMES = 8
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def naming(path: str) -> "Iterator[None]":
    """Say of a disk that is full, or has no more room for this user, which file did not fit.

    Python names the file where opening one fails, and none where writing, syncing or closing does.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _NO_SPACE and error.filename is None:
            error.filename = path
        raise


@contextmanager
def atomic_write(path: str) -> "Iterator[IO[bytes]]":
    """Write a file through a temporary one beside it, which takes its name only when it is whole and on the disk.

    If the body raises, the temporary file is removed and the old file stays as it was; what a killed process left, the
    next writer of the same file takes over. Of two writers at once, each writes a file of its own, and the one that
    ends last wins. Links are followed, the
    permissions of an existing file are kept, and a device or a pipe (`/dev/stdout`) is written to directly.

    Raises:
        InputError: There is no folder to write into, or `path` is a folder.
    """
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):
        if os.path.isdir(target):
            raise InputError(f"cannot write {path}: it is a folder; name a file in it")
        with open(target, "wb") as stream:
            yield stream
        return
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise InputError(f"cannot write {path}: there is no folder {folder}; make it first (mkdir -p)")
    descriptor, temporary = _temporary(folder, os.path.basename(target))
    with naming(path), open(descriptor, "wb", buffering=_BUFFER_BYTES) as file:
        try:
            yield file
            file.flush()
            os.fchmod(descriptor, _mode_of(target))
            os.fsync(descriptor)
            # Before the file is closed, and its lock with it: the name must not be there for another writer to take.
            os.replace(temporary, target)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
            raise
    sync_folder(folder)


def _temporary(folder: str, name: str) -> tuple[int, str]:
    """Open the temporary file of a target, empty and locked, and return its descriptor and path.

    The names are few and known, so that what a killed writer left behind is found by the next one: the first that no
    living writer holds is used again, the others are removed. Which are held, their locks say, which end with their
    processes. Where names are held or not ours, or nothing can be locked, any other name has to do.
    """
    # By bytes, of which a name may have 255, and never through the middle of a character.
    stem = os.fsencode(name)[:_STEM_BYTES].decode("utf-8", "ignore")
    paths = [os.path.join(folder, f".{stem}.burnish{number or ''}.tmp") for number in range(_NAMES)]
    found: tuple[int, str] | None = None
    for path in paths:
        if found is not None and not os.path.lexists(path):
            continue
        descriptor = _own(path)
        if descriptor is not None and found is None:
            os.ftruncate(descriptor, 0)
            os.fchmod(descriptor, 0o600)
            found = descriptor, path
        elif descriptor is not None:
            os.unlink(path)
            os.close(descriptor)
    return found or tempfile.mkstemp(prefix=f".{stem}.", suffix=".tmp", dir=folder)


def _own(path: str) -> int | None:
    """Open or make a file and lock it; None where it is not ours alone: another's, a link, or being written."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        status = os.fstat(descriptor)
        # Between opening and locking, its writer may have given it the name of the target, or removed it. A second
        # link or another owner: it was put there for us to write over something else.
        same = os.path.samestat(status, os.lstat(path))
        if same and stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid() and status.st_nlink == 1:
            return descriptor
    except OSError:
        pass
    os.close(descriptor)
    return None


def _mode_of(target: str) -> int:
    """Return the permissions of an existing file, or those that a new one would get."""
    try:
        return os.stat(target).st_mode & 0o7777
    except FileNotFoundError:
        return 0o666 & ~umask()


def umask() -> int:
    """Return which permissions new files and folders of this process do not get; it can only be asked by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sync_folder(folder: str) -> None:
    """Make a rename durable; some file systems cannot sync a folder, and then the rename is as durable as it gets."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
