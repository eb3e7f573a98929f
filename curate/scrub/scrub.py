"""Scrub: files without metadata under new names, by a journal, and the manifest to match."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from msgspec import Struct

from curate.journal import Journal, Operation, Outcome
from curate.media.metadata.found import KINDS, CannotStripError, Stripped, What
from curate.media.metadata.strip import check_same, strip
from curate.media.storage import read_media
from curate.media.storage.address import join
from curate.records.sample import Sample
from curate.scrub.samples import ORIGINALS, Names, Rewriter

DONE = {"done", "already"}
_DIGITS = 16
_AT_ONCE = 64
_AT_ONCE_BYTES = 1 << 28


class Seen(Struct):
    """What was found of one kind.

    Attributes:
        files: How many files have some.
        items: How many things it were.
        where: Where they stood, and how often.
        example: Path, place and text of the first.
    """

    files: int = 0
    items: int = 0
    where: dict[str, int] = {}
    example: str = ""


class Report(Struct):
    """What was found and what was done.

    Attributes:
        samples: In the manifest.
        clean: Files that say nothing.
        found: By kind, the gravest first.
        refused: By reason, how many files could not be scrubbed, and the first of them.
        left: What is known to be left, in words; files and an example each.
        replaced: Values of tags that were replaced, by key.
        rewritten: Other fields of the manifest that held a name or a path, by name.
        renamed: Files with another name.
    """

    samples: int = 0
    clean: int = 0
    found: dict[What, Seen] = {}
    refused: dict[str, tuple[int, str]] = {}
    left: dict[str, tuple[int, str]] = {}
    replaced: dict[str, int] = {}
    rewritten: dict[str, int] = {}
    renamed: int = 0

    def note(self, path: str, stripped: Stripped) -> None:
        """Count what one file says."""
        self.clean += not stripped.found
        for what in dict.fromkeys(one.what for one in stripped.found):
            seen = self.found.setdefault(what, Seen(where={}))
            items = [one for one in stripped.found if one.what == what]
            seen.files += 1
            seen.items += len(items)
            for one in items:
                seen.where[one.where] = seen.where.get(one.where, 0) + 1
            first = next((one for one in items if one.example), items[0])
            seen.example = seen.example or f"{path}: {first.where}{': ' if first.example else ''}{first.example}"
        for words in stripped.left:
            count_in(self.left, words, path)

    def in_order(self) -> None:
        """Put the kinds in the order of their gravity, and the places by how often they were."""
        self.found = {what: self.found[what] for what in KINDS if what in self.found}
        for seen in self.found.values():
            seen.where = dict(sorted(seen.where.items(), key=lambda item: (-item[1], item[0])))


def count_in(counts: dict[str, tuple[int, str]], reason: str, example: str) -> None:
    """Count one more of a reason; the first example stays."""
    count, first = counts.get(reason, (0, example))
    counts[reason] = count + 1, first


@dataclass(slots=True)
class Scrub:
    """What is to be done.

    Attributes:
        names: Where each file goes.
        rewriter: What becomes of the lines.
        into: The destination; in place: the folder that all samples are under.
        base: What the paths of the samples are relative to; empty: the working directory.
        in_place: Whether files are replaced where they are.
        report: Filled while it runs.
        failures: What the journal could not do.
        staged: Files that were made so far.
    """

    names: Names
    rewriter: Rewriter
    into: str
    base: str
    in_place: bool
    report: Report = field(default_factory=Report)
    failures: list[Outcome] = field(default_factory=list)
    staged: int = 0

    def look(self, samples: Iterable[Sample]) -> None:
        """Read every file and note what it says, and what becomes of its line; nothing is changed."""
        pattern = self.rewriter.replacement.pattern()
        for sample in samples:
            self.rewriter.line_of(sample, pattern)
            self.report.renamed += os.path.basename(self.names.by_path[sample.path]) != os.path.basename(sample.path)
            _look_at(self.report, sample, self.base)
        self._finish()

    def apply(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        """Write the files without what they say, and yield the samples that match them.

        A file that cannot be scrubbed gets no copy, and in place stays as it is; its sample is left out. A call that
        was killed is completed by repeating it.

        Args:
            samples: Of the manifest; `rewriter.replacement` has learned from all of them.

        Raises:
            BurnishError: The destination cannot be written to, the disk is full, or another process is at work there.
        """
        if not self.names.by_path:
            return
        pattern = self.rewriter.replacement.pattern()
        with Journal.open(self.into) as journal:
            for batch in _batches(samples):
                self.report.samples += len(batch)
                ready = [one for sample in batch if (one := self._prepare(journal, sample)) is not None]
                for sample, fields in self._place(journal, ready):
                    yield self.rewriter.line_of(sample, pattern, **fields)
        self._finish()

    def _prepare(self, journal: Journal, sample: Sample) -> "_Ready | None":
        """Strip one file into the journal's staging folder; None where that is refused, which is counted."""
        path, target = join(self.base, sample.path), self.names.by_path[sample.path]
        below = self.names.below(path)
        # By digest: what was scrubbed before can be scrubbed further.
        kept = f"{ORIGINALS}/{(sample.digest or '').removeprefix('sha256:')[:_DIGITS]}/{below}"
        source, is_aside = path, False
        if self.in_place and journal.done(kept):
            # An earlier call with this manifest came at least as far as setting the original aside.
            source, is_aside = os.path.join(self.into, kept), True
        try:
            data = _read(source, sample)
            stripped = strip(data, sample.path)
            if stripped.data != data:
                check_same(data, stripped.data, sample.path)
        except CannotStripError as error:
            count_in(self.report.refused, str(error), sample.path)
            return None
        self.report.note(sample.path, stripped)
        untouched = self.in_place and stripped.data == data and target == below
        read, made = (f"sha256:{hashlib.sha256(one).hexdigest()}" for one in (data, stripped.data))
        staged = ""
        if not untouched:
            # A number, and not the name: the journal that goes with the copies is to say nothing of it.
            staged = os.path.join(journal.staging(), str(self.staged))
            self.staged += 1
            with open(staged, "wb") as file:
                file.write(stripped.data)
        aside = None if is_aside else Operation("move", path, kept, len(data), sample.mtime_ns, read)
        return _Ready(sample, aside, target, staged, made, len(stripped.data))

    def _place(self, journal: Journal, ready: "list[_Ready]") -> Iterator[tuple[Sample, dict[str, object]]]:
        """Set the originals aside where it is done in place, then give the new files their names."""
        going = [one for one in ready if one.staged]
        if self.in_place:
            aside = [one.aside for one in going if one.aside]
            refused = {outcome.operation.target for outcome in self._outcomes(journal, aside)}
            going = [one for one in going if one.aside is None or one.aside.target not in refused]
        makes = [Operation("create", one.staged, one.target, digest=one.digest) for one in going]
        refused_targets = {outcome.operation.target for outcome in self._outcomes(journal, makes)}
        placed = {one.sample.path for one in going if one.target not in refused_targets}
        for one in ready:
            if one.staged and one.sample.path not in placed:
                continue
            status = os.stat(os.path.join(self.into, one.target))
            self.report.renamed += os.path.basename(one.target) != os.path.basename(one.sample.path)
            yield one.sample, {"digest": one.digest, "bytes": one.bytes, "mtime_ns": status.st_mtime_ns}

    def _outcomes(self, journal: Journal, operations: list[Operation]) -> list[Outcome]:
        refused = [outcome for outcome in journal.apply(operations) if outcome.status not in DONE]
        self.failures += refused
        return refused

    def _finish(self) -> None:
        self.report.in_order()
        self.report.replaced = dict(sorted(self.rewriter.replacement.counts.items()))
        self.report.rewritten = dict(sorted(self.rewriter.replaced.items()))
        for name, (count, example) in sorted(self.rewriter.left.items()):
            self.report.left[f"values that were replaced stand in {name}"] = count, example
        for key, (count, example) in sorted(self.rewriter.replacement.no_numbers.items()):
            self.report.left[f"values of {key} that are no numbers"] = count, f"{key}={example}"


