"""Confirm many pairs of pictures in worker processes, reading each file as few times as possible."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from curate.duplicates.image import ImageMatch, compare
from curate.duplicates.image_file import PRELOAD, load_reduced, load_whole
from curate.duplicates.orientations import Way
from curate.duplicates.pairs import compare_pairs
from curate.duplicates.prefilter import promising
from curate.duplicates.thumbnail import SIDE, View, view
from curate.ground.errors import InputError
from curate.ground.progress import Progress, unseen
from curate.media.storage import read_media

_KEPT = 400
"""Views that each worker keeps: 200 KB each, 80 MB in all."""

_CHUNK = 32
_LOOKS_SAME = 0.3
_UNLIKE = ImageMatch("none", reason="different pictures")


class _Seen(NamedTuple):
    """A picture as a worker remembers it: its view and its full size, or why there is none."""

    view: View | None
    size: tuple[int, int] = (0, 0)
    problem: str = ""


def confirm_pairs(
    pairs: Sequence[tuple[str, str]], jobs: int | None = None, progress: Progress = unseen
) -> list[ImageMatch]:
    """Return for each pair of files what their comparison found, in the order given.

    A file that cannot be read or decoded, that has several frames, or that ends its worker, is a match with none;
    the reason says why.

    Args:
        pairs: Paths of two pictures each.
        jobs: Number of worker processes; None: as many as this process may use processors.
        progress: Is told how far it is.
    """
    found = [_UNLIKE] * len(pairs)
    ways = promising(pairs, jobs, progress)
    some = [(*pairs[place], ways[place]) for place in ways]
    matches = compare_pairs(
        _confirm_files, _failed, some, jobs=jobs, chunk_size=_CHUNK, preload=PRELOAD, progress=progress
    )
    for place, match in zip(ways, matches, strict=True):
        found[place] = match
    return found


def _failed(reason: str) -> ImageMatch:
    return ImageMatch("none", reason=reason)


def _confirm_files(task: tuple[str, str, tuple[Way, ...]]) -> ImageMatch:
    *pair, ways = task
    one, other = (_seen(path) for path in pair)
    if one.view is None or other.view is None:
        return ImageMatch("none", reason=one.problem or other.problem)
    match = compare(one.view, other.view, ways)
    # Only what looks the same is worth decoding in full.
    if match.relation == "near" and not match.change and match.distance <= _LOOKS_SAME and one.size == other.size:
        digests = {_digest(path) for path in pair}
        if len(digests) == 1 and digests != {""}:
            return ImageMatch("exact", 0.0)
    return match


@lru_cache(_KEPT)
def _seen(path: str) -> _Seen:
    try:
        data = read_media(path) or b""
        # Of twice the size of a view: decoded to just that size, half of the photos are up to 0.45 away from
        # themselves, because the decoder's way to make small is not the view's.
        pixels, size = load_reduced(data, 2 * SIDE) or load_whole(data, path)
        return _Seen(view(pixels), size)
    except OSError as error:
        return _Seen(None, problem=f"{path}: cannot be read: {error.strerror or error}")
    except InputError as error:
        return _Seen(None, problem=f"{path}: {error}")
    except MemoryError:
        return _Seen(None, problem=f"{path}: too large for the memory")


@lru_cache(8 * _KEPT)
def _digest(path: str) -> str:
    """Return the digest of a picture's pixels at full size; empty where it can no longer be decoded."""
    try:
        pixels, _ = load_whole(read_media(path) or b"", path)
    except (OSError, InputError, MemoryError):
        return ""
    return hashlib.blake2b(pixels.tobytes(), digest_size=16, person=b"%dx%d" % pixels.shape[1::-1]).hexdigest()
