"""How many of their bits deep pixels really use, and deep pixels as 8 bits when they leave the upper ones empty.

Cameras and microscopes of 10, 12 or 14 bits are often saved in files of 16, at the lower end: by the file's own scale
such a picture is nearly black, whatever it shows.
"""

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from curate.ground.out_of_memory import raise_out_of_memory
from curate.media.opencv import opencv
from curate.media.printed_errors import printed_errors

if TYPE_CHECKING:
    from mmap import mmap

    from numpy.typing import NDArray

DEPTHS = (8, 10, 12, 14)
"""Of converters. The brightest pixel of a picture may lie well under white, so its own bits are rounded up to one."""
_MIN_EMPTY_BITS = 2
"""A picture whose brightest pixel is at half of white is nothing special, one at a quarter is `dark` in 8 bits too."""
_DEEP_COLOUR = {"L", "LA", "RGB", "RGBA", "RGBX"}
"""Modes in which Pillow keeps the upper bytes of 16-bit channels."""
_MAXVAL = re.compile(rb"P[2356](?:\s+|#[^\n]*\n)+\d+(?:\s+|#[^\n]*\n)+\d+(?:\s+|#[^\n]*\n)+(\d+)\s")
_EVERY_BYTE_TWICE = 257
_WHOLE_BYTES = 16


class Depth(NamedTuple):
    """What a picture makes of its bits.

    Attributes:
        stored: Bits per channel that the file promises.
        used: From the lowest to the highest bit that is set in any pixel, transparency apart; 0: it is black.
        white: Bits of the scale that the picture fits in where it leaves the upper ones empty, one of `DEPTHS`; None
            where it is on the file's own scale.
    """

    stored: int
    used: int
    white: int | None


def measure_depth(values: "NDArray[np.uint16]", stored: int) -> Depth:
    """Return the depth of pixels of at most 16 bits.

    Args:
        values: As stored, of any shape, without transparency.
        stored: Bits of the file's scale.
    """
    highest, bits_set = int(values.max()), int(np.bitwise_or.reduce(values, axis=None))
    lowest = (bits_set & -bits_set).bit_length() - 1
    used = highest.bit_length() - lowest if highest else 0
    # Who states 12 bits means 12 bits; 16 are often stated because files know no others.
    # Data at the upper end (the lower bits are zero) and 8 bits made 16 by repeating the byte are on the file's scale
    # however dark they are; one value all over says nothing.
    fits = (
        stored == _WHOLE_BYTES
        and 0 < highest.bit_length() <= stored - _MIN_EMPTY_BITS
        and lowest == 0
        and int(values.min()) < highest
        and bool((values % _EVERY_BYTE_TWICE).any())
    )
    white = next((bits for bits in DEPTHS if highest.bit_length() <= bits < stored), None) if fits else None
    return Depth(stored, used, white)


def deep_picture(frame: Image.Image, data: "bytes | mmap", bits: int) -> tuple[Image.Image | None, Depth | None]:
    """Return the depth of a picture's first frame; and the picture in RGB over white, where it has to be rescaled.

    Args:
        frame: Loaded.
        data: The file that it was loaded from.
        bits: Per channel, as stored.
    """
    # The scale of an AVIF is that of a video, and OpenCV would have to decode it again to see more of it.
    if not 8 < bits <= 16 or frame.format == "AVIF":
        return None, None
    if frame.mode[0] == "I":
        values, stored = _grey_as_stored(frame, data, bits)
    elif frame.mode in _DEEP_COLOUR:
        found = _colour_as_stored(frame, data)
        if found is None:
            return None, None
        values, stored = found, maxval(data).bit_length() if frame.format == "PPM" else bits
    else:
        return None, None
    colours = values[..., :3] if values.ndim == 3 else values
    depth = measure_depth(colours, stored)
    if depth.white is None:
        return None, depth
    shown = np.rint(colours * np.float32(255 / ((1 << depth.white) - 1))).astype(np.uint8)
    picture = Image.fromarray(shown).convert("RGB")
    transparent = frame.info.get("transparency")
    if values.ndim == 3 and values.shape[2] == 4:
        alpha = Image.fromarray(np.rint(values[..., 3] * _alpha_scale(values[..., 3], depth)).astype(np.uint8))
    elif values.ndim == 2 and isinstance(transparent, int):
        alpha = Image.fromarray(np.where(values == transparent, 0, 255).astype(np.uint8))
    else:
        return picture, depth
    return Image.composite(picture, Image.new("RGB", picture.size, (255, 255, 255)), alpha), depth


def _alpha_scale(alpha: "NDArray[np.uint16]", depth: Depth) -> np.float32:
    """Return what turns a transparency into 0 to 255: it may be on the file's scale, or on the picture's."""
    narrow = (1 << (depth.white or depth.stored)) - 1
    return np.float32(255 / (narrow if int(alpha.max()) <= narrow else (1 << depth.stored) - 1))


def _grey_as_stored(frame: Image.Image, data: "bytes | mmap", bits: int) -> tuple["NDArray[np.uint16]", int]:
    values: NDArray[np.uint16] = np.asarray(frame).clip(0, 65535).astype(np.uint16)
    if frame.format == "JPEG2000":
        return np.right_shift(values, 16 - bits, dtype=np.uint16), bits  # Pillow moves them to the upper end
    if frame.format == "PPM" and (highest := maxval(data)) != 65535:
        return np.rint(values * (highest / 65535)).astype(np.uint16), highest.bit_length()
    return values, bits


def maxval(data: "bytes | mmap") -> int:
    """Return what white is in a portable anymap; 65535 where it does not say."""
    found = _MAXVAL.match(bytes(data[:4096]))
    return min(65535, max(1, int(found[1]))) if found else 65535


def _colour_as_stored(frame: Image.Image, data: "bytes | mmap") -> "NDArray[np.uint16] | None":
    """Return RGB or RGBA, shape (height, width, 3 or 4), or greys; None where OpenCV reads other sizes than Pillow."""
    cv2 = opencv()
    values: NDArray[np.uint16] | None
    try:
        with printed_errors():
            values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise_out_of_memory(error)
        return None
    if values is None or values.dtype != np.uint16 or values.shape[:2] != (frame.height, frame.width):
        return None
    if values.ndim == 3:
        values = np.ascontiguousarray(values[..., [2, 1, 0, 3][: values.shape[2]]])
    return values
