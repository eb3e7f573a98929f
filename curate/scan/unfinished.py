"""What a scan measured before it was interrupted: kept beside the caches, so that the same command goes on there."""

import hashlib
import os
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from curate.ground.errors import ManifestError
from curate.scan.scan_cache import Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curate.records.sample import Sample

_AT_LEAST_BYTES = 1 << 16


def place_of(output: str) -> str:
    """Return where the unfinished lines of a scan into a file are kept: below `$XDG_CACHE_HOME/burnish/scans`."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    name = hashlib.sha256(os.path.realpath(output).encode("utf-8", "surrogateescape")).hexdigest()[:32]
    return os.path.join(base, "burnish", "scans", f"{name}.jsonl")


def read_unfinished(output: str) -> Known | None:
    """Return what an interrupted scan into the same file measured; None where there is none, or nothing to be read."""
    place = place_of(output)
    try:
        # A process that was killed may have left half a line, which is none.
        with open(place, "r+b") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(0, end - _AT_LEAST_BYTES))
            tail = file.read()
            file.truncate(end - len(tail) + tail.rfind(b"\n") + 1)
        return Known(place)
    except (OSError, ManifestError):
        with suppress(OSError):
            os.unlink(place)
        return None


@contextmanager
def keeping(output: str) -> "Iterator[_Keeper]":
    """Keep lines until the body ends; after an interruption, of whatever kind, they stay.

    A folder that cannot be written keeps nothing, and costs the scan nothing.
    """
    place = place_of(output)
    file: IO[bytes] | None = None
    with suppress(OSError):
        os.makedirs(os.path.dirname(place), exist_ok=True)
        # Written at once: what a buffer holds would be measured again after a kill.
        file = open(place, "ab", buffering=0)  # noqa: SIM115 - closed below, whatever the body raises
    keeper = _Keeper(file)
    try:
        yield keeper
    except BaseException:
        with suppress(OSError):
            keeper.close()
        raise
    keeper.close()
    with suppress(OSError):
        os.unlink(place)


class _Keeper:
    """Writes lines in the order in which they were measured, which is none that matters: they are found by path."""

    def __init__(self, file: IO[bytes] | None) -> None:
        self._file = file

    def keep(self, lines: list[bytes]) -> None:
        """Write lines; a disk that is full ends the keeping, and not the scan."""
        if self._file and lines:
            try:
                self._file.write(b"\n".join([*lines, b""]))
            except OSError:
                self.close()

    def close(self) -> None:
        if self._file:
            with suppress(OSError):
                self._file.close()
            self._file = None


class KnownLines:
    """Lines of several earlier scans; the first that has a file's counts."""

    def __init__(self, sources: "Iterable[Known | None]") -> None:
        self.sources = [one for one in sources if one is not None]

    @property
    def reused(self) -> int:
        return sum(one.reused for one in self.sources)

    def line(self, start: "Sample") -> bytes | None:
        """Return the line of a sample whose file did not change; None if it has to be measured."""
        found = (one.line(start) for one in self.sources)
        return next((line for line in found if line is not None), None)
