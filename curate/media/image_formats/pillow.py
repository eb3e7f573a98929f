"""Pillow's decoders, one by one: open a file as one format, and decode every frame of it."""

import importlib
import io
import logging
import warnings
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from PIL import Image

from curate.facts.records import Finding
from curate.ground.out_of_memory import raise_out_of_memory
from curate.media.image_formats.depth import Depth, deep_picture
from curate.media.rgb import to_rgb

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from mmap import mmap

    from numpy.typing import NDArray
    from PIL.ImageFile import ImageFile

# Without a handler of its own, what Pillow logs would reach the terminal.
logging.getLogger("PIL").addHandler(logging.NullHandler())

MAX_PIXELS = 178_956_970
"""Of one frame: where Pillow refuses a decompression bomb (2 x MAX_IMAGE_PIXELS)."""
MAX_TOTAL_PIXELS = 6 * MAX_PIXELS
"""Of all frames together: several seconds of decoding."""
MAX_FRAMES = 10_000

# Modules of Pillow, by the names of its formats; nothing here runs another program, as its EPS reader does.
_MODULES = {
    "PNG": "PngImagePlugin",
    "GIF": "GifImagePlugin",
    "BMP": "BmpImagePlugin",
    "DIB": "BmpImagePlugin",
    "TIFF": "TiffImagePlugin",
    "WEBP": "WebPImagePlugin",
    "AVIF": "AvifImagePlugin",
    "JPEG2000": "Jpeg2KImagePlugin",
    "PPM": "PpmImagePlugin",
    "TGA": "TgaImagePlugin",
    "PCX": "PcxImagePlugin",
    "DDS": "DdsImagePlugin",
    "ICO": "IcoImagePlugin",
    "CUR": "CurImagePlugin",
    "PSD": "PsdImagePlugin",
    "SGI": "SgiImagePlugin",
    "QOI": "QoiImagePlugin",
}
_VARIANTS = {"BMP": ("BMP", "DIB"), "ICO": ("ICO", "CUR")}
_EXTRAS = {"HEIF": "pillow_heif", "JXL": "pillow_jxl"}
"""Plugins of Pillow that an extra installs, by the format that they read."""


def is_decodable(name: str) -> bool:
    """Return whether a format can be decoded, with the extras that are installed."""
    return name == "JPEG" or name in _MODULES or (name in _EXTRAS and find_spec(_EXTRAS[name]) is not None)


_WITH_FRAMES = {"PNG", "GIF", "TIFF", "WEBP", "AVIF"}


@contextmanager
def quiet() -> "Iterator[None]":
    """Keep Pillow's warnings (large pictures, odd metadata) to itself: what matters becomes a finding."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def open_picture(data: "bytes | mmap", name: str) -> "ImageFile":
    """Read the header of a picture as one format; `Image.open` would load the plugins of all.

    Raises:
        Exception: Of any type that a decoder makes of what is not its format.
    """
    if name in _EXTRAS:
        return _open_with_extra(data, name)
    for variant in _VARIANTS.get(name, (name,)):
        plugin: Any = importlib.import_module(f"PIL.{_MODULES[variant]}")
        if variant == "AVIF":
            plugin.DEFAULT_MAX_THREADS = 1  # there is a process for each core already
        factory, accept = Image.OPEN[variant]
        if accept is None or accept(bytes(data[:16])) is True:
            return factory(io.BytesIO(data), "")
    raise ValueError(f"it does not begin like {name}")


def _open_with_extra(data: "bytes | mmap", name: str) -> "ImageFile":
    extra: Any = importlib.import_module(_EXTRAS[name])
    if name == "HEIF":
        extra.options.DECODE_THREADS = 1  # there is a process for each core already
        extra.register_heif_opener(thumbnails=False)
    factory, accept = Image.OPEN[name]
    if accept is not None and accept(bytes(data[:16])) is not True:
        raise ValueError(f"it does not begin like {name}")
    try:
        return factory(io.BytesIO(data), "")
    except Exception as error:
        # libjxl's plugin decodes at once, and says of every fault that one should build libjxl oneself.
        if name != "JXL":
            raise
        raise ValueError("it is cut or damaged") from error


class Frames(NamedTuple):
    """The first frame as RGB pixels, or None; how many frames were read; what is wrong; the depth of the first."""

    first: "NDArray[np.uint8] | None"
    number: int
    problem: Finding | None
    depth: Depth | None = None


def decode_frames(image: "ImageFile", data: "bytes | mmap", bits: int, factor: int) -> Frames:
    """Decode every frame of an opened picture, and keep the first, at 1/`factor` of its size.

    Sizes are looked at before each frame is decoded. Pixels that leave the upper bits empty are rescaled.
    """
    first, depth, number, total = None, None, 0, 0
    try:
        for frame in _frames(image):
            total += frame.width * frame.height
            if problem := oversized(frame.width, frame.height, total, number + 1):
                return Frames(first, max(number, 1), problem, depth)
            frame.load()
            number += 1
            if first is None:
                rescaled, depth = deep_picture(frame, data, bits)
                # Pillow moves the values of a JPEG 2000 to the upper end of 16 bits.
                scale = 16 if frame.format == "JPEG2000" and frame.mode[0] == "I" else bits
                first = np.asarray((rescaled or to_rgb(frame, scale)).reduce(factor))
    except Exception as error:
        raise_out_of_memory(error)
        return Frames(first, max(number, 1), verdict(error), depth)
    return Frames(first, number, None, depth)


def announced_as_oversized(sizes: "Iterable[tuple[int, int]]") -> Finding | None:
    """Say whether a file announces, before anything of it is decoded, more than is sensible to decode.

    Args:
        sizes: Width and height of each frame.
    """
    total = 0
    try:
        for number, (width, height) in enumerate(sizes, 1):
            total += width * height
            if problem := oversized(width, height, total, number):
                return problem
    except OverflowError as error:
        return Finding("oversized", "error", detail=f"it announces more than is sensible ({error})")
    return None


def _frames(image: "ImageFile") -> "Iterator[ImageFile]":
    yield image
    if image.format not in _WITH_FRAMES:
        return
    frame = 1
    while True:
        try:
            image.seek(frame)
        except EOFError:
            return
        yield image
        frame += 1


def oversized(width: int, height: int, total: int = 0, frames: int = 1) -> Finding | None:
    """Say whether a frame, or all frames so far, are more than is sensible to decode."""
    if width * height > MAX_PIXELS:
        detail = f"{width} x {height} is more than {MAX_PIXELS} pixels: make it smaller first"
    elif total > MAX_TOTAL_PIXELS or frames > MAX_FRAMES:
        detail = f"more than {MAX_TOTAL_PIXELS} pixels or {MAX_FRAMES} frames in all: take it apart first"
    else:
        return None
    return Finding("oversized", "error", float(max(total, width * height)), float(MAX_PIXELS), detail)


_SHORT = ("truncated", "not enough", "unexpected end", "end of file", "not long enough", "not large enough")
_LARGE = ("too large", "too much memory", "bomb", "exceeds limit")


def verdict(error: Exception) -> Finding:
    """Say in which of the ways a decoder that raises has failed: Pillow tells only in words."""
    text = str(error) or type(error).__name__
    if isinstance(error, EOFError) or any(words in text.lower() for words in _SHORT):
        detail = f"the file ends before the picture does ({text}): copy or download it again"
        return Finding("truncated", "error", detail=detail)
    if any(words in text.lower() for words in _LARGE):
        return Finding("oversized", "error", detail=f"it unpacks to more than is sensible ({text})")
    return Finding("damaged", "error", detail=f"the decoder gives up: {text}")
