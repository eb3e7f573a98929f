"""Files that are either the old ones or the new ones, whole, whatever happens in between."""

import os
import tempfile
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUFFER_BYTES = 1 << 18


@contextmanager
def atomic_write(path: str) -> "Iterator[IO[bytes]]":
    """Write a file through a temporary one beside it, which takes its name only when it is whole and on the disk.

    If the body raises, the temporary file is removed and the old file stays as it was. Links are followed, the
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
    descriptor, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(target)[:100]}.", suffix=".tmp", dir=folder)
    try:
        with open(descriptor, "wb", buffering=_BUFFER_BYTES) as file:
            yield file
            file.flush()
            os.fchmod(descriptor, _mode_of(target))
            os.fsync(descriptor)
        os.replace(temporary, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _mode_of(target: str) -> int:
    """Return the permissions of an existing file, or those that a new one would get."""
    try:
        return os.stat(target).st_mode & 0o7777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def _sync_folder(folder: str) -> None:
    """Make a rename durable; some file systems cannot sync a folder, and then the rename is as durable as it gets."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
