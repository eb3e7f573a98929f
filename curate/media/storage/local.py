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


@contextmanager
def open_file(path: str) -> "Iterator[IO[bytes]]":
    """Open a media file for reading, unbuffered.

    Raises:
        OSError: The file cannot be opened, or is no regular file.
    """
    # Non-blocking, so that a named pipe that takes the place of a file cannot hang the caller.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, "rb", buffering=0) as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is not a regular file")
        yield file


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
    with open_file(path) as file:
        head = file.read(HEAD_BYTES)
        if wanted is not None and not wanted(head):
            return None
        if os.fstat(file.fileno()).st_size > _MAP_ABOVE_BYTES:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return head + file.read()
