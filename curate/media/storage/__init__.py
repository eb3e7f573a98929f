"""The one door for bytes and names: every media file is opened, read and looked at here, wherever it is.

Files of a disk take the way that they always took: `fsspec` is imported when the first URL is met, and never for them.
"""

import io
import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from curate.media.sniff import HEAD_BYTES, format_of_name
from curate.media.storage.address import is_elsewhere, is_url, local_path, split_member
from curate.media.storage.local import open_file, read_file
from curate.media.storage.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from mmap import mmap

__all__ = [
    "Status",
    "exists",
    "open_media",
    "read_ahead",
    "read_media",
    "read_paths_ahead",
    "status_of",
    "statuses_below",
    "unchanged",
]


@contextmanager
def open_media(path: str) -> "Iterator[IO[bytes]]":
    """Open a media file for reading, seekable; a file of a disk unbuffered.

    Raises:
        OSError: It cannot be opened, or is no regular file; `strerror` is one sentence.
    """
    if not is_elsewhere(path):
        with open_file(path) as file:
            yield file
        return
    path = local_path(path)
    shard, name = split_member(path)
    if name:
        yield io.BytesIO(_read_member(shard, name))
    elif is_url(path):
        from curate.media.storage.range_file import RangeFile

        with io.BufferedReader(RangeFile(path)) as remote:
            yield remote
    else:
        with open_file(path) as file:
            yield file


def read_media(
    path: str,
    wanted: "Callable[[bytes], bool] | None" = None,
    size: int | None = None,
    place: tuple[int, int] | None = None,
) -> "bytes | mmap | None":
    """Return the bytes of a media file; those of a large one on a disk as a read-only map.

    Args:
        path: A file, a URL, or a member of a shard.
        wanted: Is shown the first `HEAD_BYTES` bytes and says whether to read on.
        size: Of a key, where a listing told it.
        place: Of a member of a tar, where it begins and its size, where that is known.

    Returns:
        The bytes, or None where `wanted` said no.

    Raises:
        OSError: It cannot be read, or is no regular file; `strerror` is one sentence.
    """
    if not is_elsewhere(path):
        return read_file(path, wanted)
    path = local_path(path)
    shard, name = split_member(path)
    if name:
        data = _read_member(shard, name, place)
        return data if wanted is None or wanted(data[:HEAD_BYTES]) else None
    return _read_url(path, wanted, size) if is_url(path) else read_file(path, wanted)


def status_of(path: str) -> Status:
    """Return size and time or ETag of a file, a key or a member of a shard.

    Raises:
        OSError: It is not there, or cannot be looked at.
    """
    path = local_path(path)
    if is_elsewhere(path):
        shard, name = split_member(path)
        if name:
            return _status_of_member(shard, name)
        if is_url(path):
            from curate.media.storage.remote import status_of_url

            return status_of_url(path)
    found = os.stat(path)
    return Status(found.st_size, found.st_mtime_ns)


def unchanged(files: "Iterable[tuple[str, Status]]") -> list[bool]:
    """Return of each file whether it is there with the size and the time or ETag that it had.

    A store is asked for many keys at once.

    Args:
        files: Where each is, and what was known of it.
    """
    asked = list(files)
    found: dict[str, Status | None] = {}
    if urls := [path for path, _ in asked if is_url(path) and not split_member(path).name]:
        from curate.media.storage.remote import statuses

        found = statuses(urls)
    return [(found[path] if path in found else _status_if_any(path)) == known for path, known in asked]


def _status_if_any(path: str) -> Status | None:
    try:
        return status_of(path)
    except OSError:
        return None


def exists(path: str) -> bool:
    """Return whether there is a file, a key or a member of a shard.

    Raises:
        OSError: A store cannot be asked.
    """
    if not is_elsewhere(path):
        return os.path.isfile(path)
    try:
        status_of(path)
    except FileNotFoundError:
        return False
    return True


def read_ahead(wanted: "Iterable[tuple[str, int | None]]") -> None:
    """Begin to read keys that are asked for soon, each with its size where that is known; files of a disk are not.

    The system reads ahead on a disk; a store has to be asked, and then answers many at once.
    """
    urls = [(path, size) for path, size in wanted if is_url(path) and not split_member(path).name]
    if urls:
        from curate.media.storage.ahead import read_ahead as begin

        begin(urls)


def read_paths_ahead(paths: "Iterable[str]") -> None:
    """Begin to read keys that are asked for soon, as `read_ahead`; for workers whose items are paths."""
    read_ahead((path, None) for path in paths)


def statuses_below(url: str) -> "Iterator[tuple[str, Status]]":
    """Yield the keys below a URL, relative to it and in their order, with what the listing says of each.

    Raises:
        FileNotFoundError: There is nothing.
        OSError: They cannot be listed.
    """
    from curate.media.storage.remote import pages

    top = len(url.rstrip("/")) + 1
    for page in pages(url):
        yield from ((found.url[top:], found.status) for found in page)


def _read_url(url: str, wanted: "Callable[[bytes], bool] | None", size: int | None) -> bytes | None:
    from curate.media.storage.ahead import taken
    from curate.media.storage.remote import read_range, read_url

    data = taken(url)
    # What is not named like media is mostly none: a table of gigabytes beside the pictures is not read for its head.
    if data is None and wanted is not None and format_of_name(url) is None:
        if not wanted(read_range(url, 0, HEAD_BYTES)):
            return None
        wanted = None
    data = read_url(url, size) if data is None else data
    return data if wanted is None or wanted(data[:HEAD_BYTES]) else None


def _read_member(shard: str, name: str, place: tuple[int, int] | None = None) -> bytes:
    if shard.lower().endswith(".parquet"):
        from curate.media.storage.parquet import read_cell

        return read_cell(shard, name)
    from curate.media.storage.tar import read_member, read_part

    return read_part(shard, *place) if place else read_member(shard, name)


def _status_of_member(shard: str, name: str) -> Status:
    """Return the size of a member, and what changes when its shard does; of a table only reading tells the size."""
    if shard.lower().endswith(".parquet"):
        whole = status_of(shard)
        return Status(len(_read_member(shard, name)), whole.mtime_ns, whole.etag)
    from curate.media.storage.tar import place_of

    _, size, whole = place_of(shard, name)
    return Status(size, whole.mtime_ns, whole.etag)
