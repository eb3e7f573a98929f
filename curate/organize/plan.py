"""Organize: arrange the files of a set in folders, by a plan that is complete before anything is touched."""

import hashlib
import os
import shutil
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

from curate.ground.errors import InputError, UsageError
from curate.journal import Journal, KeyJournal, Operation, Outcome, open_journal
from curate.media.storage import read_media, status_of
from curate.media.storage.address import is_elsewhere, is_url, join
from curate.organize.template import Layout, shortened
from curate.records.dataset_root import DatasetFolders
from curate.records.sample import Sample
from curate.records.writer import changed

Digest = bytes
"""128 bits of a text: that two of 10,000,000 meet is less likely than 1 in 10^24."""

Mode = Literal["copy", "move", "hardlink", "symlink"]
MODES: tuple[Mode, ...] = get_args(Mode)

DONE = {"done", "already"}
"""What became of an operation that need not be done again."""


@dataclass(slots=True)
class Plan:
    """Where each file goes.

    Attributes:
        into: The destination folder.
        mode: How files get there.
        layout: The parts that no sample has a value for are taken out by `leave_out_unknown`.
        base: What the paths of the samples are relative to; empty: the working directory.
        count: How many files there are.
        folders: How many of them go into each folder.
        bytes: How large the files are together.
        left_out: Fields of the layout that no sample has.
        renamed: How many names got a suffix, because several files would have had one.
    """

    into: str
    mode: Mode
    layout: Layout
    base: str = ""
    count: int = 0
    folders: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    left_out: tuple[str, ...] = ()
    renamed: int = 0
    _shared: set[Digest] = field(default_factory=set)

    def leave_out_unknown(self, samples: Iterable[Sample]) -> None:
        """Take the fields out of the layout that no sample has.

        Raises:
            UsageError: Some samples have a field and others do not.
        """
        present: Counter[str] = Counter()
        lacking: dict[str, str] = {}
        count = 0
        for count, sample in enumerate(samples, start=1):  # noqa: B007 - used after the loop
            for one in self.layout.fields:
                if one.value(sample) is None:
                    lacking.setdefault(one.name, sample.path)
                else:
                    present[one.name] += 1
        for name, path in lacking.items():
            # A field that nobody has is left out of the layout; one that some have would put the others into another
            # depth.
            if present[name]:
                cure = "split them all: burnish split" if name == "split" else f"or leave {{{name}}} out of --layout"
                raise UsageError(f"{count - present[name]:,} samples have no {name}, such as {path}; {cure}")
        self.left_out = tuple(lacking)
        self.layout = self.layout.without(set(lacking))

    def place(self, samples: Iterable[Sample]) -> Iterator[tuple[str, Sample]]:
        """Find out which names several files would have, and yield where each file goes as far as is known by then.

        Of a name that a later file shares, the suffix is missing: `target` has it once all samples were passed.

        Raises:
            UsageError: A value makes no safe name of a folder, or two folders differ only in case.
            InputError: Two samples have one path.
        """
        # Digests, not texts: two dictionaries of 1,000,000 paths took 500 MB. What `target` returns it computes again.
        paths: set[Digest] = set()
        names: set[Digest] = set()
        for sample in samples:
            if (key := _key(sample.path)) in paths:
                raise InputError(f"{sample.path} stands in the manifest twice; keep one line of it: burnish dedup")
            paths.add(key)
            target = self.layout.target(sample)
            # Case folded: on macOS and Windows `A.png` and `a.png` are one file.
            name = _key(target.casefold())
            if name in self._shared:
                self.renamed += 1
            elif name in names:
                self._shared.add(name)
                self.renamed += 2
            names.add(name)
            self.folders[target.rpartition("/")[0]] += 1
            self.count += 1
            self.bytes += sample.bytes or 0
            yield target, sample
        _refuse_folders_that_differ_in_case(self.folders)

    def target(self, sample: Sample) -> str:
        """Return where a file goes, relative to the destination; only after all samples were placed."""
        target = self.layout.target(sample)
        if not self._shared or _key(target.casefold()) not in self._shared:
            return target
        # From the path alone, not from the place in the manifest, so that another order gives the same names.
        suffix = hashlib.sha256(os.fsencode(sample.path)).hexdigest()[:8]
        folder, slash, name = target.rpartition("/")
        return f"{folder}{slash}{shortened(name, f'-{suffix}')}"

    def refuse_what_cannot_work(self, dataset: DatasetFolders) -> None:
        """Check the destination before any file is touched.

        Raises:
            UsageError: It is inside the dataset.
            InputError: There is too little space for the copies.
        """
        if is_url(self.into) and self.mode != "copy":
            raise UsageError(f"--mode {self.mode}: a store has no moves and links; use --mode copy")
        if around := dataset.dataset_around(self.into):
            raise UsageError(f"--into {self.into} is inside the dataset {around}; name a folder beside it")
        if is_url(self.into):
            return
        if self.mode == "copy":
            room_for(self.into, self.bytes, ", or use --mode hardlink or move")

    def operation(self, sample: Sample) -> Operation:
        """Return what is to be done with a sample's file."""
        source = join(self.base, sample.path)
        target = self.target(sample)
        return Operation(self.mode, source, target, sample.bytes, sample.mtime_ns, sample.digest)

    def moved(self, sample: Sample, etag: str | None = None) -> Sample:
        """Return the sample at its new place, with its ETag if that is in a store; its origin remembers the old one."""
        path = f"{self.into.rstrip('/')}/{self.target(sample)}"
        fields: dict[str, object] = {"path": path, "origin": {**(sample.origin or {}), "organized_from": sample.path}}
        # A copy on a disk keeps its time. What comes out of a store or goes into one is known by another sign there.
        if is_url(self.into):
            fields |= {"mtime_ns": None, "etag": etag}
        elif is_elsewhere(join(self.base, sample.path)):
            fields |= {"mtime_ns": status_of(path).mtime_ns, "etag": None}
        return changed(sample, **fields)


