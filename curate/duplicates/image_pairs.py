"""Confirm many pairs of pictures in worker processes, reading each file as few times as possible.

Each picture is looked at once, briefly, before any two are compared: most pairs that hashes bring together are told
apart by their descriptors.
"""

from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import structs

from curate import engine
from curate.duplicates.alignment import Matrix
from curate.duplicates.descriptor import Packed, descriptor
from curate.duplicates.feature_candidates import Guess, lay
from curate.duplicates.features import DECODED, NONE, Features, find_features
from curate.duplicates.image import SMALL, ImageMatch, compare, hopeless, plain_part, without_spots
from curate.duplicates.keep import Worth
from curate.duplicates.margins import without_margins
from curate.duplicates.orientations import Orientation, find_orientations, is_flip, is_turn
from curate.duplicates.pairs import by_neighbourhood, compare_pairs
from curate.duplicates.picture_worth import picture_worth
from curate.duplicates.thumbnail import SIDE, Pixels, Thumbnail, half_thumbnail, shrunk, thumbnail
from curate.ground.errors import InputError
from curate.ground.progress import Progress, unseen
from curate.media.image import load_pixels, reduction
from curate.media.image_formats.jpeg import decode_jpeg, read_jpeg_header
from curate.media.image_formats.pillow import open_picture, oversized
from curate.media.opencv import opencv
from curate.media.rgb import upright
from curate.media.sniff import HEAD_BYTES, format_of_name, sniff
from curate.media.storage import read_media, read_paths_ahead

if TYPE_CHECKING:
    from mmap import mmap

_PRELOAD = ("numpy", "cv2", "curate.media.image")

MOST_LOOKS = 1 << 13
"""That are held at a time, of 17 KB each, or 22 with features: 140 to 180 MB."""

_AT_ONCE = 128
_KEPT, _WHOLES = 400, 4
"""Thumbnails that each worker keeps: 200 KB each, 80 MB in all; and pictures as they were decoded."""

_THUMBNAIL_FROM = 2 * SIDE
"""Pixels of the longer side that a thumbnail is made of: decoded to just its size, half of the photos are up to 0.45
away from themselves, because the decoder's way to make small is not the thumbnail's. To tell a part, that will do."""

_SMALL = SIDE // 2
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
        small: Brightness at half the size of a thumbnail; None of a picture that has hardly more pixels.
    """

    descriptor: Packed
    features: Features
    size: tuple[int, int]
    small: Pixels | None = None


class Task(NamedTuple):
    """Two files to compare, how one may lie on the other, and both in small, where a brief look left that."""

    first: str
    second: str
    orientations: tuple[Orientation, ...] = ()
    guesses: tuple[Guess, ...] = ()
    flips: bool = True
    turns: bool = True
    small: tuple[Pixels, Pixels] | None = None


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
    tasks: Mapping[int, Task], looks: MutableMapping[str, Look], jobs: int | None, progress: Progress
) -> list[ImageMatch]:
    """Return what the comparison of each task found, in order; see `confirm_pairs`.

    Args:
        tasks: By their place, 0 to their number.
        looks: Of the pictures that were looked at before; the others are added.
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


def look_at(
    paths: Sequence[str], jobs: int | None, progress: Progress, *, features: bool = False
) -> Iterator[Look | None]:
    """Yield what a brief look at each picture leaves; None for one that cannot be looked at.

    Args:
        paths: Of the pictures.
        jobs: Number of worker processes.
        progress: Is told how far it is.
        features: Whether to look for local features, too, which takes twice as long as all the rest.
    """
    look = _look_closely_at_file if features else _look_at_file
    seen = engine.run(look, paths, jobs=jobs, chunk_size=_CHUNK, preload=_PRELOAD, ahead=read_paths_ahead)
    with progress("look at pictures", partial(len, paths)) as counted:
        for look in counted(seen):
            yield look if isinstance(look, Look) else None


def worth_of_files(paths: Sequence[str], jobs: int | None, progress: Progress) -> list[Worth | None]:
    """Return what is in each picture, to tell which of some copies is the best; None where it cannot be read."""
    work, ahead = _worth_of_file, read_paths_ahead
    measured = engine.run(work, paths, jobs=jobs, chunk_size=_CHUNK, preload=_PRELOAD, ahead=ahead)
    with progress("weigh copies", partial(len, paths)) as counted:
        return [worth if isinstance(worth, Worth) else None for worth in counted(measured)]


def prefilter(
    tasks: Mapping[int, Task], looks: MutableMapping[str, Look], jobs: int | None = None, progress: Progress = unseen
) -> dict[int, Task]:
    """Return the tasks that are worth comparing, by their places, in order, each with what is to be tried.

    What was looked at goes to `looks`, as far as these are no more than `MOST_LOOKS`.

    So are all pairs of which one cannot be looked at: what is wrong with it, the comparison will say.
    """
    found: dict[int, Task] = {}
    places = list(tasks)
    order = [places[place] for place in by_neighbourhood([tasks[place][:2] for place in places])]
    for block in _blocks(tasks, order):
        paths = sorted({path for place in block for path in tasks[place][:2] if path not in looks})
        known = {path: look for path, look in zip(paths, look_at(paths, jobs, progress), strict=True) if look}
        if len(looks) + len(known) <= MOST_LOOKS:
            looks.update(known)
        both = ChainMap(known, looks)
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
    if not plain and not guesses:
        return None
    small = (one.small, other.small) if one.small is not None and other.small is not None else None
    return task._replace(orientations=orientations, guesses=guesses, small=small)


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


