"""Confirm many pairs of pictures in worker processes, reading each file as few times as possible.

Each picture is looked at once, briefly, before any two are compared: most pairs that hashes bring together are told
apart by their descriptors.
"""

import hashlib
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curate import engine
from curate.duplicates.descriptor import Packed, descriptor
from curate.duplicates.feature_candidates import Guess, lay
from curate.duplicates.features import DECODED, Features, find_features
from curate.duplicates.image import SMALL, ImageMatch, compare, plain_part, without_spots
from curate.duplicates.keep import Worth
from curate.duplicates.margins import without_margins
from curate.duplicates.orientations import Orientation, find_orientations, is_flip, is_turn
from curate.duplicates.pairs import by_neighbourhood, compare_pairs
from curate.duplicates.picture_worth import picture_worth
from curate.duplicates.thumbnail import SIDE, Pixels, Thumbnail, thumbnail
from curate.ground.errors import InputError
from curate.ground.progress import Progress, unseen
from curate.media.image import load_pixels, reduction
from curate.media.image_formats.jpeg import decode_jpeg, read_jpeg_header
from curate.media.image_formats.pillow import open_picture, oversized
from curate.media.rgb import upright
from curate.media.sniff import HEAD_BYTES, format_of_name, sniff
from curate.media.storage import read_media

if TYPE_CHECKING:
    from mmap import mmap

_PRELOAD = ("numpy", "cv2", "curate.media.image")

MOST_LOOKS = 1 << 14
"""That are held at a time: 150 MB."""

_AT_ONCE = 128
_KEPT = 400
"""Thumbnails that each worker keeps: 200 KB each, 80 MB in all."""

_CHUNK = 32
_ENOUGH_FEATURES = 48
_LOOKS_SAME = 0.3
_UNLIKE = ImageMatch("none", reason="different pictures")
_OF_FRAMES = {"AVIF", "GIF", "PNG", "TIFF", "WEBP"}


class Look(NamedTuple):
    """What a brief look at a picture leaves.

    Attributes:
        descriptor: As `descriptor` returns it.
        features: As `find_features` returns them.
        size: Width and height of the picture without its margins.
    """

    descriptor: Packed
    features: Features
    size: tuple[int, int]


class Task(NamedTuple):
    """Two files to compare, and how one may lie on the other."""

    first: str
    second: str
    orientations: tuple[Orientation, ...] = ()
    guesses: tuple[Guess, ...] = ()
    flips: bool = True
    turns: bool = True


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
    tasks = {place: Task(first, second) for place, (first, second) in enumerate(pairs)}
    return confirm_tasks(tasks, {}, jobs, progress)


def confirm_tasks(
    tasks: Mapping[int, Task], looks: Mapping[str, Look], jobs: int | None, progress: Progress
) -> list[ImageMatch]:
    """Return what the comparison of each task found, in order; see `confirm_pairs`.

    Args:
        tasks: By their place, 0 to their number.
        looks: Of the pictures that were looked at before.
        jobs: Number of worker processes.
        progress: Is told how far it is.
    """
    found = [_UNLIKE] * len(tasks)
    worth = prefilter(tasks, looks, jobs, progress)
    # Only pairs that have an orientation to try go to the expensive comparison; all others are unlike already.
    matches = compare_pairs(
        _confirm_files,
        lambda reason: ImageMatch("none", reason=reason),
        list(worth.values()),
        jobs=jobs,
        chunk_size=_CHUNK,
        preload=_PRELOAD,
        progress=progress,
    )
    for place, match in zip(worth, matches, strict=True):
        found[place] = match
    return found


def look_at(paths: Sequence[str], jobs: int | None, progress: Progress) -> Iterator[Look | None]:
    """Yield what a brief look at each picture leaves; None for one that cannot be looked at."""
    seen = engine.run(_look_at_file, paths, jobs=jobs, chunk_size=_CHUNK, preload=_PRELOAD)
    with progress("look at pictures", partial(len, paths)) as counted:
        for look in counted(seen):
            yield look if isinstance(look, Look) else None


def worth_of_files(paths: Sequence[str], jobs: int | None, progress: Progress) -> list[Worth | None]:
    """Return what is in each picture, to tell which of some copies is the best; None where it cannot be read."""
    measured = engine.run(_worth_of_file, paths, jobs=jobs, chunk_size=_CHUNK, preload=_PRELOAD)
    with progress("weigh copies", partial(len, paths)) as counted:
        return [worth if isinstance(worth, Worth) else None for worth in counted(measured)]


