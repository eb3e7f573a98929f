"""Confirm many pairs of pictures in worker processes, reading each file as few times as possible."""

from collections import ChainMap
from collections.abc import Iterator, MutableMapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from msgspec import structs

from curate import engine
from curate.duplicates.image.alignment import Matrix
from curate.duplicates.image.compare import compare, hopeless, settle, without_spots
from curate.duplicates.image.looks import CHUNK, MOST_LOOKS, PRELOAD, Look, load_reduced, load_whole, look_at
from curate.duplicates.image.margins import Inner, find_inner, whole
from curate.duplicates.image.match import ImageMatch
from curate.duplicates.image.orientations import is_flip, is_turn
from curate.duplicates.image.parts import plain_part
from curate.duplicates.image.prefilter import Task, prefilter
from curate.duplicates.image.thumbnail import SIDE, Pixels, Thumbnail, half_thumbnail, thumbnail
from curate.duplicates.image.worth import picture_worth
from curate.duplicates.keep import Worth
from curate.duplicates.pairs import by_neighbourhood, compare_pairs
from curate.ground.errors import InputError
from curate.ground.progress import Progress, unseen
from curate.media.storage import read_media, read_paths_ahead

_KEPT, _WHOLES = 400, 4
"""Thumbnails that each worker keeps: 200 KB each, 80 MB in all; and pictures as they were decoded."""

_THUMBNAIL_FROM = 2 * SIDE
"""Pixels of the longer side that a thumbnail is made of: decoded to just its size, half of the photos are up to 0.45
away from themselves, because the decoder's way to make small is not the thumbnail's. To tell a part, that will do."""

_LOOKS_SAME = 0.3
_UNLIKE = ImageMatch("none", reason="different pictures")


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
    return confirm_tasks([Task(first, second) for first, second in pairs], {}, jobs, progress)


def confirm_tasks(
    tasks: Sequence[Task], looks: MutableMapping[str, Look], jobs: int | None, progress: Progress
) -> list[ImageMatch]:
    """Return what the comparison of each task found, in order; see `confirm_pairs`.

    Args:
        tasks: What is to be compared.
        looks: Of the pictures that were looked at before; the others are added, as far as these are no more than
            `MOST_LOOKS`.
        jobs: Number of worker processes.
        progress: Is told how far it is.
    """
    found = [_UNLIKE] * len(tasks)
    order = by_neighbourhood([task[:2] for task in tasks])
    for block in _blocks(tasks, order):
        some = [tasks[place] for place in block]
        paths = sorted({path for task in some for path in task[:2] if path not in looks})
        known = {path: look for path, look in zip(paths, look_at(paths, jobs, progress), strict=True) if look}
        if len(looks) + len(known) <= MOST_LOOKS:
            looks.update(known)
        # Only pairs that have an orientation to try go to the expensive comparison; all others are unlike already.
        # Which these are is told here while the workers are at those before.
        to_try = prefilter(some, ChainMap(known, looks))
        matches = compare_pairs(
            _confirm_files,
            lambda reason: ImageMatch("none", reason=reason),
            [task[:2] for task in some],
            (engine.Ready(_UNLIKE) if task is None else task for task in to_try),
            jobs=jobs,
            chunk_size=CHUNK,
            preload=PRELOAD,
            progress=progress,
        )
        for place, match in zip(block, matches, strict=True):
            found[place] = match
    return found


