"""Files of a disk: opened so that no pipe hangs the caller, the large ones mapped."""

import mmap
import os
import stat
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from curate.media.sniff import HEAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MAP_ABOVE_BYTES = 1 << 28
_AT_ONCE_BYTES = 1 << 17


@contextmanager
def open_file(path: str) -> "Iterator[IO[bytes]]":
    """Open a media file for reading, unbuffered.

    Raises:
        OSError: The file cannot be opened, or is no regular file.
    """
    descriptor, _ = _open(path)
    with open(descriptor, "rb", buffering=0) as file:
        yield file


def _open(path: str) -> tuple[int, int]:
    """Return the descriptor of a regular file, to be closed by the caller, and its size."""
    # Non-blocking, so that a named pipe that takes the place of a file cannot hang the caller.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is not a regular file")
    return descriptor, status.st_size


def read_file(path: str, wanted: "Callable[[bytes], bool] | None" = None) -> bytes | mmap.mmap | None:
    """Return the bytes of a file; those of a large one as a read-only map, so that they need no memory.

    Args:
        path: The file; a surrogate-escaped name is given back to the system as the bytes it was.
        wanted: Is shown the first `HEAD_BYTES` bytes and says whether to read on.

    Returns:
        The bytes, or None where `wanted` said no.

    Raises:
        OSError: The file cannot be opened or read, or is no regular file.
    """
    # Calls of the system, without a file object: of a second of sound, that was a third of the reading.
    descriptor, size = _open(path)
    try:
        # A small file comes with its first bytes.
        data = os.read(descriptor, max(size, HEAD_BYTES) if size <= _AT_ONCE_BYTES else HEAD_BYTES)
        if wanted is not None and not wanted(data[:HEAD_BYTES]):
            return None
        if size > _MAP_ABOVE_BYTES:
            return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
        parts, there = [data], len(data)
        # To the end, wherever that is: the file may have grown since.
        while part := os.read(descriptor, max(size - there, _AT_ONCE_BYTES)):
            parts.append(part)
            there += len(part)
        return data if len(parts) == 1 else b"".join(parts)
    finally:
        os.close(descriptor)
