"""Repair a dataset: look at its files, change them by a journal, and give the samples what their files are now."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from msgspec import Struct

from curate.check.checks import SCAN_CHECKS
from curate.journal import Journal, Operation, Outcome
from curate.media.storage.local import open_file
from curate.records.sample import Sample
from curate.records.writer import changed
from curate.repair.fixes import EXTENSION, ORIENTATION, may_need
from curate.repair.mend import Mended, mend
from curate.repair.places import Places
from curate.scan.measure import measure

_DONE = {"done", "already"}
_AT_ONCE, _AT_ONCE_BYTES = 64, 1 << 28
_MENDED_CHECKS = {EXTENSION: "wrong-extension", ORIENTATION: "rotated"}
_NOTICED = (*SCAN_CHECKS, *_MENDED_CHECKS.values())


class Counted(Struct):
    """How many files, how many bytes of them, and the first."""

    files: int = 0
    bytes: int = 0
    example: str = ""

    def add(self, path: str, size: int = 0) -> None:
        """Count one more."""
        self.files, self.bytes, self.example = self.files + 1, self.bytes + size, self.example or path


class Report(Struct):
    """What was found and what was done.

    Attributes:
        looked_at: Files that were looked at.
        unreadable: Those of them that are not there or cannot be read.
        files: Files that were, or would be, changed.
        done: By fix, files that needed it and can have it.
        behind: What stood behind the end of files, by what it is.
        refused: By fix and reason, files that need it and cannot have it.
        numbered: Files whose right name is taken, so that theirs has a number.
        failures: What the journal could not do.
    """

    looked_at: int = 0
    unreadable: int = 0
    files: int = 0
    done: dict[str, Counted] = {}
    behind: dict[str, Counted] = {}
    refused: dict[tuple[str, str], Counted] = {}
    numbered: int = 0
    failures: list[Outcome] = []

    def note(self, path: str, mended: Mended) -> None:
        """Count one file."""
        self.looked_at += 1
        self.files += bool(mended.done)
        for fix in mended.done:
            self.done.setdefault(fix, Counted()).add(path)
        if mended.behind:
            self.behind.setdefault(mended.behind, Counted()).add(path, mended.cut_bytes)
        for refusal in mended.refused:
            self.refused.setdefault(refusal, Counted()).add(path)


class _Ready(Struct):
    """A file that is ready to take its place.

    Attributes:
        sample: As it was read.
        mended: What was done to it.
        path: Its path to be, as the manifest has it.
        moves: Sets the original aside, or gives it its name; None where an earlier call did.
        staged: Where its new bytes are; empty where they are the old ones.
        digest: Of its bytes to be.
    """

    sample: Sample
    mended: Mended
    path: str
    moves: Operation | None
    staged: str
    digest: str


@dataclass(slots=True)
class Repair:
    """The repair of one manifest.

    Attributes:
        fixes: What is asked for.
        places: Of its files.
        report: Filled while it runs.
        repaired: What became of the samples whose files were changed, by their old paths.
        staged: Files that were made so far.
    """

    fixes: frozenset[str]
    places: Places
    report: Report = field(default_factory=lambda: Report(done={}, behind={}, refused={}, failures=[]))
    repaired: dict[str, Sample] = field(default_factory=dict)
    staged: int = 0

    def look(self, samples: Iterable[Sample]) -> None:
        """Read every file that may need it, and note what would be done; nothing is changed."""
        for sample in samples:
            if may_need(sample, self.fixes) and (found := self._read(sample)):
                self._path(sample, found[1])

    def apply(self, samples: Iterable[Sample]) -> None:
        """Change the files, and note in `repaired` what they are now; a call that was killed is completed by repeating.

        Raises:
            BurnishError: The folder cannot be written to, the disk is full, or another process is at work there.
        """
        wanted = (sample for sample in samples if may_need(sample, self.fixes))
        if not self.places.common:
            return
        with Journal.open(self.places.common) as journal:
            self.places.open(journal)
            try:
                for batch in _batches(wanted):
                    self._place(journal, [ready for sample in batch if (ready := self._prepare(journal, sample))])
            except OSError as error:  # the disk is full while a file is made
                raise journal.stopped(error) from None

    def follow(self, sample: Sample) -> Sample:
        """Return a sample with what its file is now, and the new names of the files that it was made from."""
        sample = self.repaired.get(sample.path, sample)
        origin, fields = dict(sample.origin or {}), dict[str, object]()
        for name in ("source", "standardized_from"):
            new = self.repaired.get(path) if isinstance(path := origin.get(name), str) else None
            if new is not None and new.path != path:
                origin[name] = new.path
                fields["origin"] = origin
        if sample.duplicate_of and (new := self.repaired.get(sample.duplicate_of)) and new.path != sample.duplicate_of:
            fields["duplicate_of"] = new.path
        return changed(sample, **fields) if fields else sample

    def _read(self, sample: Sample) -> tuple[str, Mended] | None:
        """Return where the bytes of a sample are, and what they become; None where nothing can or has to be done."""
        source, _ = self.places.source(sample)
        try:
            # A pipe that stands under a sample's name would be waited for without an end.
            with open_file(source) as file:
                data = file.read()
        except (OSError, ValueError) as error:  # a name with a NUL, which a manifest of somebody's may have
            reason = (isinstance(error, OSError) and error.strerror) or "it is no regular file"
            self.report.note(sample.path, Mended(b"", refused=(("all", f"it cannot be read: {reason}"),)))
            self.report.unreadable += 1
            return None
        if sample.digest != f"sha256:{hashlib.sha256(data).hexdigest()}":
            self.report.note(sample.path, Mended(b"", refused=(("all", "it is not the file that was scanned"),)))
            return None
        mended = mend(data, sample, self.fixes)
        self.report.note(sample.path, mended)
        return (source, mended) if mended.done else None

    def _path(self, sample: Sample, mended: Mended, digest: str = "") -> str:
        if mended.ending is None:
            return sample.path
        path = self.places.renamed(sample, mended.ending, digest)
        self.report.numbered += os.path.splitext(path)[0] != os.path.splitext(sample.path)[0]
        return path

    def _prepare(self, journal: Journal, sample: Sample) -> _Ready | None:
        found = self._read(sample)
        if found is None:
            return None
        source, mended = found
        is_moved = self.places.source(sample)[1]
        digest = f"sha256:{hashlib.sha256(mended.data).hexdigest()}"
        path = self._path(sample, mended, digest)
        if set(mended.done) == {EXTENSION}:
            operation = Operation("move", source, self.places.below(path), sample.bytes, sample.mtime_ns, sample.digest)
            return _Ready(sample, mended, path, None if is_moved else operation, "", digest)
        staged = os.path.join(journal.staging(), str(self.staged))
        self.staged += 1
        with open(staged, "wb") as file:
            file.write(mended.data)
        # The new bytes take the mode of the old ones: a set that others read stays one that others read.
        os.chmod(staged, os.stat(source).st_mode & 0o777)
        aside = Operation("move", source, self.places.aside(sample), sample.bytes, sample.mtime_ns, sample.digest)
        return _Ready(sample, mended, path, None if is_moved else aside, staged, digest)

    def _place(self, journal: Journal, ready: list[_Ready]) -> None:
        """Move the originals, then give the new files their names; what is done is measured as a scan does."""
        moves = [one.moves for one in ready if one.moves]
        refused = self._refused(journal.apply(moves))
        ready = [one for one in ready if one.moves is None or one.moves.target not in refused]
        makes = [
            Operation("create", one.staged, self.places.below(one.path), digest=one.digest)
            for one in ready
            if one.staged
        ]
        refused = self._refused(journal.apply(makes))
        for one in ready:
            if self.places.below(one.path) not in refused:
                self.repaired[one.sample.path] = self._measured(one)

    def _refused(self, outcomes: Iterator[Outcome]) -> set[str]:
        failed = [outcome for outcome in outcomes if outcome.status not in _DONE]
        self.report.failures += failed
        return {outcome.operation.target for outcome in failed}

    def _measured(self, one: _Ready) -> Sample:
        """Return the sample of a file as it is now; its lineage says what it was."""
        before, real = one.sample, self.places.real(one.path)
        origin = {**(before.origin or {}), "repaired": list(one.mended.done), "repaired_from": before.path}
        mended = {_MENDED_CHECKS.get(fix) for fix in one.mended.done}
        if not one.staged:
            kept = tuple(found for found in before.findings if found.check not in mended)
            fields = {"path": one.path, "mtime_ns": os.stat(real).st_mtime_ns, "findings": kept, "origin": origin}
            return changed(before, **fields)
        origin["repaired_digest"] = before.digest
        now = measure(before, real) or before
        others = tuple(found for found in before.findings if found.check not in _NOTICED)
        names = ("bytes", "mtime_ns", "digest", "facts_version", "image", "audio")
        fields = {name: getattr(now, name) for name in names}
        return changed(before, **fields, path=one.path, findings=(*now.findings, *others), origin=origin)


def _batches(samples: Iterable[Sample]) -> Iterator[list[Sample]]:
    batch, size = list[Sample](), 0
    for sample in samples:
        batch.append(sample)
        size += sample.bytes or 0
        if len(batch) >= _AT_ONCE or size >= _AT_ONCE_BYTES:
            yield batch
            batch, size = [], 0
    yield batch
