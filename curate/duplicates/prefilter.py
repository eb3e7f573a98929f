"""Which pairs of pictures are worth comparing: each picture is looked at once, briefly, before any two are compared."""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from curate import engine
from curate.duplicates.descriptor import SIDE, Packed, glimpse
from curate.duplicates.image_file import PRELOAD, load_reduced, load_whole
from curate.duplicates.orientations import Way, find_ways
from curate.duplicates.pairs import by_neighbourhood
from curate.ground.errors import InputError
from curate.ground.progress import Progress, unseen
from curate.media.storage import read_media

_MOST_PICTURES = 1 << 14
"""Whose glimpses are held at a time: 72 MB."""

_AT_ONCE = 128
_CHUNK = 32


def promising(
    pairs: Sequence[tuple[str, str]], jobs: int | None = None, progress: Progress = unseen
) -> dict[int, tuple[Way, ...]]:
    """Return the ways to try for each pair of files that is worth comparing, by its place, in order.

    So are all pairs of which one cannot be looked at: what is wrong with it, the comparison will say.
    """
    found: dict[int, tuple[Way, ...]] = {}
    for block in _blocks(pairs, by_neighbourhood(pairs)):
        paths = sorted({path for place in block for path in pairs[place]})
        seen = engine.run(_glimpse_of_file, paths, jobs=jobs, chunk_size=_CHUNK, preload=PRELOAD)
        with progress("look at pictures", partial(len, paths)) as counted:
            known = {path: one for path, one in zip(paths, counted(seen), strict=True) if isinstance(one, np.ndarray)}
        told = [place for place in block if all(path in known for path in pairs[place])]
        found.update((place, ()) for place in set(block) - set(told))
        for start in range(0, len(told), _AT_ONCE):
            some = told[start : start + _AT_ONCE]
            first, second = (np.stack([known[pairs[place][side]] for place in some]) for side in (0, 1))
            found.update((place, ways) for place, ways in zip(some, find_ways(first, second), strict=True) if ways)
    return dict(sorted(found.items()))


def _blocks(pairs: Sequence[tuple[str, str]], order: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of pairs, as many at a time as have no more than `_MOST_PICTURES` pictures."""
    block: list[int] = []
    pictures: set[str] = set()
    for place in order:
        if len(pictures) >= _MOST_PICTURES:
            yield block
            block, pictures = [], set()
        block.append(place)
        pictures.update(pairs[place])
    if block:
        yield block


def _glimpse_of_file(path: str) -> Packed | None:
    """Return what is kept of a picture; None where it cannot be read."""
    try:
        data = read_media(path) or b""
        pixels, size = load_reduced(data, SIDE) or load_whole(data, path)
    except (OSError, InputError, MemoryError):
        return None
    return glimpse(pixels, size)
