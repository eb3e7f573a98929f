"""The files of a release: held against the digests of its manifest, and copied where it is to keep them itself."""

import hashlib
import os
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from curate.ground.atomic import atomic_write
from curate.ground.errors import GateError
from curate.journal.fs import digest_of
from curate.media.storage import open_media
from curate.media.storage.address import join
from curate.records.sample import Sample
from curate.release.records import MEDIA, How

_THREADS = 8
_CHUNK_BYTES = 1 << 20
_SHOWN = 3
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")
_DIGEST = re.compile("sha256:[0-9a-f]{64}")


@dataclass(slots=True)
class Files:
    """The files of samples, held against digests.

    Attributes:
        root: What paths are relative to; empty: the working directory.
        store: The releases' own folder of files; empty: none is looked at.
        right: How many are as their digests say.
        lost: What cannot be read, and why, by path.
        changed: Paths of those with other bytes than their digests say.
        unknown: Paths of those whose digest nobody knows.
    """

    root: str = ""
    store: str = ""
    right: int = 0
    lost: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def read(self, samples: Sequence[Sample]) -> list[str | None]:
        """Return the digests of the files of some samples as they are now; None where one cannot be read."""
        # hashlib and read let go of the interpreter, so threads use the disk and all processors.
        with ThreadPoolExecutor(_THREADS) as pool:
            found = list(pool.map(self._read, samples))
        for sample, (digest, problem) in zip(samples, found, strict=True):
            if digest is None:
                self.lost[sample.path] = problem
            elif sample.digest not in (None, digest):
                self.changed.append(sample.path)
            else:
                self.right += 1
        return [digest for digest, _ in found]

    def trust(self, samples: Sequence[Sample]) -> list[str | None]:
        """Return the digests that the manifest has; no file is read."""
        self.unknown += [one.path for one in samples if not _DIGEST.fullmatch(one.digest or "")]
        return [one.digest for one in samples]

    def _read(self, sample: Sample) -> tuple[str | None, str]:
        # A file in the store is as good as the one at its path, and outlives it.
        if self.store and (kept := stored(self.store, sample)) and os.path.lexists(kept):
            with_store = read_digest(kept)
            if with_store[0] == sample.digest:
                return with_store
        return read_digest(join(self.root, sample.path))

    def problems(self) -> list[str]:
        """Return in words what is not as it should be; nothing where all is."""
        found = []
        if self.lost:
            path, why = next(iter(self.lost.items()))
            found.append(f"{len(self.lost):,} files cannot be read, such as {path} ({why})")
        if self.changed:
            found.append(
                f"{len(self.changed):,} files have changed since they were scanned, such as {_listed(self.changed)}"
            )
        if self.unknown:
            found.append(f"{len(self.unknown):,} samples have no digest, such as {_listed(self.unknown)}")
        return found

    def check(self, how: How) -> None:
        """Refuse files that are not as the manifest says.

        Raises:
            GateError: One is not.
        """
        if problems := self.problems():
            cure = (
                "--media check reads the files for it"
                if how == "trust"
                else "name their folder (--root), or scan again"
            )
            raise GateError(f"{'; '.join(problems)}; {cure}")


def _listed(paths: Sequence[str]) -> str:
    return ", ".join(paths[:_SHOWN])


def read_digest(path: str) -> tuple[str | None, str]:
    """Return the digest of a file's bytes, or None and why it cannot be read."""
    try:
        return digest_of(path), ""
    except OSError as error:
        return None, error.strerror or str(error)
    except ValueError as error:  # a name with a NUL, which a manifest of somebody's may have
        return None, str(error)


def stored(store: str, sample: Sample) -> str | None:
    """Return where the store keeps the file of a sample; None where its digest is none, which could lead anywhere."""
    if not _DIGEST.fullmatch(sample.digest or ""):
        return None
    number = (sample.digest or "").removeprefix("sha256:")
    suffix = os.path.splitext(sample.path)[1].lower()
    return os.path.join(store, number[:2], number + (suffix if _SUFFIX.fullmatch(suffix) else ""))


def keep_file(folder: str, sample: Sample, root: str) -> bool:
    """Copy the file of a sample into the store of a folder of releases; whether it was not there yet.

    Raises:
        GateError: It is not the file that the sample was.
        OSError: It cannot be read, or the copy not be written.
    """
    target = stored(os.path.join(folder, MEDIA), sample)
    if target is None:
        raise GateError(f"{sample.path} has no digest, by which a copy is named")
    if os.path.isfile(target) and not os.path.islink(target) and read_digest(target)[0] == sample.digest:
        return False
    if os.path.islink(target):
        os.unlink(target)  # a copy is a file of ours; through a link it would be written to somebody else's place
    os.makedirs(os.path.dirname(target), exist_ok=True)
    digest = hashlib.sha256()
    with open_media(join(root, sample.path)) as source, atomic_write(target) as copy:
        while block := source.read(_CHUNK_BYTES):
            digest.update(block)
            copy.write(block)
        if f"sha256:{digest.hexdigest()}" != sample.digest:
            raise GateError(f"{sample.path} changed while it was copied; repeat the command")
    return True
