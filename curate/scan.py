"""Scan folders: walk, label, measure in worker processes, and reuse what did not change."""

import os
from collections import Counter, deque
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from curate.engine import Failure, Ready, run
from curate.manifest import decode_line, encode
from curate.measure import measure, unmeasured
from curate.media.sniff import format_of_name
from curate.sample import Finding, Kind, Sample, Severity
from curate.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curate.known import Known
    from curate.labels import Description, Labeller
    from curate.walk import Entry


@dataclass(slots=True)
class Tally:
    """What a scan met, counted while it runs.

    Attributes:
        kinds: Media files by kind.
        labels: Media files by label.
        splits: Media files by split.
        findings: By severity and check.
        examples: One path for each check.
        others: Files that are neither images nor audio, by the ending of their names.
        unreachable: Folders and links that could not be followed, with the reason.
        unmatched: Media files that the pattern did not match.
        first_unmatched: One of them.
        reused: Media files whose facts were taken over from the last scan.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    findings: Counter[tuple[Severity, str]] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    unreachable: list[str] = field(default_factory=list)
    unmatched: int = 0
    first_unmatched: str = ""
    reused: int = 0

    def add(self, seen: "Seen", described: "Description") -> None:
        self.kinds[seen.kind or "unknown"] += 1
        if seen.label is not None:
            self.labels[seen.label] += 1
        if seen.split is not None:
            self.splits[seen.split] += 1
        for finding in seen.findings:
            self.findings[finding.severity, finding.check] += 1
            self.examples.setdefault(finding.check, seen.path)
        if described.unmatched:
            self.unmatched += 1
            self.first_unmatched = self.first_unmatched or seen.path

    def add_other(self, path: str) -> None:
        name = path.rpartition("/")[2]
        _, dot, ending = name.rpartition(".")
        self.others[f".{ending.lower()}" if dot else "no ending"] += 1


class Seen(msgspec.Struct):
    """The part of a sample that the tally counts."""

    path: str
    kind: Kind | None = None
    label: str | None = None
    split: str | None = None
    findings: tuple[Finding, ...] = ()


_seen = msgspec.json.Decoder(Seen)


@dataclass(frozen=True, slots=True)
class Options:
    """How to scan.

    Attributes:
        base: Folder that the paths of the samples are relative to; empty: the working directory, as typed.
        jobs: Worker processes; None: as many as this process may use processors.
        timeout_s: Seconds that one file may take.
        shallow: Read only the headers.
    """

    base: str = ""
    jobs: int | None = None
    timeout_s: float = 60.0
    shallow: bool = False


def scan(
    roots: "Sequence[str]", labeller: "Labeller", options: Options, tally: Tally, known: "Known | None" = None
) -> "Iterator[bytes]":
    """Yield the manifest line of every image and audio file under the roots, in the order of the walk.

    Args:
        roots: Folders or files.
        labeller: Says what names and folders mean.
        options: How to scan.
        tally: Is counted up meanwhile.
        known: The samples of the last scan; those whose size and time of change are the same are not measured again.
    """
    under_way: deque[tuple[Entry, Sample, Description]] = deque()

    def items() -> "Iterator[Ready | tuple[Any, ...]]":
        for entry in walk(roots):
            path = os.path.relpath(entry.path, options.base) if options.base else entry.path
            described = labeller.describe(entry.path, entry.root)
            start = _start(entry, path, described)
            under_way.append((entry, start, described))
            yield _without_opening(entry, start, known) or (entry.path, path, *described[:3])

    work = partial(_measured_line, shallow=options.shallow)
    with closing(run(work, items(), jobs=options.jobs, timeout_s=options.timeout_s, preload=("numpy",))) as results:
        for result in results:
            entry, start, described = under_way.popleft()
            line = _line_of_failure(start, result) if isinstance(result, Failure) else result
            if line is not None:
                tally.add(decode_line(line, _seen), described)
                yield line
            elif entry.problem:
                tally.unreachable.append(f"{entry.path}: {entry.problem}")
            else:
                tally.add_other(entry.path)


def _start(entry: "Entry", path: str, described: "Description") -> Sample:
    """Return the sample as far as it is known before its file is opened."""
    start = Sample(path, described.label, described.tags, described.split)
    if entry.status is None or entry.problem:
        return start
    return replace(start, bytes=entry.status.st_size, mtime_ns=entry.status.st_mtime_ns)


def _measured_line(item: tuple[str, str, str | None, tuple[str, ...], str | None], *, shallow: bool) -> bytes | None:
    opened, path, label, tags, split = item
    sample = measure(Sample(path, label, tags, split), opened, shallow=shallow)
    return encode(sample) if sample else None


def _without_opening(entry: "Entry", start: Sample, known: "Known | None") -> Ready | None:
    """Return the line of a file that need not or cannot be opened; None for one that has to be measured."""
    if entry.problem:
        if format_of_name(entry.path) is None:
            return Ready(None)
        detail = f"cannot be opened: it is {entry.problem}"
        return Ready(encode(unmeasured(start, start.path, Finding("unreadable", "error", detail=detail))))
    line = known.line(start, entry.status) if known and entry.status else None
    return Ready(line) if line is not None else None


def _line_of_failure(start: Sample, failure: Failure) -> bytes:
    check = "timeout" if failure.reason == "timeout" else "crashed-decoder"
    return encode(unmeasured(start, start.path, Finding(check, "error", detail=failure.detail)))
