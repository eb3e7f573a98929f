"""Files of the RIFF family, and AIFF and CAF, without the chunks that say something: WAV, RF64, WebP."""

import struct
from typing import TYPE_CHECKING, Literal

from curate.media.image_formats.tiff import orientation_of_exif
from curate.media.metadata.exif import PREFIX, oriented, read_exif
from curate.media.metadata.found import CannotStripError, Found, Stripped, bounded, shown, what_is
from curate.media.metadata.id3 import read_id3
from curate.media.metadata.packets import orientation_of_xmp, read_xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

_WAVE = {b"fmt ", b"data", b"fact", b"ds64", b"cue ", b"smpl", b"slnt"}
_WEBP = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_AIFF = {b"COMM", b"SSND", b"FVER"}
_CAF = {b"desc", b"data", b"pakt", b"kuki", b"chan"}
_UNKNOWN = 0xFFFFFFFF
_INFO = {
    b"IART": "artist", b"ICOP": "copyright", b"ICRD": "date", b"ICMT": "comment", b"INAM": "name", b"ISFT": "software",
    b"IENG": "engineer", b"ITCH": "engineer", b"ISBJ": "subject", b"IKEY": "keywords", b"ICMS": "commissioned",
    b"IARL": "archival location", b"ISRC": "source", b"IPRD": "album", b"IGNR": "genre",
}  # fmt: skip
# EBU Tech 3285: description, originator, its reference, date and time, each in a field of a fixed length.
_BEXT = (("description", 256), ("originator", 32), ("originator reference", 32), ("date", 10), ("time", 8))
_ANIMATED_FRAME_BYTES = 16
_EXIF_FLAG, _XMP_FLAG = 0x08, 0x04


def strip_wave(data: bytes) -> Stripped:
    """Return a WAV, RIFX or RF64 with its format, its samples, and the points of loops and cues.

    Raises:
        CannotStripError: It holds something else than its header counts, as files written into a pipe do.
    """
    order: Literal["<", ">"] = ">" if data[:4] == b"RIFX" else "<"
    parts, found = [data[4 + 4 : 12]], list[Found]()
    big = {b"data": struct.unpack_from(f"{order}Q", data, 28)[0]} if data[12:16] == b"ds64" and len(data) > 36 else {}
    end = 12
    for name, start, end in _walk(data, 12, order, big):
        if name in _WAVE:
            parts.append(_padded(data[start:end]))
        else:
            found += _read_wave(name, data[start + 8 : end])
    found += _behind(data, end)
    body = b"".join(parts)
    if data[:4] == b"RF64":
        # The size of all stands in ds64, which comes first; the one in front of it stays all ones (EBU Tech 3306).
        body = body[:12] + struct.pack("<Q", len(body)) + body[20:]
        return Stripped(data[:8] + body, bounded(found))
    return Stripped(data[:4] + struct.pack(f"{order}I", len(body)) + body, bounded(found))


def strip_webp(data: bytes) -> Stripped:
    """Return a WebP with its pixels, its colour profile and its orientation.

    Raises:
        CannotStripError: The chunks cannot be walked up to the end.
    """
    parts, found, orientation, end = [data[8:12]], list[Found](), 1, 12
    for name, start, end in _walk(data, 12, "<", {}):
        body = data[start + 8 : end]
        if name == b"ANMF":
            frame, inside = _strip_frame(body)
            parts.append(_padded(data[start : start + 4] + struct.pack("<I", len(frame)) + frame))
            found += inside
        elif name in _WEBP:
            parts.append(_padded(data[start:end]))
        elif name == b"EXIF":
            orientation = orientation_of_exif(body.removeprefix(PREFIX))
            found += read_exif(body)
        else:
            found += read_xmp(body) if name == b"XMP " else [_bytes_of("WebP", name, body)]
            orientation = orientation_of_xmp(body) if name == b"XMP " and orientation == 1 else orientation
    found += _behind(data, end)
    if len(parts) > 1 and parts[1][:4] == b"VP8X":
        flags = parts[1][8] & ~(_EXIF_FLAG | _XMP_FLAG) | (_EXIF_FLAG if orientation != 1 else 0)
        parts[1] = parts[1][:8] + bytes((flags,)) + parts[1][9:]
        if orientation != 1:
            block = oriented(orientation)
            parts.append(b"EXIF" + struct.pack("<I", len(block)) + block)
    body = b"".join(parts)
    return Stripped(data[:4] + struct.pack("<I", len(body)) + body, bounded(found))


