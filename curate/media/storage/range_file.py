"""A key as a file that can be sought in, read in blocks: for large objects, of which a part is asked for."""

import io

from curate.media.storage.remote import read_range, status_of_url

_BLOCK_BYTES = 4 << 20


class RangeFile(io.RawIOBase):
    """A key, open for reading; one block is kept.

    Args:
        url: Of the key.

    Raises:
        OSError: There is none, or its size is not told.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.status = status_of_url(url)
        if self.status.bytes is None:
            raise OSError(0, "the store does not tell its size")
        self._size, self._at = self.status.bytes, 0
        self._block, self._block_at = b"", 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be sought in."""
        return True

    def tell(self) -> int:
        """Return where the next byte is."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, which costs nothing until something is read there."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Fill a buffer as far as the block reaches; 0 at the end."""
        room = memoryview(buffer).cast("B")
        if self._at >= self._size or not len(room):
            return 0
        inside = self._at - self._block_at
        if not 0 <= inside < len(self._block):
            stop = min(self._size, self._at + max(_BLOCK_BYTES, len(room)))
            self._block, self._block_at, inside = read_range(self._url, self._at, stop), self._at, 0
            if not self._block:
                raise OSError(0, "it became shorter while it was read")
        part = self._block[inside : inside + len(room)]
        room[: len(part)] = part
        self._at += len(part)
        return len(part)
