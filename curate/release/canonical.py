"""The one form of a manifest's content: what says the same has the same bytes, and so the same digest.

Lines by path, keys sorted, fields that say nothing left out, and without the time of the last change, which a copy or a
checkout gives anew.
"""

import hashlib
from itertools import islice, pairwise
from typing import IO, TYPE_CHECKING, NamedTuple

from curate.ground.errors import GateError
from curate.ground.json import encode_for_digest, loads
from curate.records.reader import parse, without_nulls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from curate.records.sample import Sample

_BATCH = 256
_SAYS_NOTHING: tuple[object, ...] = ([], None)


class Draft(NamedTuple):
    """A manifest in its one form.

    Attributes:
        file: Holds it.
        digest: `sha256:…` of its bytes.
        samples: Its lines.
        size: Of them, in bytes.
    """

    file: IO[bytes]
    digest: str
    samples: int
    size: int

    def lines(self) -> "Iterator[bytes]":
        """Yield its lines from the first one on, without their ends."""
        self.file.seek(0)
        for line in self.file:
            yield line.rstrip(b"\n")


def canonical_line(line: bytes, digest: str | None) -> bytes:
    """Return the one form of a sample's line, which is one already.

    Args:
        line: A sample.
        digest: Of its file, where the line may not have it.
    """
    fields = without_nulls(loads(line))
    fields.pop("mtime_ns", None)
    if digest is not None:
        fields["digest"] = digest
    return encode_for_digest({name: value for name, value in fields.items() if value not in _SAYS_NOTHING})


def in_batches(lines: "Iterable[bytes]") -> "Iterator[list[bytes]]":
    """Yield lines, some hundreds at a time: as many as threads read files of."""
    rest = iter(lines)
    while batch := list(islice(rest, _BATCH)):
        yield batch


def write_draft(
    lines: "Iterable[bytes]",
    digests_of: "Callable[[Sequence[Sample]], Sequence[str | None]]",
    spool: "IO[bytes]",
    file: "IO[bytes]",
) -> Draft:
    """Write a manifest in its one form; of each sample only the path stays in memory.

    Args:
        lines: Of the manifest, as they were given.
        digests_of: Returns the digests of the files of some samples.
        spool: Takes the lines before they are in order.
        file: Takes them in order.

    Raises:
        LineError: A line is no sample.
        GateError: A path stands there twice.
    """
    places: list[tuple[str, int, int]] = []
    at = 0
    for batch in in_batches(lines):
        samples = [parse(line) for line in batch]
        for line, sample, digest in zip(batch, samples, digests_of(samples), strict=True):
            written = canonical_line(line, digest) + b"\n"
            spool.write(written)
            places.append((sample.path, at, len(written)))
            at += len(written)
    places.sort()
    twice = [path for (path, *_), (other, *_) in pairwise(places) if path == other]
    if twice:
        shown = ", ".join(list(dict.fromkeys(twice))[:3])
        raise GateError(f"{len(twice):,} paths stand there more than once, such as {shown}; keep one: burnish dedup")
    whole = hashlib.sha256()
    for _, start, length in places:
        spool.seek(start)
        written = spool.read(length)
        whole.update(written)
        file.write(written)
    return Draft(file, f"sha256:{whole.hexdigest()}", len(places), at)