def _blocks(tasks: Sequence[Task], order: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of pairs, as many at a time as have no more than `MOST_LOOKS` pictures."""
    block: list[int] = []
    pictures: set[str] = set()
    for place in order:
        # Asked before the pair is added: a block may hold one picture more than the limit, never an endless one.
        if len(pictures) >= MOST_LOOKS:
            yield block
            block, pictures = [], set()
        block.append(place)
        pictures.update(tasks[place][:2])
    if block:
        yield block


def worth_of_files(paths: Sequence[str], jobs: int | None, progress: Progress) -> list[Worth | None]:
    """Return what is in each picture, to tell which of some copies is the best; None where it cannot be read."""
    work, ahead = _worth_of_file, read_paths_ahead
    measured = engine.run(work, paths, jobs=jobs, chunk_size=CHUNK, preload=PRELOAD, ahead=ahead)
    with progress("weigh copies", partial(len, paths)) as counted:
        return [worth if isinstance(worth, Worth) else None for worth in counted(measured)]


def _worth_of_file(path: str) -> Worth | None:
    try:
        return picture_worth(load_whole(read_media(path) or b"", path)[0])
    except (OSError, InputError, MemoryError):
        return None


class _Picture(NamedTuple):
    """A picture as a worker remembers it.

    Attributes:
        thumbnail: Of it, mostly without its margins; None where there is none.
        size: Width and height.
        whole: Whether it was decoded at full size.
        problem: Why there is no thumbnail.
    """

    thumbnail: Thumbnail | None
    size: tuple[int, int] = (0, 0)
    whole: bool = False
    problem: str = ""


def _confirm_files(task: Task) -> ImageMatch:
    before, task = task, _settled(task)
    # What came without any is left to the comparison, which says what is wrong with it.
    if before.guesses and not (task.guesses or task.orientations or task.untrimmed):
        return _UNLIKE
    if _surely_none(task):
        return _UNLIKE
    return _surely_part(task) or _looked_at_closely(task)


def _settled(task: Task) -> Task:
    """Return the task without the guesses of crops that both pictures in small do not bear out; others more exact."""
    if task.small is None or not any(guess.cropped for guess in task.guesses):
        return task
    one, other = (half_thumbnail(luma) for luma in task.small)
    guesses = (settle(one, other, guess) if guess.cropped else guess for guess in task.guesses)
    return task._replace(guesses=tuple(guess for guess in guesses if guess))


def _surely_part(task: Task) -> ImageMatch | None:
    if not task.guesses or task.orientations or any(guess.cropped for guess in task.guesses):
        return None
    one, other = (_picture(path, SIDE).thumbnail for path in task[:2])
    return plain_part(one, other, task.guesses) if one and other else None


def _surely_none(task: Task) -> bool:
    """Tell whether two pictures are unlike already where they are small; of photos that hashes bring together, half."""
    if task.guesses or task.untrimmed or task.small is None:
        return False
    one, other = (half_thumbnail(luma) for luma in task.small)
    return hopeless(one, other, task.orientations)


def _looked_at_closely(task: Task) -> ImageMatch:
    match = _compared(task) if task.orientations or task.guesses or not task.untrimmed else _UNLIKE
    if match.relation in ("near", "exact") or not task.untrimmed:
        return match
    with_margins = _compared(task._replace(orientations=task.untrimmed, guesses=()), trim=False)
    return with_margins if with_margins.relation in ("near", "exact") else match


def _compared(task: Task, *, trim: bool = True) -> ImageMatch:
    one, other = (_picture(path, trim=trim) for path in task[:2])
    if one.thumbnail is None or other.thumbnail is None:
        return ImageMatch("none", reason=one.problem or other.problem)
    match, matrix = compare(one.thumbnail, other.thumbnail, task.orientations, task.guesses)
    if (is_flip(match.change) and not task.flips) or (is_turn(match.change) and not task.turns):
        return ImageMatch("none", reason="the same only when flipped or turned")
    # Only what looks the same is worth decoding in full.
    return match if matrix is None else _at_full_size(task, (one, other), match, matrix, trim=trim)


def _at_full_size(
    task: Task, pictures: tuple["_Picture", "_Picture"], match: ImageMatch, matrix: Matrix, *, trim: bool
) -> ImageMatch:
    """Return what two pictures are that are near by their thumbnails: a digit of 20 pixels is nothing in these."""
    sides = [_THUMBNAIL_FROM if picture.whole else 0 for picture in pictures]
    first, second = (_whole(path, side) for path, side in zip(task[:2], sides, strict=True))
    if first is None or second is None:
        return ImageMatch("none", reason=f"{task.first if first is None else task.second}: can no longer be read")
    # Only what looks the same is worth comparing pixel by pixel.
    if not match.change and match.distance <= _LOOKS_SAME and np.array_equal(first, second):
        return ImageMatch("exact", 0.0)
    inner = (_inner(task.first, sides[0]), _inner(task.second, sides[1])) if trim else (whole(first), whole(second))
    thumbnails = tuple(picture.thumbnail for picture in pictures if picture.thumbnail)
    match = without_spots(match, inner, (thumbnails[0], thumbnails[1]), matrix, same_label=task.same_label)
    if match.relation != "near":
        return match
    return structs.replace(match, worth=(_worth(task.first, first), _worth(task.second, second)))


def _whole(path: str, side: int) -> Pixels | None:
    """Return a picture at full size; None where it can no longer be decoded."""
    try:
        return _decoded(path, side)[0]
    except (OSError, InputError, MemoryError):
        return None


@lru_cache(_WHOLES)
def _decoded(path: str, side: int) -> tuple[Pixels, tuple[int, int]]:
    """Return a picture, upright, and its full size; a JPEG at a fraction of it, with `side` pixels left, if not 0."""
    data = read_media(path) or b""
    return (load_reduced(data, side) if side else None) or load_whole(data, path)


@lru_cache(_WHOLES)
def _inner(path: str, side: int) -> Inner:
    return find_inner(_decoded(path, side)[0])


_worths: dict[str, Worth] = {}
"""Of this worker, whose life is one call: a copy of twenty is weighed once."""


def _worth(path: str, pixels: Pixels) -> Worth:
    if path not in _worths:
        _worths[path] = picture_worth(pixels)
    return _worths[path]


@lru_cache(_KEPT)
def _picture(path: str, side: int = _THUMBNAIL_FROM, *, trim: bool = True) -> _Picture:
    try:
        pixels, size = _decoded(path, side)
        inner = _inner(path, side).pixels if trim else pixels
        return _Picture(thumbnail(inner), size, pixels.shape[1::-1] == size)
    except OSError as error:
        return _Picture(None, problem=f"{path}: cannot be read: {error.strerror or error}")
    except InputError as error:
        return _Picture(None, problem=f"{path}: {error}")
    except MemoryError:
        return _Picture(None, problem=f"{path}: too large for the memory")
