"""Names and bytes that stay: a rename that never overwrites, a copy that is verified, many files synced at once."""

import ctypes
import errno
import hashlib
import os
import stat
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from curate.media.storage import open_media

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_libc = ctypes.CDLL(None, use_errno=True)
_AT_FDCWD = -100
_RENAME_NOREPLACE = 1
_RENAME_EXCL = 4
_FEW = 8
_CHUNK_BYTES = 1 << 20
NOT_SUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM, errno.EMLINK})
"""What file systems answer that lack hard links or exclusive renames."""


def rename_exclusive(source: str, target: str) -> None:
    """Rename a file within its file system; a target that exists is never overwritten, not even in a race.

    Raises:
        FileExistsError: There is something at the target.
        OSError: Any other reason; `EXDEV` if the target is on another file system.
    """
    error = _rename_natively(os.fsencode(source), os.fsencode(target))
    if error in NOT_SUPPORTED:
        # A hard link refuses to overwrite as well, everywhere; for a moment the file has both names, never none.
        os.link(source, target, follow_symlinks=False)
        sync([os.path.dirname(target)])
        os.unlink(source)
    elif error:
        raise OSError(error, os.strerror(error), source, None, target)


def _rename_natively(source: bytes, target: bytes) -> int:
    """Rename with the system's own call for it, and return the errno, 0 for success."""
    if sys.platform == "darwin":
        failed = _libc.renamex_np(source, target, ctypes.c_uint(_RENAME_EXCL))
    elif hasattr(_libc, "renameat2"):
        failed = _libc.renameat2(_AT_FDCWD, source, _AT_FDCWD, target, ctypes.c_uint(_RENAME_NOREPLACE))
    else:
        return errno.ENOSYS
    return ctypes.get_errno() if failed else 0


def digest_of(path: str) -> str:
    """Return `sha256:` and the SHA-256 of a file's bytes in hexadecimal.

    Raises:
        OSError: The file cannot be read, or is no regular file.
    """
    with open_media(path) as file:
        return _digest(file.fileno())


def copy(source: str, target: str) -> str:
    """Copy a file with its times, permissions and extended attributes, and return the digest of what was written.

    Raises:
        FileExistsError: There is something at the target.
        OSError: The source cannot be read, or the target cannot be written; then there is no target.
    """
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open_media(source) as file:
            _copy_bytes(file.fileno(), descriptor)
            os.lseek(descriptor, 0, os.SEEK_SET)
            digest = _digest(descriptor)
            _copy_attributes(file.fileno(), descriptor)
    except OSError:
        with suppress(OSError):
            os.unlink(target)
        raise
    finally:
        os.close(descriptor)
    return digest


def _digest(descriptor: int) -> str:
    digest = hashlib.sha256()
    while block := os.read(descriptor, _CHUNK_BYTES):
        digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def _copy_bytes(source: int, target: int) -> None:
    """Copy within the kernel, which shares the blocks where the file system can; else through memory."""
    with suppress(OSError, AttributeError):
        while os.copy_file_range(source, target, 1 << 30):
            pass
    # Goes on where the kernel stopped; an error that was real comes again, and where it said "end" too early
    # (some virtual file systems do), the rest follows.
    while block := os.read(source, _CHUNK_BYTES):
        write_all(target, block)


def _copy_attributes(source: int, target: int) -> None:
    status, ours = os.fstat(source), os.fstat(target)
    if (status.st_uid, status.st_gid) != (ours.st_uid, ours.st_gid):
        with suppress(OSError):  # only root gives files away
            os.fchown(target, status.st_uid, status.st_gid)
    with suppress(OSError, AttributeError):  # not all systems have extended attributes, nor all file systems
        for name in os.listxattr(source):
            os.setxattr(target, name, os.getxattr(source, name))
    os.fchmod(target, stat.S_IMODE(status.st_mode))
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of the data; the system may take it in parts."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync(paths: "Iterable[str]") -> None:
    """Make files, or the names in folders, durable; many at once by one sync of their file system.

    Raises:
        OSError: Something cannot be opened or written back.
    """
    wanted = set(paths)
    if len(wanted) <= _FEW or not hasattr(_libc, "syncfs"):
        for path in wanted:
            _with_descriptor(path, _sync_one)
    else:
        for path in {os.stat(path).st_dev: path for path in wanted}.values():
            _with_descriptor(path, _sync_file_system)


def _with_descriptor(path: str, act: "Callable[[int], None]") -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except PermissionError:
        if os.path.isdir(path):  # one may change folders that one may not list
            return
        raise
    try:
        act(descriptor)
    finally:
        os.close(descriptor)


def _sync_one(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems cannot sync a folder; there a rename is as durable as it gets.
        if error.errno not in NOT_SUPPORTED or not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise


def _sync_file_system(descriptor: int) -> None:
    if _libc.syncfs(descriptor):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
