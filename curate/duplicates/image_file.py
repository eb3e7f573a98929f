"""A picture's pixels for a comparison: at a fraction of its size where that is all it takes."""

from typing import TYPE_CHECKING

from curate.duplicates.thumbnail import Pixels
from curate.ground.errors import InputError
from curate.media.image import load_pixels, reduction
from curate.media.image_formats.jpeg import decode_jpeg, read_jpeg_header
from curate.media.image_formats.pillow import open_picture, oversized
from curate.media.rgb import upright
from curate.media.sniff import HEAD_BYTES, format_of_name, sniff

if TYPE_CHECKING:
    from mmap import mmap

PRELOAD = ("numpy", "cv2", "curate.media.image")
"""What a worker needs that reads pictures with these functions."""

_OF_FRAMES = {"AVIF", "GIF", "PNG", "TIFF", "WEBP"}


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
    size = (header.width, header.height) if header.orientation < 5 else (header.height, header.width)
    return upright(pixels, header.orientation), size


def load_whole(data: "bytes | mmap", path: str) -> tuple[Pixels, tuple[int, int]]:
    """Return a picture, upright, and its size.

    Raises:
        InputError: It has several frames, or cannot be decoded.
    """
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