def prefilter(
    tasks: Mapping[int, Task], looks: Mapping[str, Look], jobs: int | None = None, progress: Progress = unseen
) -> dict[int, Task]:
    """Return the tasks that are worth comparing, by their places, in order, each with what is to be tried.

    So are all pairs of which one cannot be looked at: what is wrong with it, the comparison will say.
    """
    found: dict[int, Task] = {}
    places = list(tasks)
    order = [places[place] for place in by_neighbourhood([tasks[place][:2] for place in places])]
    for block in _blocks(tasks, order):
        paths = sorted({path for place in block for path in tasks[place][:2] if path not in looks})
        known = {path: look for path, look in zip(paths, look_at(paths, jobs, progress), strict=True) if look}
        both = ChainMap(known, dict(looks))
        # A picture without a descriptor is left to the comparison, which says what is wrong with it.
        told = [place for place in block if all(path in both for path in tasks[place][:2])]
        found.update((place, tasks[place]) for place in set(block) - set(told))
        # 128 pairs at a time: the arrays of all of a block would be gigabytes, those of one pair all overhead.
        for start in range(0, len(told), _AT_ONCE):
            some = told[start : start + _AT_ONCE]
            first, second = (np.stack([both[tasks[place][:2][side]].descriptor for place in some]) for side in (0, 1))
            for place, orientations in zip(some, find_orientations(first, second), strict=True):
                one, other = both[tasks[place].first], both[tasks[place].second]
                if task := _to_try(tasks[place], orientations, one, other):
                    found[place] = task
    return dict(sorted(found.items()))


def _to_try(task: Task, orientations: tuple[Orientation, ...], one: Look, other: Look) -> Task | None:
    """Return what is to be tried of two pictures; None where nothing is."""
    orientations = tuple(
        orientation
        for orientation in orientations
        if (task.flips or not is_flip(orientation.change)) and (task.turns or not is_turn(orientation.change))
    )
    if task.guesses or not orientations:
        return task._replace(orientations=orientations) if task.guesses else None
    # What is alike at its coarsest, and has features enough, but none that agree, is not the same thing: of four pairs
    # that come here one is a copy, and to see that of the others costs twenty times as much.
    plain = (
        min(len(one.features), len(other.features)) < _ENOUGH_FEATURES or min(max(one.size), max(other.size)) < SMALL
    )
    mirrored = {is_flip(orientation.change) for orientation in orientations}
    features = one.features, other.features
    guesses = tuple(guess for mirror in sorted(mirrored) if (guess := lay(0, 1, features, mirrored=mirror)))
    return task._replace(orientations=orientations, guesses=guesses) if plain or guesses else None


def _blocks(tasks: Mapping[int, Task], order: Sequence[int]) -> Iterator[list[int]]:
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


def _look_at_file(path: str) -> Look | None:
    """Return what is kept of a picture; None where it cannot be read."""
    try:
        data = read_media(path) or b""
        pixels, size = _load_reduced(data, DECODED) or _load_whole(data, path)
    except (OSError, InputError, MemoryError):
        return None
    inner = without_margins(pixels)
    times = max(size) / max(pixels.shape)
    size = round(inner.shape[1] * times), round(inner.shape[0] * times)
    return Look(descriptor(inner, size), find_features(inner), size)


def _worth_of_file(path: str) -> Worth | None:
    try:
        return picture_worth(_load_whole(read_media(path) or b"", path)[0])
    except (OSError, InputError, MemoryError):
        return None


class _Picture(NamedTuple):
    """A picture as a worker remembers it: its thumbnail and its full size, or why there is none."""

    thumbnail: Thumbnail | None
    size: tuple[int, int] = (0, 0)
    problem: str = ""


def _confirm_files(task: Task) -> ImageMatch:
    return _surely_part(task) or _looked_at_closely(task)


def _surely_part(task: Task) -> ImageMatch | None:
    if not task.guesses or task.orientations:
        return None
    one, other = (_picture(path, SIDE).thumbnail for path in task[:2])
    return plain_part(one, other, task.guesses) if one and other else None


