"""Where a picture's own structure ends, for formats that say so: a mark, sizes, or as many bytes as its pixels take."""

import re
import struct
from typing import TYPE_CHECKING

from curate.media.image_formats.isobmff import boxes
from curate.media.image_formats.jpeg2000 import BARE_CODESTREAM, END_MARKER, first_tile_part
from curate.media.metadata.found import CannotStripError
from curate.media.metadata.gif import blocks
from curate.media.metadata.jpeg import segments
from curate.media.metadata.png import chunks
from curate.media.repair.refused import CannotRepairError

if TYPE_CHECKING:
    from collections.abc import Callable

_INDEXED = (b"GContainer", b"http://ns.google.com/photos/1.0/container/", b"MicroVideoOffset", b"hdrgm:Version")
"""In the XMP of a JPEG: pictures, depth maps, gain maps or films stand behind it, and readers look for them there."""
_BOXES = {
    b"ftyp", b"styp", b"meta", b"mdat", b"moov", b"moof", b"mfra", b"sidx", b"free", b"skip", b"wide", b"uuid", b"pnot",
    b"jP  ", b"jp2h", b"jp2c", b"xml ", b"jxlc", b"jxlp", b"jbrd", b"brob", b"Exif", b"JXL ", b"idat", b"imda",
}  # fmt: skip
"""At the top level of ISO base media, JPEG 2000 and JPEG XL."""
_TILE_PART = 0xFF90
_QOI_RGB, _QOI_RGBA, _QOI_END = 0xFE, 0xFF, b"\0\0\0\0\0\0\0\1"
_ICO_HEADER_BYTES, _ICO_ENTRY_BYTES = 6, 16


def end_of_jpeg(data: bytes) -> int:
    """Return where the end marker ends (T.81, B.1.1.3)."""
    end = 0
    for marker, start, end in segments(data):
        body = data[start + 4 : end]
        if marker == 0xE2 and body.startswith(b"MPF\0"):
            raise CannotRepairError("its own index (MPF) names pictures behind the first one")
        if marker == 0xE1 and any(name in body for name in _INDEXED):
            raise CannotRepairError("its own XMP names what stands behind it: a film, a depth map or a gain map")
    return end


def end_of_png(data: bytes) -> int:
    """Return where the chunk IEND ends."""
    *_, (_, _, end) = chunks(data)
    return end


def end_of_gif(data: bytes) -> int:
    """Return where the trailer ends."""
    *_, (_, _, end) = blocks(data)
    return end


def end_of_bmp(data: bytes) -> int:
    """Return the last byte that the header claims, for the file, its pixels or its colour profile."""
    claimed, at, header_bytes, width, height, _, bits, compression, stated = struct.unpack_from("<I4xIIiiHHII", data, 2)
    if header_bytes < 40:
        raise CannotRepairError("its header is of OS/2, which gives no sizes")
    rows = (abs(width) * bits + 31) // 32 * 4 * abs(height) if compression in {0, 3, 6} else stated
    if not rows:
        raise CannotRepairError("it does not say how long its pixels are")
    profile = 14 + sum(struct.unpack_from("<II", data, 14 + 112)) if header_bytes >= 124 else 0
    return int(max(claimed, at + rows, profile))


def end_of_webp(data: bytes) -> int:
    """Return where the RIFF container ends."""
    size = int.from_bytes(data[4:8], "little")
    return 8 + size + (size & 1)


def end_of_ico(data: bytes) -> int:
    """Return where the last of the pictures ends that its directory names."""
    entries = range(_ICO_HEADER_BYTES, _ICO_HEADER_BYTES + _ICO_ENTRY_BYTES * data[4], _ICO_ENTRY_BYTES)
    return max((sum(struct.unpack_from("<II", data, at + 8)) for at in entries), default=0)


def end_of_ppm(data: bytes) -> int:
    """Return where the pixels end, of one picture; a file may hold several, one behind the other."""
    head = re.match(rb"(P[4-6]|P[fF])(?:(?:\s|#[^\r\n]*[\r\n])+)(\d+)\s+(\d+)(?:\s+(-?[\d.]+))?\s", data)
    if head is None:
        raise CannotRepairError("its pixels are text, or comments stand in its header")
    kind, width, height = head[1], int(head[2]), int(head[3])
    if kind != b"P4" and head[4] is None:
        raise CannotRepairError("its header is cut")
    if kind == b"P4":
        # A bitmap has no third number; what looked like one was its pixels.
        return head.end(3) + 1 + (width + 7) // 8 * height
    channels = 3 if kind in {b"P6", b"PF"} else 1
    sample_bytes = 4 if kind in {b"Pf", b"PF"} else 1 + (float(head[4]) > 255)
    end = head.end() + width * height * channels * sample_bytes
    if re.match(rb"\s*P[1-7fF]\s", data[end : end + 16]):
        raise CannotRepairError("another picture of its kind follows, which the format allows")
    return end


