"""Where a repaired file goes: its own place under a right name, or one that nobody has; and its original, set aside."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from curate.ground.errors import InputError
from curate.media.storage.address import is_elsewhere, join

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curate.journal import Journal
    from curate.records.sample import Sample

ORIGINALS = ".originals"
"""Where files are kept whose bytes were changed: hidden, so that no scan sees them; as of `scrub --in-place`."""
_DIGITS = 16


@dataclass(slots=True)
class Places:
    """The files of one manifest.

    Attributes:
        common: The folder that all samples are under, as a path of the system: the journal is there.
        base: What the paths of the samples are relative to; empty: the working directory.
        journal: Open while files are changed; what it says was done by an earlier call is not done again.
    """

    common: str
    base: str = ""
    journal: "Journal | None" = None
    _given: set[str] = field(default_factory=set)
    _moved: dict[str, str] = field(default_factory=dict)
    _folders: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, samples: "Iterable[Sample]", base: str) -> "Places":
        """Look at all paths before the first is touched.

        Raises:
            InputError: One is in a store or a shard, stands there twice, or is of a manifest without digests.
        """
        seen = set[str]()
        places = cls("", base)
        for sample in samples:
            if is_elsewhere(join(base, sample.path)):
                raise InputError(
                    f"--fix changes files of a disk, and {sample.path} is in a store or a shard; bring them here "
                    "first: burnish organize --into DIR --apply"
                )
            # By where it is: a link to a folder gives a file a second path, and it must not be mended twice.
            try:
                real = places.real(sample.path)
            except ValueError:
                raise InputError(f"{sample.path!r} is no path of a file") from None
            if real in seen:
                raise InputError(f"{sample.path} stands in the manifest twice; keep one line of it: burnish dedup")
            if sample.digest is None and sample.kind in {"image", "audio"} and not sample.findings:
                raise InputError(f"{sample.path} has no digest in the manifest, which --fix needs: burnish scan FOLDER")
            seen.add(real)
        places.common = os.path.commonpath(list(places._folders.values())) if places._folders else ""
        if places.common == os.sep:
            raise InputError("the files of the manifest have no folder in common for a journal; mend them part by part")
        return places

    def real(self, path: str) -> str:
        """Return where the file of a sample is: links to folders followed, a link to the file itself not."""
        folder, name = os.path.split(os.path.join(self.base, path))
        if folder not in self._folders:
            self._folders[folder] = os.path.realpath(folder)
        return os.path.join(self._folders[folder], name)

    def below(self, path: str) -> str:
        """Return the file of a sample as the journal names it."""
        return os.path.relpath(self.real(path), self.common).replace(os.sep, "/")

    def open(self, journal: "Journal") -> None:
        """Use a journal, and read from it what an earlier call moved."""
        self.journal = journal
        for number in journal.file.ids("done"):
            change = journal.file.change(number)
            if change.kind == "move" and not change.target.startswith(f"{ORIGINALS}/"):
                self._moved[journal.tree.absolute(change.source)] = journal.tree.absolute(change.target)

    def aside(self, sample: "Sample") -> str:
        """Return where the original goes, by its digest: what was repaired once can be repaired further."""
        digest = (sample.digest or "").removeprefix("sha256:")[:_DIGITS]
        return f"{ORIGINALS}/{digest}/{self.below(sample.path)}"

    def source(self, sample: "Sample") -> tuple[str, bool]:
        """Return where the bytes of a sample are now, and whether an earlier call brought them there."""
        real, aside = self.real(sample.path), self.aside(sample)
        if self.journal and self.journal.done(aside):
            return os.path.join(self.common, aside), True
        if not os.path.lexists(real) and real in self._moved:
            return self._moved[real], True
        return real, False

    def renamed(self, sample: "Sample", ending: str, digest: str) -> str:
        """Return the path of a sample under another ending, as the manifest has it, with a number where it is taken.

        Args:
            sample: As it was.
            ending: Without the dot.
            digest: Of the bytes that will be there.
        """
        stem, number = os.path.splitext(sample.path)[0], 1
        while True:
            path = f"{stem}{f'-{number}' if number > 1 else ''}.{ending}"
            if path not in self._given and self._is_free(sample, path, digest):
                self._given.add(path)
                return path
            number += 1

    def _is_free(self, sample: "Sample", path: str, digest: str) -> bool:
        real = self.real(path)
        if not os.path.lexists(real):
            return True
        before = self.journal.done(self.below(path)) if self.journal else None
        if before is None:
            return False
        # What an earlier call made of this very sample is not in its way.
        return before.digest == digest if before.kind == "create" else self._moved.get(self.real(sample.path)) == real