def _looked_at_closely(task: Task) -> ImageMatch:
    one, other = (_picture(path) for path in task[:2])
    if one.thumbnail is None or other.thumbnail is None:
        return ImageMatch("none", reason=one.problem or other.problem)
    match, matrix = compare(one.thumbnail, other.thumbnail, task.orientations, task.guesses)
    if (is_flip(match.change) and not task.flips) or (is_turn(match.change) and not task.turns):
        return ImageMatch("none", reason="the same only when flipped or turned")
    # Only what looks the same is worth decoding in full.
    if match.relation == "near" and not match.change and match.distance <= _LOOKS_SAME and one.size == other.size:
        digests = {_digest(path) for path in task[:2]}
        if len(digests) == 1 and digests != {""}:
            return ImageMatch("exact", 0.0)
    if match.relation != "near" or matrix is None:
        return match
    # A digit of 20 pixels is nothing in a thumbnail: what is to go for another is compared at full size.
    whole = _whole(task.first), _whole(task.second)
    if whole[0] is None or whole[1] is None:
        return ImageMatch("none", reason=f"{task.first if whole[0] is None else task.second}: can no longer be read")
    return without_spots(match, (whole[0], whole[1]), (one.thumbnail, other.thumbnail), matrix)


@lru_cache(2)
def _whole(path: str) -> Pixels | None:
    """Return a picture at full size without its margins; None where it can no longer be decoded."""
    try:
        return without_margins(_load_whole(read_media(path) or b"", path)[0])
    except (OSError, InputError, MemoryError):
        return None


@lru_cache(_KEPT)
def _picture(path: str, side: int = 2 * SIDE) -> _Picture:
    try:
        data = read_media(path) or b""
        # Of twice the size of a thumbnail: decoded to just that size, half of the photos are up to 0.45 away from
        # themselves, because the decoder's way to make small is not the thumbnail's. To tell a part, it will do.
        pixels, size = _load_reduced(data, side) or _load_whole(data, path)
        return _Picture(thumbnail(without_margins(pixels)), size)
    except OSError as error:
        return _Picture(None, problem=f"{path}: cannot be read: {error.strerror or error}")
    except InputError as error:
        return _Picture(None, problem=f"{path}: {error}")
    except MemoryError:
        return _Picture(None, problem=f"{path}: too large for the memory")


@lru_cache(8 * _KEPT)
def _digest(path: str) -> str:
    """Return the digest of a picture's pixels at full size; empty where it can no longer be decoded."""
    try:
        pixels, _ = _load_whole(read_media(path) or b"", path)
    except (OSError, InputError, MemoryError):
        return ""
    return hashlib.blake2b(pixels.tobytes(), digest_size=16, person=b"%dx%d" % pixels.shape[1::-1]).hexdigest()


def _load_reduced(data: "bytes | mmap", side: int) -> tuple[Pixels, tuple[int, int]] | None:
    """Return a JPEG at a fraction of its size, and its size upright; None for what is no sound JPEG.

    Args:
        data: The file.
        side: Pixels that the longer side must keep, if it has so many.
    """
    header = read_jpeg_header(data) if data[:3] == b"\xff\xd8\xff" else None
    if header is None or not header.width or not header.height or oversized(header.width, header.height):
        return None
    pixels, problem = decode_jpeg(data, header, reduction(header.width, header.height, side))
    if pixels is None or problem:
        return None
    # Orientations 5 to 8 of Exif swap the axes.
    size = (header.width, header.height) if header.orientation < 5 else (header.height, header.width)
    return upright(pixels, header.orientation), size


def _load_whole(data: "bytes | mmap", path: str) -> tuple[Pixels, tuple[int, int]]:
    """Return a picture, upright, and its size.

    Raises:
        InputError: It has several frames, or cannot be decoded.
    """
    name = sniff(bytes(data[:HEAD_BYTES]))
    try:
        # Opening reads the header only; `n_frames` of a still picture costs nothing, of a GIF it walks its blocks.
        frames = getattr(open_picture(data, name), "n_frames", 1) if name in _OF_FRAMES else 1
    except Exception:
        frames = 1  # what is wrong with it, its decoder will say
    if frames > 1:
        raise InputError("it has several frames, and only the first would be compared")
    promised = format_of_name(path)
    pixels = load_pixels(data, promised.name if promised else None)
    return pixels, (pixels.shape[1], pixels.shape[0])
