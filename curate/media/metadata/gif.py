"""GIF without its comments, and small formats whose only text stands in their headers: PPM, AU."""

import re
from typing import TYPE_CHECKING

from curate.media.metadata.found import CannotStripError, Found, Stripped, bounded, shown
from curate.media.metadata.packets import read_xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXTENSION, _IMAGE, _TRAILER, _COMMENT, _APPLICATION, _TEXT = 0x21, 0x2C, 0x3B, 0xFE, 0xFF, 0x01
_KEPT_APPLICATIONS = {b"NETSCAPE2.0", b"ANIMEXTS1.0", b"ICCRGBG1012"}
"""How often an animation is played, and a colour profile."""
_AU_HEADER_BYTES = 24


def strip_gif(data: bytes) -> Stripped:
    """Return a GIF without comments, XMP, and what applications left in it.

    Raises:
        CannotStripError: The blocks cannot be walked up to the trailer.
    """
    parts, found, left = list[bytes](), list[Found](), list[str]()
    end = 0
    try:
        for label, start, end in blocks(data):
            body = data[start:end]
            if label == _COMMENT:
                found.append(Found("text", "GIF comment", shown(_joined(body, 2))))
            elif label == _APPLICATION and body[3:14] not in _KEPT_APPLICATIONS:
                # XMP stands there without sub-blocks, behind the name (XMP part 3, 1.1.2).
                is_xmp = body[3:14] == b"XMP DataXMP"
                found += read_xmp(body[14:]) if is_xmp else [Found("other", "GIF application", shown(body[3:14]))]
            else:
                if label == _TEXT:
                    left.append("GIF plain text, which belongs to the picture")
                parts.append(body)
    except IndexError:
        raise CannotStripError("the GIF ends before its trailer") from None
    if len(data) > end:
        found.append(Found("other", "behind the end", f"{len(data) - end:,} bytes"))
    return Stripped(b"".join(parts), bounded(found), tuple(dict.fromkeys(left)))


def blocks(data: bytes) -> "Iterator[tuple[int, int, int]]":
    """Yield (label, start, end): 0 for the header and images, the label of an extension for one, the trailer last."""
    at = 13 + _table_bytes(data[10])
    yield 0, 0, at
    while (block := data[at]) != _TRAILER:
        start = at
        if block == _EXTENSION:
            at = _skip(data, at + 2)
            yield data[start + 1], start, at
        elif block == _IMAGE:
            at = _skip(data, at + 11 + _table_bytes(data[at + 9]))
            yield 0, start, at
        elif block == 0:
            at += 1
        else:
            raise CannotStripError(f"byte {at} should start a GIF block, and does not")
    yield 0, at, at + 1


def _table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _skip(data: bytes, at: int) -> int:
    while length := data[at]:
        at += length + 1
    return at + 1


def _joined(body: bytes, at: int) -> bytes:
    parts = []
    while length := body[at]:
        parts.append(body[at + 1 : at + 1 + length])
        at += length + 1
    return b"".join(parts)


_PPM_FIELD = re.compile(rb"(?:\s|#[^\r\n]*[\r\n])*([^\s#]+)")
_PPM_FIELDS = {b"P1": 2, b"P4": 2, b"P2": 3, b"P3": 3, b"P5": 3, b"P6": 3, b"Pf": 3, b"PF": 3}


def strip_ppm(data: bytes) -> Stripped:
    """Return a picture of the PPM family without the comments in its header.

    Raises:
        CannotStripError: The header has another form, or numbers are written as text with comments among them.
    """
    at, fields = 2, [data[:2]]
    for _ in range(_PPM_FIELDS.get(data[:2], 0)):
        match = _PPM_FIELD.match(data, at)
        if match is None:
            raise CannotStripError("the PPM has no whole header")
        fields.append(match[1])
        at = match.end()
    if len(fields) == 1:
        raise CannotStripError(f"the PPM is of the kind {shown(data[:2])!r}")
    if data[:2] in {b"P1", b"P2", b"P3"} and b"#" in data[at:]:
        raise CannotStripError("comments stand among the pixels of this PPM")
    comments = re.findall(rb"#([^\r\n]*)", data[:at])
    if not comments:
        return Stripped(data)
    found = bounded(Found("text", "PPM comment", shown(text.strip())) for text in comments)
    # One white space and the pixels behind it stay as they are.
    return Stripped(b"\n".join(fields) + data[at:], found)


def strip_au(data: bytes) -> Stripped:
    """Return an AU file whose annotation is zeros; it keeps its length, and the samples their place.

    Raises:
        CannotStripError: The samples do not begin within the file.
    """
    order: str = "little" if data[:4] == b"dns." else "big"
    start = int.from_bytes(data[4:8], "little" if order == "little" else "big")
    if not _AU_HEADER_BYTES <= start <= len(data):
        raise CannotStripError("the samples of the AU file do not begin within it")
    note = data[_AU_HEADER_BYTES:start]
    if not note.strip(b"\0"):
        return Stripped(data)
    return Stripped(
        data[:_AU_HEADER_BYTES] + bytes(len(note)) + data[start:], (Found("text", "AU annotation", shown(note)),)
    )
