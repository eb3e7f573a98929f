"""The one door for media bytes: every media file is read and written through these two functions."""

import mmap
import os
import stat
from typing import TYPE_CHECKING

from curate.media.sniff import HEAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

_MAP_ABOVE_BYTES = 1 << 28


def read_media(path: str, wanted: "Callable[[bytes], bool] | None" = None) -> bytes | mmap.mmap | None:
    """Return the bytes of a file; those of a large one as a read-only map, so that they need no memory.

    Args:
        path: The file; a surrogate-escaped name is given back to the system as the bytes it was.
        wanted: Is shown the first `HEAD_BYTES` bytes and says whether to read on.

    Returns:
        The bytes, or None where `wanted` said no.

    Raises:
        OSError: The file cannot be opened or read, or is no regular file.
    """
    # Non-blocking, so that a named pipe that takes the place of a file cannot hang the caller.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with open(descriptor, "rb", buffering=0) as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"{path} is not a regular file")
        head = file.read(HEAD_BYTES)
        if wanted is not None and not wanted(head):
            return None
        if status.st_size > _MAP_ABOVE_BYTES:
            return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
        return head + file.read()
