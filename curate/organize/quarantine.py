"""Quarantine: dropped files move out of the dataset, into a folder for each check, and can come back."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from curate.ground.errors import UsageError
from curate.media.storage.address import is_elsewhere, is_url, join, split_member
from curate.records.dataset_root import DatasetFolders
from curate.records.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curate.journal import Operation, Outcome


@dataclass(slots=True)
class Quarantine:
    """The dropped files of one set and where they go: `DIR/<check>/<path>`.

    Attributes:
        folder: Where they go.
        base: What the paths of the samples are relative to; empty: the working directory.
        operations: The moves, in the order of the manifest.
        checks: How many files go for each check.
        bytes: How large they are together.
    """

    folder: str
    base: str = ""
    operations: "list[Operation]" = field(default_factory=list)
    checks: Counter[str] = field(default_factory=Counter)
    bytes: int = 0

    def refuse_inside(self, dataset: DatasetFolders) -> None:
        """Check that the quarantine is not inside the dataset, where the next scan would find the files again.

        Raises:
            UsageError: It is.
        """
        if around := dataset.dataset_around(self.folder):
            raise UsageError(
                f"--quarantine {self.folder} is inside the dataset {around}, where the next scan would find the files "
                f"again; name a folder beside it, or a hidden one (.quarantine)"
            )

    def add(self, sample: Sample, check: str) -> None:
        """Plan to move the file of a dropped sample."""
        from curate.journal import Operation

        source = join(self.base, sample.path)
        if is_elsewhere(source) and (is_url(source) or split_member(source).name):
            raise UsageError(f"{sample.path} is no file of a disk, and stays where it is: leave --apply out")
        # Where the path climbs out of the working directory or begins at the root, what is left of it will do.
        parts = [part for part in sample.path.split("/") if part not in {"", ".", ".."}]
        target = "/".join((check, *parts))
        self.operations.append(Operation("move", source, target, sample.bytes, sample.mtime_ns, sample.digest))
        self.checks[check] += 1
        self.bytes += sample.bytes or 0

    def apply(self) -> "Iterator[Outcome]":
        """Move the files, journaled, and yield what became of each; completes a call that was killed.

        Raises:
            BurnishError: The folder cannot be written to, the disk is full, or another process is at work there.
        """
        from curate.journal import Journal

        with Journal.open(self.folder) as journal:
            yield from journal.apply(self.operations)
