"""A pipe that is read twice: the first reading keeps its lines in a temporary file, while they arrive."""

import io
from collections.abc import Iterable, Iterator
from typing import IO, Protocol

from curate.records.reader import blocks


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
        # One reading for all: what of a line has arrived when one of them stops is in it.
        self._source = blocks(source)
        self._kept = kept
        self._arrived = False

    def __iter__(self) -> Iterator[bytes]:
        """Yield each line."""
        for block in self.blocks():
            yield from io.BytesIO(block)

    def blocks(self) -> Iterator[bytes]:
        """Yield the lines, as many at once as there are (`curate.records.reader.blocks`)."""
        if self._arrived:
            yield from blocks(self._kept)
            return
        keep = self._kept.write
        for block in self._source:
            keep(block)
            yield block
        # A terminal would ask for more if it was read again.
        self._arrived = True

    def seek(self, offset: int, /) -> int:
        """Begin again with the first line, even if not all of them were read; as for files, whose offset is 0."""
        if not self._arrived:
            # The first pass may have stopped early; what it left is still in the pipe.
            self._kept.writelines(self._source)
            self._arrived = True
        return self._kept.seek(offset)
