"""JPEG: header, orientation, and a decoder that takes every complaint seriously.

Pillow and OpenCV fill what they cannot decode with grey and say nothing; libjpeg-turbo with warnings as
errors notices all of 200 photos that were cut short and got a new end marker, and 197 with 4 KiB zeroed.
"""

import io
import struct
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import simplejpeg
from PIL import Image

from curate.facts.records import Finding
from curate.ground.out_of_memory import raise_out_of_memory
from curate.media.image_formats.tiff import orientation_of_exif

if TYPE_CHECKING:
    from mmap import mmap

    from numpy.typing import NDArray

MODES = {1: "L", 3: "RGB", 4: "CMYK"}
_SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_NO_LENGTH = {0x01, *range(0xD0, 0xD9)}
_START_OF_SCAN, _END_OF_IMAGE, _EXIF, _ADOBE = 0xDA, 0xD9, 0xE1, 0xEE
_MAX_JUNK_BYTES = 1 << 16


class JpegHeader(NamedTuple):
    """What the segments before the first scan say."""

    width: int
    height: int
    components: int
    bits: int
    orientation: int
    inverted: bool
    """Adobe writes CMYK inverted, and marks it."""


def read_jpeg_header(data: "bytes | mmap") -> JpegHeader | None:
    """Read the segments up to the first scan; None where no frame header comes before it."""
    frame: tuple[int, int, int, int] | None = None
    orientation, inverted, at = 1, False, 2
    try:
        while (marker := data[at + 1]) not in (_START_OF_SCAN, _END_OF_IMAGE):
            if data[at] != 0xFF or marker in (0x00, 0xFF):
                at = _next_marker(data, at + 1)
                continue
            if marker in _NO_LENGTH:
                at += 2
                continue
            length = data[at + 2] << 8 | data[at + 3]
            if marker in _SOF and frame is None:
                frame = struct.unpack_from(">BHHB", data, at + 4)
            elif marker == _EXIF and data[at + 4 : at + 10] == b"Exif\0\0":
                orientation = orientation_of_exif(bytes(data[at + 10 : at + 2 + length]))
            elif marker == _ADOBE and data[at + 4 : at + 9] == b"Adobe":
                inverted = True
            at += 2 + length
    except (IndexError, struct.error):
        pass
    if frame is None:
        return None
    bits, height, width, components = frame
    return JpegHeader(width, height, components, bits, orientation, inverted)


def _next_marker(data: "bytes | mmap", at: int) -> int:
    found = data.find(b"\xff", at, at + _MAX_JUNK_BYTES)
    return found if found >= 0 else len(data)


def decode_jpeg(
    data: "bytes | mmap", header: JpegHeader, factor: int
) -> tuple["NDArray[np.uint8] | None", Finding | None]:
    """Decode every byte of a JPEG strictly, at 1/`factor` of its size; what is damaged is decoded as far as it goes.

    The scaled inverse DCT leaves out arithmetic, not data: the entropy decoder sees the same bytes at every factor.

    Args:
        data: The file.
        header: What `read_jpeg_header` said.
        factor: 1, 2, 4 or 8.

    Returns:
        RGB pixels as stored, not upright, of shape (ceil(height / factor), ceil(width / factor), 3), or None; and
        what is wrong.
    """
    try:
        return _turbo(data, header, factor, strict=True), None
    except ValueError as error:
        raise_out_of_memory(error)
        complaint = str(error)
    try:
        return _turbo(data, header, factor, strict=False), _verdict(complaint)
    except ValueError as error:
        raise_out_of_memory(error)
        return _pillow(data, factor, complaint)


def _turbo(data: "bytes | mmap", header: JpegHeader, factor: int, *, strict: bool) -> "NDArray[np.uint8]":
    pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
        data,
        "CMYK" if header.components == 4 else "RGB",
        min_height=-(-header.height // factor),
        min_width=-(-header.width // factor),
        min_factor=factor,
        strict=strict,
    )
    if header.components != 4:
        return pixels
    image = Image.fromarray(~pixels if header.inverted else pixels, "CMYK")
    return np.asarray(image.convert("RGB"))


def _pillow(data: "bytes | mmap", factor: int, complaint: str) -> tuple["NDArray[np.uint8] | None", Finding | None]:
    """Decode what the strict decoder has no means for, such as unusual subsampling."""
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        image = JpegImageFile(io.BytesIO(data))
        pixels = np.asarray(image.convert("RGB").reduce(factor))
    except Exception as error:
        raise_out_of_memory(error)
        return None, _verdict(complaint) if "remature end" in complaint else _undecodable(error, complaint)
    return pixels, None if "subsampling" in complaint or "nsupported" in complaint else _verdict(complaint)


def _verdict(complaint: str) -> Finding:
    if complaint.startswith("Premature end of JPEG file"):
        return Finding("truncated", "error", detail="the file ends before its end marker: copy or download it again")
    if "premature end of data" in complaint:
        complaint = "the data end before the picture does, although an end marker follows"
    detail = f"the JPEG decoder complains: {complaint}; a part of the picture is wrong or grey"
    return Finding("damaged", "error", detail=detail)


def _undecodable(error: Exception, complaint: str) -> Finding:
    return Finding("unreadable", "error", detail=f"this JPEG cannot be decoded: {error or complaint}")
