"""Whether a release is still what it was: its records, its manifest, its schema, and the files of its samples."""

import os
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from curate.ground.errors import InputError, UsageError
from curate.records.reader import lines, parse
from curate.release.canonical import canonical_line, in_batches
from curate.release.folder import check_manifest, list_releases, manifest_path, read_current, read_release, schema_path
from curate.release.media import Files
from curate.release.records import MEDIA, Release


class Verified(Struct, frozen=True):
    """What is left of a release.

    Attributes:
        name: Of the release.
        samples: How many it was made with.
        files: How many of their files are as they were, at their paths or in the folder's own store.
        lost: Why files cannot be read, by path.
        changed: Paths of files with other bytes.
        problems: What else is wrong, in words: of the records, the manifest, the schema.
        read: Whether files were read at all.
    """

    name: str
    samples: int
    files: int
    lost: dict[str, str]
    changed: list[str]
    problems: list[str]
    read: bool

    @property
    def is_sound(self) -> bool:
        """Whether all of it could be made again as it was."""
        return not (self.lost or self.changed or self.problems)


class Verification(Struct, frozen=True):
    """What is left of several releases.

    Attributes:
        releases: Each of them; what is wrong with the pointer stands there as `current`.
    """

    releases: list[Verified]


def verify(
    folder: str,
    names: Iterable[str],
    root: str,
    counted: "Callable[[Iterable[bytes]], Iterator[bytes]]",
    *,
    files: bool = True,
) -> Verification:
    """Return what is left of releases.

    Args:
        folder: Of all releases.
        names: Which; empty: all, with what is wrong with the pointer.
        root: What the paths of the samples are relative to.
        counted: Passes lines on and shows how far it is.
        files: Whether files of samples are read.

    Raises:
        InputError: There is no such folder.
        UsageError: There is no release of a name.
    """
    if asked := list(names):
        return Verification([_verify(folder, name, root, counted, files=files) for name in asked])
    listed = list_releases(folder)
    found = [_verify(folder, one.name, root, counted, files=files) for one in listed.releases]
    found += [Verified(name, 0, 0, {}, [], [why], read=False) for name, why in listed.broken.items()]
    if listed.pointer is not None:
        try:
            read_current(folder)
        except (InputError, UsageError) as error:
            found.append(Verified("current", 0, 0, {}, [], [str(error)], read=False))
    return Verification(found)


def _verify(
    folder: str, name: str, root: str, counted: "Callable[[Iterable[bytes]], Iterator[bytes]]", *, files: bool
) -> Verified:
    try:
        release = read_release(folder, name)
    except InputError as error:
        return Verified(name, 0, 0, {}, [], [str(error)], read=False)
    problems = []
    checks: tuple[Callable[[str, Release], str | None], ...] = (check_manifest, schema_path)
    for check in checks:
        try:
            check(folder, release)
        except InputError as error:
            problems.append(str(error))
    found = Files(root, os.path.join(folder, MEDIA))
    if not problems:
        problems += _read_lines(manifest_path(folder, release), release, found if files else None, counted)
    return Verified(name, release.samples, found.right, found.lost, found.changed, problems, read=files)


def _read_lines(
    manifest: str, release: Release, found: Files | None, counted: "Callable[[Iterable[bytes]], Iterator[bytes]]"
) -> list[str]:
    """Return what is wrong with the lines of a manifest; their files are counted in `found`."""
    number = 0
    with open(manifest, "rb") as file:
        for batch in in_batches(counted(lines(file))):
            try:
                samples = [parse(line) for line in batch]
            except InputError as error:
                return [f"{manifest}: {error}"]
            number += len(batch)
            # Its digest is right, so whoever made it did not make it with burnish.
            if any(canonical_line(line, None) != line for line in batch):
                return [f"{manifest}: it is not in the form that burnish writes releases in"]
            if found is not None:
                found.read(samples)
    if number != release.samples:
        return [f"{manifest} has {number:,} samples, and its record says {release.samples:,}"]
    return []
