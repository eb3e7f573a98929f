"""PNG without its texts, times and foreign chunks."""

import struct
import zlib
from typing import TYPE_CHECKING

from curate.media.image_formats.tiff import orientation_of_exif
from curate.media.metadata.exif import PREFIX, oriented, read_exif
from curate.media.metadata.found import CannotStripError, Found, Stripped, bounded, shown, what_is
from curate.media.metadata.packets import orientation_of_xmp, read_xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"mDCV",
    b"cLLI", b"bKGD", b"hIST", b"pHYs", b"sPLT", b"acTL", b"fcTL", b"fdAT",
}  # fmt: skip
"""What decides how pixels look (PNG, 3rd edition, table 7); all else says something about them."""
_TEXTS = {b"tEXt", b"zTXt", b"iTXt"}
_XMP = b"XML:com.adobe.xmp"
_MOST_TEXT_BYTES = 1 << 20


def strip_png(data: bytes) -> Stripped:
    """Return a PNG with the chunks that make its pixels and their colours, and its orientation.

    Raises:
        CannotStripError: The chunks cannot be walked up to the end.
    """
    parts, found, at = [_SIGNATURE], list[Found](), len(_SIGNATURE)
    by_exif, by_text = 0, 1
    for name, body, end in chunks(data):
        if name in _KEPT:
            parts.append(data[at:end])
        elif name == b"eXIf":
            by_exif = orientation_of_exif(body, missing=by_exif)
            found += read_exif(body)
        else:
            found += _read_chunk(name, body)
            by_text = _orientation_of_text(name, body) if by_text == 1 else by_text
        at = end
    if len(data) > at:
        found.append(Found("other", "behind the end", f"{len(data) - at:,} bytes"))
    # Readers ask the texts only where Exif says nothing, and an upright 1 is something.
    if (orientation := by_exif or by_text) != 1:
        # Before the pixels: a reader of streams turns them as they come.
        first = next(i for i, part in enumerate(parts) if part[4:8] == b"IDAT")
        parts.insert(first, chunk(b"eXIf", oriented(orientation)))
    return Stripped(b"".join(parts), bounded(found))


def chunks(data: bytes) -> "Iterator[tuple[bytes, bytes, int]]":
    at = len(_SIGNATURE)
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            break
        yield name, data[at + 8 : at + 8 + length], end
        if name == b"IEND":
            return
        at = end
    raise CannotStripError("the PNG ends before its end chunk")


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _orientation_of_text(name: bytes, body: bytes) -> int:
    """Return the orientation that a chunk of text states: in XMP, or in the hexadecimal Exif of ImageMagick."""
    keyword, _, rest = body.partition(b"\0")
    if name not in _TEXTS or keyword not in {_XMP, b"Raw profile type exif"}:
        return 1
    try:
        text = _text(name, rest)
        # A line feed, `exif`, the length, and lines of digits.
        block = b"" if keyword == _XMP else bytes.fromhex(b"".join(text.split()[2:]).decode("ascii"))
    except (zlib.error, IndexError, ValueError):
        return 1
    return orientation_of_xmp(text) if keyword == _XMP else orientation_of_exif(block.removeprefix(PREFIX))


def _read_chunk(name: bytes, body: bytes) -> list[Found]:
    where = f"PNG {name.decode('latin-1')}"
    if name == b"tIME" and len(body) == 7:
        return [Found("time", where, "{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(*struct.unpack(">H5B", body)))]
    if name not in _TEXTS:
        return [Found("other", where, f"{len(body):,} bytes")]
    keyword, _, rest = body.partition(b"\0")
    try:
        text = _text(name, rest)
    except (zlib.error, IndexError):
        text = b""
    if keyword == _XMP:
        return read_xmp(text)
    key = shown(keyword.decode("latin-1"))
    what = what_is(key)
    return [Found("text" if what == "other" else what, f"{where} {key}", shown(text.decode("utf-8", "replace")))]


def _text(name: bytes, rest: bytes) -> bytes:
    if name == b"tEXt":
        return rest
    if name == b"zTXt":
        return zlib.decompressobj().decompress(rest[1:], _MOST_TEXT_BYTES)
    is_compressed = rest[0] == 1
    text = rest[2:].split(b"\0", 2)[2]
    return zlib.decompressobj().decompress(text, _MOST_TEXT_BYTES) if is_compressed else text
