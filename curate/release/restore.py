"""The files of a release at their places again, from the copies that the folder of releases kept."""

import os
from typing import TYPE_CHECKING

from curate.ground.atomic import atomic_write
from curate.ground.errors import GateError
from curate.media.storage import open_media
from curate.media.storage.address import is_elsewhere, join
from curate.records.reader import lines, parse
from curate.records.sample import Sample
from curate.release.folder import check_manifest
from curate.release.media import read_digest, stored
from curate.release.records import MEDIA, Release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_CHUNK_BYTES = 1 << 20


def restore(folder: str, release: Release, root: str, counted: "Callable[[Iterable[bytes]], Iterator[bytes]]") -> int:
    """Put the files of a release that are missing back in their places, and return how many.

    Nothing is written over. Nothing is written at all if one of them cannot be put back.

    Args:
        folder: Of all releases.
        release: One of them.
        root: What the paths of its samples are relative to; empty: the working directory.
        counted: Passes lines on and shows how far it is.

    Raises:
        GateError: There is no copy of a file, another file is at its place, or its place is outside of the root.
        InputError: The manifest is not the one that was released.
        OSError: A file cannot be written.
    """
    store, manifest = os.path.join(folder, MEDIA), check_manifest(folder, release)
    missing, problems = [], []
    with open(manifest, "rb") as file:
        for line in counted(lines(file)):
            sample = parse(line)
            if problem := _why_not(store, sample, root):
                problems.append(problem)
            elif not is_elsewhere(join(root, sample.path)) and not os.path.lexists(os.path.join(root, sample.path)):
                missing.append(sample)
    if problems:
        more = f", and {len(problems) - 1:,} more" if problems[1:] else ""
        raise GateError(f"{problems[0]}{more}; nothing was written")
    for sample in missing:
        target = os.path.join(root, sample.path)
        os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
        with open_media(stored(store, sample) or "") as source, atomic_write(target) as copy:
            while block := source.read(_CHUNK_BYTES):
                copy.write(block)
    return len(missing)


def _why_not(store: str, sample: Sample, root: str) -> str:
    """Return why the file of a sample cannot be put at its place; empty if it can, or is there."""
    if is_elsewhere(place := join(root, sample.path)):
        is_right = read_digest(place)[0] == sample.digest
        return "" if is_right else f"{place} is not on a disk, and not as it was; put it back from {store} yourself"
    target, base = os.path.join(root, sample.path), os.path.realpath(root)
    # A manifest of somebody's may say `../../.bashrc`, and a link in the root may lead out of it.
    if "\0" in sample.path or os.path.commonpath([os.path.realpath(os.path.dirname(target)), base]) != base:
        return f"{sample.path!r} is outside of {root or 'the working directory'}; name its folder with --root"
    if os.path.lexists(target):
        is_right = read_digest(target)[0] == sample.digest
        return "" if is_right else f"{target} is there with other bytes; move it away, or name another folder by --root"
    kept = stored(store, sample)
    if kept is None or read_digest(kept)[0] != sample.digest:
        return f"{store} has no copy of {sample.path}; burnish release --media copy keeps them"
    return ""
