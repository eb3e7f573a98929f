"""Tar files as shards: their members one by one, and the bytes of each, without unpacking.

A tar comes from strangers. Only plain files with plain names are members: hard and symbolic links, devices, sparse
files, absolute names and `..` are met and refused. A tar that was cut keeps the members that are whole.
"""

import io
import os
import tarfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, NamedTuple

from curate.media.storage.address import is_plain, is_url
from curate.media.storage.local import open_file
from curate.media.storage.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_MEMBER_BYTES = 1 << 32
_MOST_INDEXES = 8

CUT = "a tar that ends too early"
"""The problem of a tar whose end is missing."""


class TarMember(NamedTuple):
    """What stands in a tar.

    Attributes:
        name: In the tar, with `/` between parts; empty: the tar itself, which has a problem.
        start: Where its bytes begin.
        bytes: How many there are.
        problem: Why it is not read; empty for a plain file that is whole.
    """

    name: str
    start: int
    bytes: int
    problem: str = ""


def members(shard: str) -> "Iterator[TarMember]":
    """Yield what stands in a tar, in its order; folders and what tar itself keeps there are no members.

    Raises:
        OSError: It cannot be read, or is no tar.
    """
    with _opened(shard) as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        try:
            # No compression: a member has to be found by its place.
            tar = tarfile.TarFile(fileobj=file, mode="r", errorlevel=2)
        except (tarfile.TarError, EOFError) as error:
            raise OSError(0, f"it is no tar, or a compressed one: {error}") from None
        found = tar.next()
        names: set[str] = set()
        while found is not None:
            # `tar -c .` writes ./cat/1.jpg.
            found.name = found.name.removeprefix("./")
            hidden = any(part.startswith(".") and part not in {".", ".."} for part in found.name.split("/"))
            if not found.isdir() and not hidden:
                problem = "a second member of its name" if found.name in names else _why_refused(found, size)
                names.add(found.name)
                yield TarMember(found.name, found.offset_data, found.size, problem)
            # It keeps all of them, for methods that are not called here.
            tar.members = []  # type: ignore[attr-defined]
            try:
                found = tar.next()
            except (tarfile.TarError, OSError, EOFError, ValueError):
                break
        # tarfile stops without a word at a header that was cut; a tar that is whole ends with two blocks of zeros.
        file.seek(tar.offset)
        end = file.read(2 * tarfile.BLOCKSIZE)
        if len(end) < 2 * tarfile.BLOCKSIZE or any(end):
            yield TarMember("", tar.offset, 0, CUT)


def _why_refused(member: tarfile.TarInfo, size: int) -> str:
    kinds = {
        "a hard link": member.islnk(),
        "a symbolic link": member.issym(),
        "a device or a pipe": member.isdev(),
        "a sparse file": member.issparse(),
    }
    for kind, found in kinds.items():
        if found:
            return f"{kind} in a tar, which is not followed"
    if not member.isreg():
        return "no file"
    if not is_plain(member.name):
        return "a member whose name leads out of its tar"
    if member.offset_data + member.size > size:
        return "a member that its tar ends inside of"
    return f"a member of more than {MOST_MEMBER_BYTES:,} bytes" if member.size > MOST_MEMBER_BYTES else ""


def read_part(shard: str, start: int, size: int) -> bytes:
    """Return the bytes of a member whose place is known.

    Raises:
        OSError: The tar cannot be read, or ends before.
    """
    with _opened(shard) as file:
        file.seek(start)
        parts, left = [], size
        while left and (part := file.read(left)):
            parts.append(part)
            left -= len(part)
    if left:
        raise OSError(0, "its tar ends inside of it")
    return b"".join(parts)


_indexes: dict[str, tuple[Status, dict[str, tuple[int, int]]]] = {}


def place_of(shard: str, name: str) -> tuple[int, int, Status]:
    """Return where a member begins, its size, and the status of its tar; the first of two with one name counts.

    Raises:
        FileNotFoundError: The tar has no such member.
        OSError: It cannot be read.
    """
    status = _status(shard)
    known = _indexes.get(shard)
    if known is None or known[0] != status:
        places: dict[str, tuple[int, int]] = {}
        for member in members(shard):
            if not member.problem:
                places.setdefault(member.name, (member.start, member.bytes))
        while len(_indexes) >= _MOST_INDEXES:
            del _indexes[next(iter(_indexes))]
        known = _indexes[shard] = status, places
    if name not in known[1]:
        raise FileNotFoundError(2, "its tar has no such member any more")
    return *known[1][name], status


def read_member(shard: str, name: str) -> bytes:
    """Return the bytes of a member.

    Raises:
        OSError: As `place_of` and `read_part`.
    """
    start, size, _ = place_of(shard, name)
    return read_part(shard, start, size)


def _status(shard: str) -> Status:
    if not is_url(shard):
        found = os.stat(shard)
        return Status(found.st_size, found.st_mtime_ns)
    # Asked once: a store would be asked for each of ten thousand members.
    if shard in _indexes:
        return _indexes[shard][0]
    from curate.media.storage.remote import status_of_url

    return status_of_url(shard)


_open_range: dict[tuple[int, str], io.BufferedReader] = {}


@contextmanager
def _opened(shard: str) -> "Iterator[IO[bytes]]":
    """Open a tar; one in a store stays open for the next member, which mostly lies in the block that was read."""
    if not is_url(shard):
        with open_file(shard) as file:
            yield io.BufferedReader(file)  # type: ignore[type-var]
        return
    key = os.getpid(), shard
    if key not in _open_range:
        from curate.media.storage.range_file import RangeFile

        _open_range.clear()
        _open_range[key] = io.BufferedReader(RangeFile(shard))
    yield _open_range[key]
