"""Scan folders: walk, label, measure in worker processes, and reuse what did not change."""

import os
from collections import Counter, deque
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from curate.engine import Failure, Ready, run_anywhere
from curate.facts.records import Finding
from curate.ground.json import Decoder
from curate.media.sniff import format_of_name
from curate.media.storage import Status, read_ahead
from curate.media.storage.address import is_elsewhere, is_shard, relative
from curate.records.manifest_counts import Seen, Tally
from curate.records.reader import decode_line, parse
from curate.records.sample import Sample
from curate.records.writer import changed, encode
from curate.scan.measure import Decoded, decode, measure_decoded, unmeasured
from curate.scan.walk import places, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from curate.scan.entry import Entry
    from curate.scan.labels import Description, Labeller
    from curate.scan.scan_cache import Known
    from curate.scan.unfinished import KnownLines


@dataclass(slots=True)
class ScanTally(Tally):
    """What a scan met, counted while it runs.

    Attributes:
        others: Files that are neither images nor audio, by the ending of their names.
        unreachable: Folders and links that could not be followed, with the reason.
        unmatched: Media files that the pattern did not match.
        first_unmatched: One of them.
        sources: Samples by what gave their label: `metadata`, `pattern`, `folder`, or empty where nothing did.
    """

    others: Counter[str] = field(default_factory=Counter)
    unreachable: list[str] = field(default_factory=list)
    unmatched: int = 0
    first_unmatched: str = ""
    sources: Counter[str] = field(default_factory=Counter)

    def note_unmatched(self, path: str) -> None:
        self.unmatched += 1
        self.first_unmatched = self.first_unmatched or path

    def note_other(self, path: str) -> None:
        name = path.rpartition("/")[2]
        _, dot, ending = name.rpartition(".")
        self.others[f".{ending.lower()}" if dot else "no ending"] += 1


_seen = Decoder(Seen)
_UNKNOWN = Status()


class _Item(NamedTuple):
    """What travels to a worker.

    Attributes:
        opened: Where the file is.
        start: Its sample, as far as it is known without opening it; of a store, with what the listing said.
        place: In a tar, where its bytes begin and how many there are.
    """

    opened: str
    start: Sample
    place: tuple[int, int] | None = None


_MODULES = {
    "image": ("hashlib", "numpy", "curate.media.image", "curate.facts.image"),
    "audio": (
        *("hashlib", "numpy", "numpy.fft", "curate.facts.audio"),
        *("curate.media.audio", "curate.media.audio_formats.riff"),
    ),
}


@dataclass(frozen=True, slots=True)
class Options:
    """How to scan.

    Attributes:
        base: Folder that the paths of the samples are relative to; empty: the working directory, as typed.
        jobs: Worker processes; None: as many as this process may use processors.
        timeout_s: Seconds that one file may take.
        shallow: Read only the headers.
        facts: Names of the facts to measure; None: all.
    """

    base: str = ""
    jobs: int | None = None
    timeout_s: float = 60.0
    shallow: bool = False
    facts: frozenset[str] | None = None