def look_at(samples: Iterable[Sample], base: str) -> Report:
    """Return what the files of samples say beside their content.

    Args:
        samples: Of a manifest.
        base: What their paths are relative to; empty: the working directory.
    """
    report = Report()
    for sample in samples:
        _look_at(report, sample, base)
    report.in_order()
    return report


def _look_at(report: Report, sample: Sample, base: str) -> None:
    report.samples += 1
    try:
        report.note(sample.path, strip(_read(join(base, sample.path), sample), sample.path))
    except CannotStripError as error:
        count_in(report.refused, str(error), sample.path)


@dataclass(slots=True)
class _Ready:
    """A file that is stripped.

    Attributes:
        sample: As it was read.
        aside: Sets the original aside, in place; None where an earlier call did.
        target: Where the new file goes, relative to the destination.
        staged: Where it is; empty where the original stays.
        digest: Of the new file.
        bytes: Its size.
    """

    sample: Sample
    aside: Operation | None
    target: str
    staged: str
    digest: str
    bytes: int


def _batches(samples: Iterable[Sample]) -> Iterator[list[Sample]]:
    batch: list[Sample] = []
    size = 0
    for sample in samples:
        batch.append(sample)
        size += sample.bytes or 0
        if len(batch) >= _AT_ONCE or size >= _AT_ONCE_BYTES:
            yield batch
            batch, size = [], 0
    yield batch


def _read(path: str, sample: Sample) -> bytes:
    """Return the bytes of a sample's file.

    Raises:
        CannotStripError: It cannot be read, or is not the one that was scanned.
    """
    try:
        data = bytes(read_media(path, size=sample.bytes) or b"")
    except OSError as error:
        raise CannotStripError(f"it cannot be read: {error.strerror or 'it is no regular file'}") from None
    except ValueError as error:  # a name with a NUL, which a manifest of somebody's may have
        raise CannotStripError(f"it cannot be read: {error}") from None
    if sample.digest is not None and sample.digest != f"sha256:{hashlib.sha256(data).hexdigest()}":
        raise CannotStripError("it is not the file that was scanned; scan again")
    return data
