"""A pipe that is read twice: the first reading keeps its lines in a temporary file, while they arrive."""

from collections.abc import Iterable, Iterator
from typing import IO, Protocol


class Rereadable(Protocol):
    """Lines that can be read again: a file, or a pipe that is kept."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield each line."""

    def seek(self, offset: int, /) -> int:
        """Begin again, if the offset is 0."""


class Spool:
    """The lines of a pipe.

    What comes before in the pipe goes on working meanwhile; to keep all of it first would let the commands of a pipe
    wait for each other.
    """

    def __init__(self, source: Iterable[bytes], kept: IO[bytes]) -> None:
        self._source = source
        self._kept = kept
        self._arrived = False

    def __iter__(self) -> Iterator[bytes]:
        """Yield each line."""
        if self._arrived:
            # One by one: `yield from` would close the file with a generator that is left early.
            for line in self._kept:
                yield line
            return
        keep = self._kept.write
        for line in self._source:
            keep(line)
            yield line
        # A terminal would ask for more if it was read again.
        self._arrived = True

    def seek(self, offset: int, /) -> int:
        """Begin again with the first line, even if not all of them were read; as for files, whose offset is 0."""
        if not self._arrived:
            # The first pass may have stopped early; what it left is still in the pipe.
            self._kept.writelines(self._source)
            self._arrived = True
        return self._kept.seek(offset)