def _strip_frame(body: bytes) -> tuple[bytes, list[Found]]:
    parts, found = [body[:_ANIMATED_FRAME_BYTES]], []
    for name, start, end in _walk(body, _ANIMATED_FRAME_BYTES, "<", {}):
        if name in _WEBP:
            parts.append(_padded(body[start:end]))
        else:
            found.append(_bytes_of("WebP", name, body[start + 8 : end]))
    return b"".join(parts), found


def strip_aiff(data: bytes) -> Stripped:
    """Return an AIFF or AIFF-C with its format and its samples.

    Raises:
        CannotStripError: The chunks cannot be walked up to the end.
    """
    parts, found, end = [data[8:12]], list[Found](), 12
    for name, start, end in _walk(data, 12, ">", {}):
        if name in _AIFF:
            parts.append(_padded(data[start:end]))
        else:
            found += _read_aiff(name, data[start + 8 : end])
    found += _behind(data, end)
    body = b"".join(parts)
    return Stripped(data[:4] + struct.pack(">I", len(body)) + body, bounded(found))


def strip_caf(data: bytes) -> Stripped:
    """Return a Core Audio file with its format, its packets and its channels.

    Raises:
        CannotStripError: A chunk does not end within the file.
    """
    parts, found, at = [data[:8]], [], 8
    while at + 12 <= len(data):
        name, size = struct.unpack_from(">4sq", data, at)
        # Only of the samples, at the end of the file, the size may be left open.
        end = len(data) if size == -1 and name == b"data" else at + 12 + size
        if size < -1 or end > len(data):
            raise CannotStripError(f"the chunk at byte {at} of the CAF does not end within the file")
        if name in _CAF:
            parts.append(data[at:end])
        else:
            found.append(_bytes_of("CAF", name, data[at + 12 : end]))
        at = end
    found += _behind(data, at)
    return Stripped(b"".join(parts), bounded(found))


def _walk(data: bytes, at: int, order: Literal["<", ">"], big: dict[bytes, int]) -> "Iterator[tuple[bytes, int, int]]":
    """Yield (name, start, end without padding) of the chunks that the sizes count, as long as names are printable."""
    head = struct.Struct(f"{order}4sI")
    while at + 8 <= len(data):
        name, size = head.unpack_from(data, at)
        if not all(32 <= byte < 127 for byte in name):
            return
        size = big.get(name, size) if size == _UNKNOWN else size
        end = at + 8 + size
        if end > len(data):
            raise CannotStripError(f"the chunk at byte {at} does not end within the file")
        yield name, at, end
        at = end + (size & 1)


def _padded(chunk: bytes) -> bytes:
    return chunk + b"\0" * (len(chunk) & 1)


def _behind(data: bytes, end: int) -> list[Found]:
    rest = data[end + (end & 1) :]
    return [Found("other", "behind the end", f"{len(rest):,} bytes")] if rest.strip(b"\0") else []


def _bytes_of(container: str, name: bytes, body: bytes) -> Found:
    return Found("other", f"{container} {name.decode('latin-1').strip()}", f"{len(body):,} bytes")


def _read_wave(name: bytes, body: bytes) -> list[Found]:
    if name == b"LIST" and body[:4] == b"INFO":
        return [
            Found(what_is(_INFO.get(key, "text")), f"RIFF {key.decode('latin-1')}", shown(body[start + 8 : end]))
            for key, start, end in _fields(body)
        ] or [Found("other", "RIFF INFO")]
    if name == b"bext":
        return _read_bext(body)
    if name.lower() == b"id3 ":
        return list(read_id3(body))
    if name == b"_PMX":
        return read_xmp(body)
    if name in {b"iXML", b"axml"}:
        return [Found("text", f"RIFF {name.decode()}", shown(body))]
    return [] if name in {b"JUNK", b"PAD ", b"FLLR"} and not body.strip(b"\0") else [_bytes_of("RIFF", name, body)]


def _fields(body: bytes) -> "Iterator[tuple[bytes, int, int]]":
    try:
        yield from _walk(body, 4, "<", {})
    except CannotStripError:
        return


def _read_bext(body: bytes) -> list[Found]:
    found, at = [], 0
    for name, length in _BEXT:
        if value := body[at : at + length].strip(b"\0 "):
            found.append(Found(what_is(name), f"RIFF bext {name}", shown(value)))
        at += length
    return found or [Found("other", "RIFF bext")]


def _read_aiff(name: bytes, body: bytes) -> list[Found]:
    if name == b"ID3 ":
        return list(read_id3(body))
    fields = {b"NAME": "name", b"AUTH": "author", b"(c) ": "copyright", b"ANNO": "comment", b"COMT": "comment"}
    if name in fields:
        return [Found(what_is(fields[name]), f"AIFF {fields[name]}", shown(body))]
    return [_bytes_of("AIFF", name, body)]