def _look_at_file(path: str, least_px: int = _SMALL) -> Look | None:
    """Return what is kept of a picture; None where it cannot be read."""
    try:
        data = read_media(path) or b""
        pixels, size = _load_reduced(data, least_px) or _load_whole(data, path)
    except (OSError, InputError, MemoryError):
        return None
    inner = without_margins(pixels)
    times = max(size) / max(pixels.shape)
    size = round(inner.shape[1] * times), round(inner.shape[0] * times)
    features = find_features(inner) if least_px >= DECODED else NONE
    return Look(descriptor(inner, size), features, size, _small(inner) if max(size) >= SIDE else None)


def _small(pixels: Pixels) -> Pixels | None:
    factor = max(pixels.shape) / _SMALL
    return shrunk(np.asarray(opencv().cvtColor(pixels, opencv().COLOR_RGB2GRAY)), factor) if factor >= 1 else None


def _look_closely_at_file(path: str) -> Look | None:
    return _look_at_file(path, DECODED)


def _worth_of_file(path: str) -> Worth | None:
    try:
        return picture_worth(_load_whole(read_media(path) or b"", path)[0])
    except (OSError, InputError, MemoryError):
        return None


class _Picture(NamedTuple):
    """A picture as a worker remembers it.

    Attributes:
        thumbnail: Of it, without its margins; None where there is none.
        size: Width and height.
        whole: Whether it was decoded at full size.
        problem: Why there is no thumbnail.
    """

    thumbnail: Thumbnail | None
    size: tuple[int, int] = (0, 0)
    whole: bool = False
    problem: str = ""


def _confirm_files(task: Task) -> ImageMatch:
    if _surely_none(task):
        return _UNLIKE
    return _surely_part(task) or _looked_at_closely(task)


def _surely_part(task: Task) -> ImageMatch | None:
    if not task.guesses or task.orientations:
        return None
    one, other = (_picture(path, SIDE).thumbnail for path in task[:2])
    return plain_part(one, other, task.guesses) if one and other else None


def _surely_none(task: Task) -> bool:
    """Tell whether two pictures are unlike already where they are small; of photos that hashes bring together, half."""
    if task.guesses or not task.orientations or task.small is None:
        return False
    one, other = (half_thumbnail(luma) for luma in task.small)
    return hopeless(one, other, task.orientations)


def _looked_at_closely(task: Task) -> ImageMatch:
    one, other = (_picture(path) for path in task[:2])
    if one.thumbnail is None or other.thumbnail is None:
        return ImageMatch("none", reason=one.problem or other.problem)
    match, matrix = compare(one.thumbnail, other.thumbnail, task.orientations, task.guesses)
    if (is_flip(match.change) and not task.flips) or (is_turn(match.change) and not task.turns):
        return ImageMatch("none", reason="the same only when flipped or turned")
    # Only what looks the same is worth decoding in full.
    if match.relation != "near" or matrix is None:
        return match
    return _at_full_size(task, (one, other), match, matrix)


def _at_full_size(task: Task, pictures: tuple[_Picture, _Picture], match: ImageMatch, matrix: Matrix) -> ImageMatch:
    """Return what two pictures are that are near by their thumbnails: a digit of 20 pixels is nothing in these."""
    first, second = (_whole(path, picture) for path, picture in zip(task[:2], pictures, strict=True))
    if first is None or second is None:
        return ImageMatch("none", reason=f"{task.first if first is None else task.second}: can no longer be read")
    # Only what looks the same is worth comparing pixel by pixel.
    if not match.change and match.distance <= _LOOKS_SAME and np.array_equal(first, second):
        return ImageMatch("exact", 0.0)
    thumbnails = tuple(picture.thumbnail for picture in pictures if picture.thumbnail)
    match = without_spots(
        match, (without_margins(first), without_margins(second)), (thumbnails[0], thumbnails[1]), matrix
    )
    if match.relation != "near":
        return match
    return structs.replace(match, worth=(_worth(task.first, first), _worth(task.second, second)))


def _whole(path: str, picture: "_Picture") -> Pixels | None:
    """Return a picture at full size; None where it can no longer be decoded."""
    try:
        return _decoded(path, _THUMBNAIL_FROM if picture.whole else 0)[0]
    except (OSError, InputError, MemoryError):
        return None


@lru_cache(_WHOLES)
def _decoded(path: str, side: int) -> tuple[Pixels, tuple[int, int]]:
    """Return a picture, upright, and its full size; a JPEG at a fraction of it, with `side` pixels left, if not 0."""
    data = read_media(path) or b""
    return (_load_reduced(data, side) if side else None) or _load_whole(data, path)


_worths: dict[str, Worth] = {}
"""Of this worker, whose life is one call: a copy of twenty is weighed once."""


def _worth(path: str, pixels: Pixels) -> Worth:
    if path not in _worths:
        _worths[path] = picture_worth(pixels)
    return _worths[path]


@lru_cache(_KEPT)
def _picture(path: str, side: int = _THUMBNAIL_FROM) -> _Picture:
    try:
        pixels, size = _decoded(path, side)
        return _Picture(thumbnail(without_margins(pixels)), size, pixels.shape[1::-1] == size)
    except OSError as error:
        return _Picture(None, problem=f"{path}: cannot be read: {error.strerror or error}")
    except InputError as error:
        return _Picture(None, problem=f"{path}: {error}")
    except MemoryError:
        return _Picture(None, problem=f"{path}: too large for the memory")


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
