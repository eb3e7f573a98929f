"""Samples with the same bytes, by their digests, once it was looked whether the files still are what was scanned."""

import os
from collections.abc import Iterator, Sequence

from curate.duplicates.copies import SAME_BYTES, Pair
from curate.duplicates.item import Item
from curate.duplicates.packed_items import PackedItems
from curate.journal.fs import digest_of
from curate.media.storage import status_of
from curate.media.storage.address import join


class Present:
    """What became of the files that share their digest with another since they were scanned.

    A manifest says what was there. Before a file goes because another has the same bytes, that other is looked at:
    it may have been deleted, or be another file by now.

    Attributes:
        gone: Places of samples whose file is not there.
        changed: Of those whose file has another size or, with another time, other bytes.
        problems: A sentence for each, for people.
        sharing: Places of samples whose digest another has too, as `sharing_a_digest` finds them.
    """

    def __init__(self, items: Sequence[Item], base: str) -> None:
        """Look at the files that share a digest, relative to `base`."""
        self.gone: set[int] = set()
        self.changed: set[int] = set()
        self.problems: list[str] = []
        self._items, self._base = items, base
        seen: dict[str, int] = {}
        self.sharing = sharing_a_digest(items)
        for index in self.sharing:
            digest = items[index].digest
            if digest is None or (first := seen.setdefault(digest, index)) == index:
                continue
            self._look(index)
            self._look(first)

    def same_file(self, one: int, other: int) -> bool:
        """Tell whether two samples are one file."""
        first, second = (self._path(index) for index in (one, other))
        return self._items[one].digest == self._items[other].digest and (
            os.path.realpath(first) == os.path.realpath(second)
        )

    def _path(self, index: int) -> str:
        return join(self._base, self._items[index].path)

    def _look(self, index: int) -> None:
        if index in self.gone or index in self.changed:
            return
        item, path = self._items[index], self._path(index)
        try:
            status = status_of(path)
        except (OSError, ValueError):  # ValueError: a name with a NUL, which a manifest of somebody's may have
            self.gone.add(index)
            return
        same_size = item.bytes is None or status.bytes == item.bytes
        if same_size and item.mtime_ns in {None, status.mtime_ns} and item.etag in {None, status.etag}:
            return
        if not same_size or _digest(path) != item.digest:
            self.changed.add(index)
            self.problems.append(f"{path}: it was changed after it was scanned; scan again")


def sharing_a_digest(items: Sequence[Item]) -> list[int]:
    """Return the places of the samples whose digest another has too, in order, and of few others.

    A dictionary of a million digests takes 200 MB; their hashes take 8, and leave out nearly all others.
    """
    import numpy as np

    hashed = items.digest_hashes if isinstance(items, PackedItems) else [hash(item.digest) for item in items]
    wanted = np.asarray(hashed, np.int64)
    ordered = np.sort(wanted)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    # The usual case; what looks for places would be loaded for it as well (numpy.ma, 15 ms).
    if not len(repeated):
        return []
    places: list[int] = np.flatnonzero(np.isin(wanted, repeated)).tolist()
    return places


def same_bytes(items: Sequence[Item], present: Present) -> Iterator[Pair]:
    """Yield a pair for each sample whose bytes an earlier one has too."""
    first: dict[str, int] = {}
    for index in present.sharing:
        digest = items[index].digest
        if digest is None or index in present.changed:
            continue
        if (earlier := first.setdefault(digest, index)) != index:
            yield Pair(earlier, index, "exact", change=SAME_BYTES)


def _digest(path: str) -> str:
    try:
        return digest_of(path)
    except OSError:
        return ""
