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
    from collections.abc import Iterable

    from curate.journal.tree import Tree

_libc = ctypes.CDLL(None, use_errno=True)
_RENAME_NOREPLACE = 1
_RENAME_EXCL = 4
_FEW = 8
_CHUNK_BYTES = 1 << 20
NOT_SUPPORTED = frozenset({errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM, errno.EMLINK})
"""What file systems answer that lack hard links or exclusive renames."""


def rename_exclusive(tree: "Tree", source: str, target: str) -> None:
    """Rename a file within its file system; a target that exists is never overwritten, not even in a race.

    Raises:
        FileExistsError: There is something at the target.
        OSError: Any other reason; `EXDEV` if the target is on another file system.
    """
    error = _rename_natively(tree.at(source), tree.at(target))
    if error in NOT_SUPPORTED:
        # A hard link refuses to overwrite as well, everywhere; for a moment the file has both names, never none.
        tree.link(source, target)
        sync(tree, [os.path.dirname(target)])
        tree.unlink(source)
    elif error:
        raise OSError(error, os.strerror(error), source, None, target)


def _rename_natively(source: tuple[int, str], target: tuple[int, str]) -> int:
    """Rename with the system's own call for it, and return the errno, 0 for success."""
    (here, name), (there, new) = source, target
    names = here, os.fsencode(name), there, os.fsencode(new)
    if sys.platform == "darwin":
        failed = _libc.renameatx_np(*names, ctypes.c_uint(_RENAME_EXCL))
    elif hasattr(_libc, "renameat2"):
        failed = _libc.renameat2(*names, ctypes.c_uint(_RENAME_NOREPLACE))
    else:
        return errno.ENOSYS
    return ctypes.get_errno() if failed else 0


def digest_of(path: str) -> str:
    """Return `sha256:` and the SHA-256 of the bytes of a user's file or key in hexadecimal; links are followed.

    Raises:
        OSError: The file cannot be read, or is no regular file.
    """
    digest = hashlib.sha256()
    with open_media(path) as file:
        while block := file.read(_CHUNK_BYTES):
            digest.update(block)
    return f"sha256:{digest.hexdigest()}"


def digest_in(tree: "Tree", path: str) -> str:
    """Return the digest of a regular file to which no link leads.

    Raises:
        OSError: It cannot be read, is a link or no regular file, or a link stands in the way.
    """
    with tree.opened(path) as descriptor:
        return _digest(descriptor)


def copy(tree: "Tree", source: str, target: str) -> str:
    """Copy a file with its times, permissions and extended attributes, and return the digest of what was written.

    Raises:
        FileExistsError: There is something at the target.
        OSError: The source cannot be read, or the target cannot be written; then there is no target.
    """
    with tree.opened(target, os.O_RDWR | os.O_CREAT | os.O_EXCL) as descriptor:
        try:
            with tree.opened(source) as original:
                _copy_bytes(original, descriptor)
                os.lseek(descriptor, 0, os.SEEK_SET)
                digest = _digest(descriptor)
                _copy_attributes(original, descriptor)
        except OSError:
            with suppress(OSError):
                tree.unlink(target)
            raise
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


def sync(tree: "Tree", paths: "Iterable[str]") -> None:
    """Make files, or the names in folders, durable; many at once by one sync of their file system.

    Raises:
        OSError: Something cannot be opened or written back.
    """
    wanted = set(paths)
    many = len(wanted) > _FEW and hasattr(_libc, "syncfs")
    synced: set[int] = set()
    for path in wanted:
        try:
            with tree.syncable(path) as descriptor:
                if not many:
                    _sync_one(descriptor)
                elif (device := os.fstat(descriptor).st_dev) not in synced:
                    _sync_file_system(descriptor)
                    synced.add(device)
        except PermissionError:
            if not tree.is_folder(path):  # one may change folders that one may not list
                raise


def sync_folder(path: str) -> None:
    """Make the names in a folder durable, before there is a journal in it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _sync_one(descriptor)
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