def scan(
    roots: "Sequence[str]",
    labeller: "Labeller",
    options: Options,
    tally: ScanTally,
    known: "KnownLines | Known | None" = None,
    keep: "Callable[[list[bytes]], None] | None" = None,
) -> "Iterator[bytes]":
    """Yield the manifest line of every image and audio file under the roots, in the order of the walk.

    Args:
        roots: Folders or files.
        labeller: Says what names and folders mean.
        options: How to scan.
        tally: Is counted up meanwhile.
        known: The samples of the last scan; those whose size and time of change are the same are not measured again.
        keep: Is given the lines that were measured as soon as they are there, before their turn comes.
    """
    under_way: deque[tuple[Entry, Sample, Description]] = deque()
    # Filled before the first worker is started, with what the first files need.
    preload: list[str] = []

    def items() -> "Iterator[Ready | _Item]":
        # What a shard's samples are is said in it; it would be read twice for the sake of folders' names.
        folders = [place for place in places(roots) if os.path.isdir(place) or not is_shard(place)]
        named = (entry for entry in walk(folders, statuses=False) if format_of_name(entry.path))
        labeller.prepare((entry.path, entry.root) for entry in named)
        for entry in walk(roots):
            path = relative(entry.path, options.base)
            described = labeller.describe(entry.name or entry.path, "" if entry.name else entry.root, entry.row)
            size, mtime_ns, etag = entry.status if entry.status and not entry.problem else _UNKNOWN
            start = Sample(
                *(path, described.label, described.tags, described.split),
                bytes=size,
                mtime_ns=mtime_ns,
                etag=etag,
                text=described.text,
            )
            under_way.append((entry, start, described))
            ready = _without_opening(entry, start, known)
            # The first file that has to be opened says what is imported before the workers are forked: once, not in
            # each of them.
            if ready is None and not preload and not options.shallow and (promised := format_of_name(entry.path)):
                preload.extend(_MODULES[promised.kind])
            yield ready or _Item(entry.path, start, entry.place)

    work = partial(_line, shallow=options.shallow, wanted=options.facts)
    running = run_anywhere(
        work,
        items(),
        jobs=options.jobs,
        timeout_s=options.timeout_s,
        preload=preload,
        ahead=_read_ahead,
        together=partial(_lines, wanted=options.facts),
        arrived=(lambda results: keep([one for one in results if isinstance(one, bytes)])) if keep else None,
    )
    with closing(running) as results:
        for result in results:
            entry, start, described = under_way.popleft()
            # Results come in the order of the walk, whatever finished first: the oldest entry is the one meant.
            line: bytes | None
            if isinstance(result, Failure):
                check = "crashed-decoder" if result.reason == "crashed" else result.reason
                line = encode(unmeasured(start, start.path, Finding(check, "error", detail=result.detail)))
            else:
                line = result
            if line is not None and entry.remark:
                found = parse(line)
                others = (finding for finding in found.findings if finding != entry.remark)
                line = encode(changed(found, findings=(entry.remark, *others)))
            if line is not None:
                # Decoded from the line and not carried beside it: lines come from workers and from the last manifest
                # alike.
                tally.add(decode_line(line, _seen))
                if described.unmatched:
                    tally.note_unmatched(start.path)
                tally.sources[described.source] += 1
                yield line
            # No line and a problem: a link or folder whose name promises no media. It is told, and the scan goes on.
            elif entry.problem:
                tally.unreachable.append(f"{entry.path}: {entry.problem}")
            else:
                tally.note_other(entry.path)


def _line(item: _Item, *, shallow: bool, wanted: frozenset[str] | None) -> bytes | Decoded | None:
    found = decode(item.start, item.opened, shallow=shallow, place=item.place, wanted=wanted)
    return encode(found) if isinstance(found, Sample) else found


def _lines(
    results: "list[bytes | Decoded | Failure | None]", *, wanted: frozenset[str] | None
) -> "list[bytes | Failure | None]":
    """Return the results with lines for the files that waited for each other."""
    waiting = [one for one in results if isinstance(one, Decoded)]
    measured = iter(measure_decoded(waiting, wanted) if waiting else ())
    return [encode(next(measured)) if isinstance(one, Decoded) else one for one in results]


def _read_ahead(items: "Sequence[_Item]") -> None:
    read_ahead((item.opened, item.start.bytes) for item in items if item.place is None and is_elsewhere(item.opened))


def _without_opening(entry: "Entry", start: Sample, known: "KnownLines | Known | None") -> Ready | None:
    """Return the line of a file that need not or cannot be opened; None for one that has to be measured."""
    if entry.problem:
        if format_of_name(entry.path) is None:
            return Ready(None)
        detail = f"cannot be opened: it is {entry.problem}"
        return Ready(encode(unmeasured(start, start.path, Finding("unreadable", "error", detail=detail))))
    line = known.line(start) if known and entry.status else None
    return Ready(line) if line is not None else None
