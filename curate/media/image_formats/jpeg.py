"""JPEG: header, orientation, and a decoder that takes every complaint seriously.

Pillow and OpenCV fill what they cannot decode with grey and say nothing; libjpeg-turbo with warnings as
errors notices all of 200 photos that were cut short and got a new end marker, and 197 with 4 KiB zeroed.
"""

import io
import struct
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import simplejpeg
from PIL import Image

from curate.facts.records import Finding
from curate.ground.out_of_memory import raise_out_of_memory
from curate.media.image_formats.tiff import orientation_of_exif
from curate.media.opencv import opencv
from curate.media.printed_errors import printed_errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from mmap import mmap

    from numpy.typing import NDArray

MODES = {1: "L", 3: "RGB", 4: "CMYK"}
_SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_NO_LENGTH = {0x01, *range(0xD0, 0xD9)}
_ARITHMETIC, _LOSSLESS = {0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}, {0xC3, 0xC7, 0xCB, 0xCF}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_ALL_COEFFICIENTS = (1 << 64) - 1
_EOI = b"\xff\xd9"
_START_OF_SCAN, _END_OF_IMAGE, _EXIF, _ADOBE, _COMMENT = 0xDA, 0xD9, 0xE1, 0xEE, 0xFE
# Huffman tables, arithmetic conditioning, quantization tables, restart interval, and Adobe's colour transform.
_NEEDED = {0xC4, 0xCC, 0xDB, 0xDD, _ADOBE}
_MAX_JUNK_BYTES = 1 << 16
_DROPPED_ZEROS = 64
"""More than cjpeg drops from the end of a picture of one colour; less than a cut that is seen takes away."""


class JpegHeader(NamedTuple):
    """What the segments before the first scan say."""

    width: int
    height: int
    components: int
    bits: int
    orientation: int
    inverted: bool
    """Adobe writes CMYK inverted, and marks it."""
    coding: int
    """The marker of the frame header: it names the process (ITU-T T.81, table B.1)."""


def read_jpeg_header(data: "bytes | mmap") -> JpegHeader | None:
    """Read the segments up to the first scan; None where no frame header comes before it."""
    frame: tuple[int, int, int, int] | None = None
    orientation, inverted, coding, at = 1, False, 0, 2
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
                frame, coding = struct.unpack_from(">BHHB", data, at + 4), marker
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
    return JpegHeader(width, height, components, bits, orientation, inverted, coding)


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
        pixels = _turbo(data, header, factor, strict=True)
    except ValueError as error:
        raise_out_of_memory(error)
        complaint = str(error)
    else:
        whole = partial(_turbo, header=header, factor=factor, strict=False)
        return pixels, _unfinished(data, header, pixels, whole)
    if "subsampling" in complaint or "nsupported" in complaint:
        return _opencv(data, header, factor, complaint)
    bare, dropped = _without_metadata(data, complaint)
    if dropped:
        # What is left decodes without a complaint: then the pixels are sound, and only what was left out is not.
        with suppress(ValueError):
            pixels = _turbo(bare, header, factor, strict=True)
            detail = f"the picture is whole, but not what its header carries: {dropped} ({complaint})"
            return pixels, _missing_scans(data, header) or Finding("metadata-damage", "warning", detail=detail)
    try:
        return _turbo(data, header, factor, strict=False), _verdict(complaint)
    except ValueError as error:
        raise_out_of_memory(error)
        return _pillow(data, factor, complaint)


