"""A brief look at pictures: what is kept of each, before any two are compared, and how files are decoded for it."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curate import engine
from curate.duplicates.image.descriptor import Packed, descriptor
from curate.duplicates.image.features import DECODED, NONE, Features, find_features
from curate.duplicates.image.margins import without_margins
from curate.duplicates.image.thumbnail import SIDE, Pixels, shrunk
from curate.ground.errors import InputError
from curate.ground.progress import Progress
from curate.media.image import load_pixels, reduction
from curate.media.image_formats.jpeg import decode_jpeg, read_jpeg_header
from curate.media.image_formats.pillow import open_picture, oversized
from curate.media.opencv import opencv
from curate.media.rgb import upright
from curate.media.sniff import HEAD_BYTES, format_of_name, sniff
from curate.media.storage import read_media, read_paths_ahead

if TYPE_CHECKING:
    from mmap import mmap

PRELOAD = ("numpy", "cv2", "curate.media.image")
CHUNK = 32

MOST_LOOKS = 1 << 13
"""That are held at a time, of 17 KB each, or 22 with features: 140 to 180 MB."""

_SMALL = SIDE // 2
_OF_FRAMES = {"AVIF", "GIF", "PNG", "TIFF", "WEBP"}


class Look(NamedTuple):
    """What a brief look at a picture leaves.

    Attributes:
        descriptor: As `descriptor` returns it.
        features: As `find_features` returns them.
        size: Width and height of the picture without its margins.
        small: Brightness at half the size of a thumbnail; None of a picture that has hardly more pixels.
        untrimmed: Descriptor of the picture with its margins; None where it has none.
    """

    descriptor: Packed
    features: Features
    size: tuple[int, int]
    small: Pixels | None = None
    untrimmed: Packed | None = None


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
    seen = engine.run(look, paths, jobs=jobs, chunk_size=CHUNK, preload=PRELOAD, ahead=read_paths_ahead)
    with progress("look at pictures", partial(len, paths)) as counted:
        for look in counted(seen):
            yield look if isinstance(look, Look) else None


def _look_at_file(path: str, least_px: int = _SMALL) -> Look | None:
    """Return what is kept of a picture; None where it cannot be read."""
    try:
        data = read_media(path) or b""
        pixels, whole = load_reduced(data, least_px) or load_whole(data, path)
    except (OSError, InputError, MemoryError):
        return None
    inner = without_margins(pixels)
    times = max(whole) / max(pixels.shape)
    size = round(inner.shape[1] * times), round(inner.shape[0] * times)
    features = find_features(inner) if least_px >= DECODED else NONE
    untrimmed = None if inner is pixels else descriptor(pixels, whole)
    return Look(descriptor(inner, size), features, size, _small(inner) if max(size) >= SIDE else None, untrimmed)


def _small(pixels: Pixels) -> Pixels | None:
    factor = max(pixels.shape) / _SMALL
    return shrunk(np.asarray(opencv().cvtColor(pixels, opencv().COLOR_RGB2GRAY)), factor) if factor >= 1 else None


def _look_closely_at_file(path: str) -> Look | None:
    return _look_at_file(path, DECODED)


def load_reduced(data: "bytes | mmap", side: int) -> tuple[Pixels, tuple[int, int]] | None:
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


def load_whole(data: "bytes | mmap", path: str) -> tuple[Pixels, tuple[int, int]]:
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