def end_of_qoi(data: bytes) -> int:
    """Return where the end marker ends, by walking the codes of all pixels."""
    width, height = struct.unpack_from(">II", data, 4)
    at, pixels = 14, width * height
    while pixels > 0:
        code = data[at]
        run = code >= 0xC0 and code not in {_QOI_RGB, _QOI_RGBA}
        pixels -= (code & 0x3F) + 1 if run else 1
        at += {_QOI_RGB: 4, _QOI_RGBA: 5}.get(code, 2 if code >> 6 == 2 else 1)
    if data[at : at + 8] != _QOI_END:
        raise CannotRepairError("its end marker is not behind its pixels")
    return at + 8


def end_of_sgi(data: bytes) -> int:
    """Return where the pixels end, or the last row that the tables name."""
    _, packed, sample_bytes, dimensions, width, height, channels = struct.unpack_from(">HBBHHHH", data)
    rows = (height if dimensions > 1 else 1) * (channels if dimensions > 2 else 1)
    if not packed:
        return int(512 + width * rows * sample_bytes)
    table = struct.unpack_from(f">{2 * rows}I", data, 512)
    return int(max(map(sum, zip(table[:rows], table[rows:], strict=True)), default=512 + 8 * rows))


def end_of_psd(data: bytes) -> int:
    """Return where the merged picture ends, behind the sections whose sizes are given."""
    version, channels, height, width, depth = struct.unpack_from(">H6xHIIH", data, 4)
    at = 26
    for size in (4, 4, 8 if version == 2 else 4):
        at += size + int.from_bytes(data[at : at + size], "big")
    rows, packing = height * channels, int.from_bytes(data[at : at + 2], "big")
    at += 2
    if packing == 0:
        return int(at + rows * ((width * depth + 7) // 8))
    if packing != 1:
        raise CannotRepairError("its pixels are packed so that only unpacking tells their length")
    count = "I" if version == 2 else "H"
    return at + int(rows * struct.calcsize(count) + sum(struct.unpack_from(f">{rows}{count}", data, at)))


def end_of_boxes(data: bytes) -> int:
    """Return where the last box ends: ISO base media, JPEG 2000 and JPEG XL in a container."""
    end = 0
    for kind, start, content, stated in boxes(data):
        if not all(32 <= byte < 127 or byte == 0xA9 for byte in kind):
            break
        if not any(data[start : start + 4]):
            raise CannotRepairError("its last part has no size: it reaches to the end of the file, wherever that is")
        if not content <= stated <= len(data):
            # Four letters may be the beginning of anything; those of a box that the format has are one.
            if kind not in _BOXES:
                break
            raise CannotRepairError("what follows may be a part of it that was cut")
        end = stated
    return end


def end_of_jpeg2000(data: bytes) -> int:
    """Return where the boxes end, or the end marker of a bare codestream."""
    if data[:4] != BARE_CODESTREAM:
        return end_of_boxes(data)
    at = first_tile_part(data, 2, len(data))
    while int.from_bytes(data[at : at + 2], "big") == _TILE_PART:
        length = int.from_bytes(data[at + 6 : at + 10], "big")
        if length < 12:
            raise CannotRepairError("its last tile has no size: it reaches to the end of the file, wherever that is")
        at += length
    if data[at : at + 2] != END_MARKER:
        raise CannotRepairError("its end marker is not behind its last tile")
    return at + 2


def end_of_jxl(data: bytes) -> int:
    """Return where the boxes end; a bare codestream gives no length."""
    if data[:2] == b"\xff\x0a":
        raise CannotRepairError("a bare codestream does not say how long it is")
    return end_of_boxes(data)


PICTURE_ENDS: "dict[str, Callable[[bytes], int]]" = {
    "AVIF": end_of_boxes,
    "BMP": end_of_bmp,
    "GIF": end_of_gif,
    "HEIF": end_of_boxes,
    "ICO": end_of_ico,
    "JPEG": end_of_jpeg,
    "JPEG2000": end_of_jpeg2000,
    "JXL": end_of_jxl,
    "PNG": end_of_png,
    "PPM": end_of_ppm,
    "PSD": end_of_psd,
    "QOI": end_of_qoi,
    "SGI": end_of_sgi,
    "WEBP": end_of_webp,
}
"""By format; each raises `CannotRepairError`, or what its walk does on a damaged file."""
BAD_WALK = (CannotStripError, IndexError, ValueError, struct.error, OverflowError)
