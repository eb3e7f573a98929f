"""Confirm many pairs of pictures in worker processes, reading each file as few times as possible."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from curate.duplicates.image import ImageMatch, compare
from curate.duplicates.pairs import compare_pairs
from curate.duplicates.view import SIDE, Pixels, View, view
from curate.errors import InputError
from curate.media.frames import open_picture, oversized
from curate.media.image import load_pixels, reduction
from curate.media.jpeg import decode_jpeg, read_jpeg_header
from curate.media.rgb import upright
from curate.media.sniff import HEAD_BYTES, format_of_name, sniff
from curate.media.storage import read_media

if TYPE_CHECKING:
    from mmap import mmap

_KEPT = 400
"""Views that each worker keeps: 200 KB each, 80 MB in all."""

_CHUNK = 32
_PRELOAD = ("numpy", "cv2", "curate.media.image")
_LOOKS_SAME = 0.3
_OF_FRAMES = {"AVIF", "GIF", "PNG", "TIFF", "WEBP"}


class _Seen(NamedTuple):
    """A picture as a worker remembers it: its view and its full size, or why there is none."""

    view: View | None
    size: tuple[int, int] = (0, 0)
    problem: str = ""


def confirm_pairs(pairs: Sequence[tuple[str, str]], jobs: int | None = None) -> list[ImageMatch]:
    """Return for each pair of files what their comparison found, in the order given.

    A file that cannot be read or decoded, that has several frames, or that ends its worker, is a match with none;
    the reason says why.

    Args:
        pairs: Paths of two pictures each.
        jobs: Number of worker processes; None: as many as this process may use processors.
    """
    return compare_pairs(_confirm_files, _failed, pairs, jobs=jobs, chunk_size=_CHUNK, preload=_PRELOAD)


def _failed(reason: str) -> ImageMatch:
    return ImageMatch("none", reason=reason)


def _confirm_files(pair: tuple[str, str]) -> ImageMatch:
    one, other = (_seen(path) for path in pair)
    if one.view is None or other.view is None:
        return ImageMatch("none", reason=one.problem or other.problem)
    match = compare(one.view, other.view)
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
        pixels, size = _load_reduced(data) or _load_whole(data, path)
        return _Seen(view(pixels), size)
    except OSError as error:
        return _Seen(None, problem=f"{path}: cannot be read: {error.strerror or error}")
    except InputError as error:
        return _Seen(None, problem=f"{path}: {error}")
    except MemoryError:
        return _Seen(None, problem=f"{path}: too large for the memory")


def _load_reduced(data: "bytes | mmap") -> tuple[Pixels, tuple[int, int]] | None:
    """Return a JPEG at a fraction of its size, and its size upright; None for what is no sound JPEG.

    Of twice the size of a view: decoded to just that size, half of the photos are up to 0.45 away from themselves,
    because the decoder's way to make small is not the view's.
    """
    header = read_jpeg_header(data) if data[:3] == b"\xff\xd8\xff" else None
    if header is None or not header.width or not header.height or oversized(header.width, header.height):
        return None
    pixels, problem = decode_jpeg(data, header, reduction(header.width, header.height, 2 * SIDE))
    if pixels is None or problem:
        return None
    size = (header.width, header.height) if header.orientation < 5 else (header.height, header.width)
    return upright(pixels, header.orientation), size


def _load_whole(data: "bytes | mmap", path: str) -> tuple[Pixels, tuple[int, int]]:
    if _has_frames(data):
        raise InputError("it has several frames, and only the first would be compared")
    promised = format_of_name(path)
    pixels = load_pixels(data, promised.name if promised else None)
    return pixels, (pixels.shape[1], pixels.shape[0])


def _has_frames(data: "bytes | mmap") -> bool:
    name = sniff(bytes(data[:HEAD_BYTES]))
    try:
        return name in _OF_FRAMES and getattr(open_picture(data, name), "n_frames", 1) > 1
    except Exception:
        return False  # what is wrong with it, its decoder will say


@lru_cache(8 * _KEPT)
def _digest(path: str) -> str:
    """Return the digest of a picture's pixels at full size; empty where it can no longer be decoded."""
    try:
        pixels, _ = _load_whole(read_media(path) or b"", path)
    except (OSError, InputError, MemoryError):
        return ""
    return hashlib.blake2b(pixels.tobytes(), digest_size=16, person=b"%dx%d" % pixels.shape[1::-1]).hexdigest()
