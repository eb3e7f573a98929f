"""What files and folders hold, as short texts that change when they do."""

import os
import re
import stat
from hashlib import file_digest, sha256
from typing import TYPE_CHECKING

import msgspec

from curate.ground.errors import InputError, UsageError
from curate.media.storage import status_of
from curate.media.storage.address import is_shard, is_url
from curate.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable

_RUN_FILES = ("predictions.jsonl", "metrics.json")
_TIME = re.compile(rb'"mtime_ns": ?[0-9]+,?')


class Stamp(msgspec.Struct, frozen=True):
    """A file as it was.

    Attributes:
        bytes: Its size.
        mtime_ns: When it was changed.
        digest: `sha256:…` of its bytes; of a manifest without the times in it, which a new checkout of the same files
            changes.
    """

    bytes: int
    mtime_ns: int
    digest: str


class Files:
    """Digests of files, each read once: one whose size and time are as they were is not read again.

    Args:
        known: Stamps of an earlier run by path.
    """

    def __init__(self, known: "dict[str, Stamp] | None" = None) -> None:
        self._known = known or {}

    def stamp(self, path: str) -> Stamp | None:
        """Return the stamp of a file; None if it is not there, or no file."""
        try:
            status = os.stat(path)
            if not stat.S_ISREG(status.st_mode):
                return None  # a pipe would be waited for
            known = self._known.get(path)
            if known and (known.bytes, known.mtime_ns) == (status.st_size, status.st_mtime_ns):
                return known
            digest = f"sha256:{_hash(path)}"
        except OSError:
            return None
        found = Stamp(status.st_size, status.st_mtime_ns, digest)
        self._known[path] = found
        return found

    def digest(self, path: str) -> str:
        """Return the digest of a file, or of the list of what is in a folder; empty if it is not there."""
        if is_url(path):
            return digest_of_url(path)
        if os.path.isdir(path):
            return digest_of_folder(path)
        found = self.stamp(path)
        return found.digest if found else ""

    def digest_of_run(self, folder: str) -> str:
        """Return a digest of what a run folder says of samples, whatever time it was made."""
        # Not run.json itself: it holds when it was made and how long it took, which differ each time.
        parts = [self.digest(os.path.join(folder, name)) for name in _RUN_FILES]
        return _digest(parts) if any(parts) else self.digest(os.path.join(folder, "run.json"))


def _hash(path: str) -> str:
    with open(path, "rb") as file:
        # Of a manifest the times of files are left out: a clone gives every file a new one, and the same bytes.
        if not path.endswith(".jsonl"):
            return file_digest(file, "sha256").hexdigest()
        total = sha256()
        for line in file:
            total.update(_TIME.sub(b"", line, count=1))
        return total.hexdigest()


def listing(folder: str) -> dict[str, tuple[int, int]]:
    """Return the size and the time of change of every file under a folder, by path; empty if it is not there."""
    if not os.path.exists(folder):
        return {}
    return {
        entry.path: (entry.status.bytes or 0, entry.status.mtime_ns or 0) if entry.status else (0, 0)
        for entry in walk([folder])
    }


def digest_of_url(url: str) -> str:
    """Return a digest of the names, sizes and ETags of the keys below a URL; empty if there is nothing to be had.

    Of a shard it is that of its own ETag: what is in it cannot change without it.
    """
    try:
        found = [(url, status_of(url))] if is_shard(url) else [(entry.path, entry.status) for entry in walk([url])]
    except (InputError, UsageError, OSError):
        return ""
    return _digest(f"{path}\0{tuple(status or ())}" for path, status in found)


def digest_of_folder(folder: str) -> str:
    """Return a digest of the names, sizes and times of the files under a folder; empty if it is not there."""
    if not os.path.exists(folder):
        return ""
    return _digest(f"{path}\0{size}\0{time}" for path, (size, time) in listing(folder).items())


def count_lines(path: str) -> int:
    """Return the number of samples of a manifest: its lines that are not blank."""
    with open(path, "rb") as file:
        return sum(1 for line in file if line.strip())


def _digest(parts: "Iterable[str]") -> str:
    total = sha256()
    for part in parts:
        total.update(part.encode("utf-8", "surrogateescape") + b"\n")
    return f"sha256:{total.hexdigest()}"
