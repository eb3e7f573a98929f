"""What is known of a file without reading it."""

from typing import NamedTuple


class Status(NamedTuple):
    """Size, and what changes when the content does.

    Attributes:
        bytes: Size; None where a store does not tell.
        mtime_ns: Of a file on a disk, the time of its last change, nanoseconds since the epoch.
        etag: Of a key, what the store calls this version of it: a token, of which nothing but equality is known (it is
            the MD5 of some objects, and not of those that came in parts).
    """

    bytes: int | None = None
    mtime_ns: int | None = None
    etag: str | None = None