def arrange(
    plan: Plan, samples: Iterable[Sample], metadata: dict[str, bytes], failures: list[Outcome]
) -> Iterator[Sample]:
    """Bring each file to its place and yield its sample with the new path; last, write the metadata files.

    A call that was killed is completed by repeating it with the same manifest.

    Args:
        plan: Complete.
        samples: Those that the plan was made for, in any order.
        metadata: Content of the metadata files, by path relative to the destination.
        failures: Is given what was not done: files that vanished or changed, names that are taken.

    Raises:
        BurnishError: The destination cannot be written to, the disk is full, or another process is at work there.
    """
    waiting: deque[Sample] = deque()

    def operations(journal: Journal | KeyJournal) -> Iterator[Operation]:
        for sample in samples:
            operation = plan.operation(sample)
            if isinstance(journal, Journal) and is_elsewhere(operation.source):
                fetched = _fetched(operation, journal.staging())
                if isinstance(fetched, Outcome):
                    failures.append(fetched)
                    continue
                operation = fetched
            waiting.append(sample)
            yield operation

    def created(journal: Journal | KeyJournal) -> Iterator[Operation]:
        for number, (target, content) in enumerate(metadata.items()):
            # Written aside and then moved by the journal, so that undo knows them, and a crash leaves no half of one.
            staged = os.path.join(journal.staging(), f"metadata-{number}")
            with open(staged, "wb") as file:
                file.write(content)
            yield Operation("create", staged, target)

    # Outcomes come in the order of the operations, so the oldest that waits is the one meant.
    with open_journal(plan.into) as journal:
        for outcome in journal.apply(operations(journal)):
            sample = waiting.popleft()
            if outcome.status in DONE:
                yield plan.moved(sample, outcome.etag)
            else:
                failures.append(outcome)
        failures += [outcome for outcome in journal.apply(created(journal)) if outcome.status not in DONE]


def _key(text: str) -> Digest:
    # Any surrogate may stand in a manifest.
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def room_for(folder: str, size: int, otherwise: str) -> None:
    """Check that copies of some size fit into a folder.

    Raises:
        InputError: They do not; says what else could be done.
    """
    # The folder is made later; what is free is asked of the nearest folder above that is there.
    existing = os.path.realpath(folder)
    while not os.path.isdir(existing):
        existing = os.path.dirname(existing)
    free = shutil.disk_usage(existing).free
    if size > free:
        raise InputError(
            f"the copies need {size / 1e6:,.1f} MB, and {folder} has {free / 1e6:,.1f} MB free; make room{otherwise}"
        )


def _fetched(operation: Operation, staging: str) -> Operation | Outcome:
    """Return the operation that takes over what was fetched from a store or a shard, or why there is nothing."""
    try:
        data = read_media(operation.source, size=operation.bytes) or b""
    except FileNotFoundError:
        return Outcome(operation, "vanished", "it is not there any more")
    except OSError as error:
        return Outcome(operation, "failed", error.strerror or str(error))
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    if operation.digest not in {None, digest}:
        return Outcome(operation, "changed", "its content changed since it was scanned")
    staged = os.path.join(staging, hashlib.sha256(os.fsencode(operation.target)).hexdigest())
    with open(staged, "wb") as file:
        file.write(data)
    return Operation("create", staged, operation.target, digest=digest)


def _refuse_folders_that_differ_in_case(folders: Iterable[str]) -> None:
    spelt: dict[str, str] = {}
    for folder in folders:
        # Each folder above as well: `Cat/a` and `cat/b` are two folders, and no two names below them meet.
        parts = folder.split("/")
        for above in ("/".join(parts[:depth]) for depth in range(len(parts), 0, -1)):
            other = spelt.setdefault(above.casefold(), above)
            if other != above:
                raise UsageError(
                    f"the folders {other!r} and {above!r} differ only in case, and would be one on macOS and Windows; "
                    "rename one of the labels"
                )