def _turbo(data: "bytes | mmap", header: JpegHeader, factor: int, *, strict: bool) -> "NDArray[np.uint8]":
    # Scaling lives in the inverse DCT, and lossless JPEG has none: simplejpeg 1.9.0 dies of a scaled one (SIGSEGV).
    scale = 1 if header.coding in _LOSSLESS else factor
    pixels: NDArray[np.uint8] = simplejpeg.decode_jpeg(
        data,
        "CMYK" if header.components == 4 else "RGB",
        min_height=-(-header.height // scale),
        min_width=-(-header.width // scale),
        min_factor=scale,
        strict=strict,
    )
    if header.components == 4:
        image = Image.fromarray(~pixels if header.inverted else pixels, "CMYK")
        pixels = np.asarray(image.convert("RGB"))
    return pixels if scale == factor else np.asarray(Image.fromarray(pixels).reduce(factor))


def _opencv(
    data: "bytes | mmap", header: JpegHeader, factor: int, complaint: str
) -> tuple["NDArray[np.uint8] | None", Finding | None]:
    """Decode what TurboJPEG's interface refuses before it looks at the data, such as chroma sampling 3x1.

    OpenCV's libjpeg takes every sampling, and prints the warnings that it does not raise.
    """
    cv2 = opencv()

    def decode(stream: "bytes | mmap") -> "NDArray[np.uint8] | None":
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        picture: NDArray[np.uint8] | None = cv2.imdecode(np.frombuffer(stream, np.uint8), flags)
        return picture

    with printed_errors() as printed:
        picture = decode(data)
    if picture is None:
        # No lenient decoder instead: it would paint what is missing in grey, and nobody would know.
        broken = "subsampling" in complaint  # other files of the kind decode
        return None, _verdict("the picture does not decode") if broken else _unsupported(complaint)
    pixels = np.asarray(Image.fromarray(np.ascontiguousarray(picture[..., ::-1])).reduce(factor))
    if printed[0]:
        return pixels, _verdict(printed[0].splitlines()[0])
    with printed_errors():
        return pixels, _unfinished(data, header, picture, decode)


def _pillow(data: "bytes | mmap", factor: int, complaint: str) -> tuple["NDArray[np.uint8] | None", Finding | None]:
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        image = JpegImageFile(io.BytesIO(data))
        return np.asarray(image.convert("RGB").reduce(factor)), _verdict(complaint)
    except Exception as error:
        raise_out_of_memory(error)
        return None, _verdict(complaint) if "remature end" in complaint else _undecodable(error, complaint)


def _unfinished(
    data: "bytes | mmap",
    header: JpegHeader,
    pixels: "NDArray[np.uint8]",
    decode: "Callable[[bytes], NDArray[np.uint8] | None]",
) -> Finding | None:
    """Say whether a picture that decoded without a complaint goes on behind the file's data all the same.

    An arithmetic decoder goes on with zeros at a marker and never complains (ITU-T T.81, D.2.6: encoders drop zeros
    from the end). So other bytes than zeros, behind as many zeros as an encoder may have dropped, change the
    picture exactly if the decoder needs them: if it was cut.
    """
    if problem := _missing_scans(data, header):
        return problem
    if header.coding not in _ARITHMETIC:
        return None
    # Zeros in place of the rest are codes like others: only the end marker is missed then, and nobody looks for it.
    at = data.rfind(_EOI, max(0, _first_scan(data)))
    if at < 0:
        return _verdict("Premature end of JPEG file")
    longer = b"".join((data[:at], bytes(_DROPPED_ZEROS), b"\x5a\xa5" * _DROPPED_ZEROS, data[at:]))
    with suppress(ValueError):
        again = decode(longer)
        if again is not None and np.array_equal(again, pixels):
            return None
    return _verdict("premature end of data")


def _missing_scans(data: "bytes | mmap", header: JpegHeader) -> Finding | None:
    """Say whether a progressive JPEG lacks scans: cut between two of them, it decodes without a warning, but coarse."""
    if header.coding not in _PROGRESSIVE:
        return None
    missing: dict[int, int] = {}
    """Of each component, the coefficients (bit 0 to 63) whose last bit has not come yet."""
    at = _first_scan(data)
    while at >= 0 and at + 5 < len(data):
        number = data[at + 4]
        if at + 8 + 2 * number > len(data):
            break
        first, last, approximation = data[at + 5 + 2 * number : at + 8 + 2 * number]
        for component in data[at + 5 : at + 5 + 2 * number : 2]:
            done = (2 << last) - (1 << first) if approximation & 15 == 0 and first <= last < 64 else 0
            missing[component] = missing.get(component, _ALL_COEFFICIENTS) & ~done
        # Entropy-coded data hold FF before 00 and restart markers only: this is the next scan, not a part of one.
        at = data.find(b"\xff\xda", at + 8 + 2 * number)
    if len(missing) == header.components and not any(missing.values()):
        return None
    return Finding("damaged", "error", detail="the last scans of this progressive JPEG are missing: it is coarse")


def _first_scan(data: "bytes | mmap") -> int:
    """Return where the first scan begins behind the segments; -1 where none does."""
    at = 2
    while at + 4 <= len(data) and data[at + 1] != _START_OF_SCAN:
        if data[at] != 0xFF or data[at + 1] in (0x00, 0xFF):
            at = _next_marker(data, at + 1)
        else:
            at += 2 + (0 if data[at + 1] in _NO_LENGTH else data[at + 2] << 8 | data[at + 3])
    return at if at + 4 <= len(data) else -1


def _without_metadata(data: "bytes | mmap", complaint: str) -> tuple[bytes, str]:
    """Return the file with nothing before its scan but what decoding needs, and say what else was there."""
    parts, dropped, at = [bytes(data[:2])], [], 2
    try:
        while (marker := data[at + 1]) not in (_START_OF_SCAN, _END_OF_IMAGE):
            if data[at] != 0xFF or marker in (0x00, 0xFF):
                start, at = at, _next_marker(data, at + 1)
                if data[start:at].strip(b"\xff"):
                    dropped.append(f"{at - start} bytes at offset {start} belong to no segment")
                continue
            end = at + 2 + (0 if marker in _NO_LENGTH else data[at + 2] << 8 | data[at + 3])
            if marker in _NEEDED or marker in _SOF:
                parts.append(bytes(data[at:end]))
            else:
                dropped.append(f"segment {_segment_name(marker)} at offset {at}")
            at = end
    except IndexError:
        return bytes(data), ""
    # Only junk and ICC profiles are complained of; the other segments are skipped unread.
    likely = "segment APP2" if "ICC" in complaint else "bytes"
    return b"".join((*parts, data[at:])), "; ".join([what for what in dropped if likely in what][:3])


def _segment_name(marker: int) -> str:
    return "COM" if marker == _COMMENT else f"APP{marker & 15}" if marker >> 4 == 0xE else f"FF {marker:02X}"


def _verdict(complaint: str) -> Finding:
    if complaint.startswith("Premature end of JPEG file"):
        return Finding("truncated", "error", detail="the file ends before its end marker: copy or download it again")
    if "premature end of data" in complaint:
        complaint = "the data end before the picture does, although an end marker follows"
    detail = f"the JPEG decoder complains: {complaint}; a part of the picture is wrong or grey"
    return Finding("damaged", "error", detail=detail)


def _undecodable(error: Exception, complaint: str) -> Finding:
    return Finding("unreadable", "error", detail=f"this JPEG cannot be decoded: {error or complaint}")


def _unsupported(complaint: str) -> Finding:
    detail = f"the decoder says: {complaint}; convert it to PNG with the program that made it"
    return Finding("unreadable", "error", detail=detail)
