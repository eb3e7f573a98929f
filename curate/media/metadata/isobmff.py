"""Files made of boxes without what they say, and with every other byte in its place: AVIF, HEIF, MP4, JPEG 2000."""

import struct
from typing import TYPE_CHECKING, NamedTuple

from curate.media.image_formats.jpeg2000 import BARE_CODESTREAM
from curate.media.metadata.exif import EMPTY, read_exif
from curate.media.metadata.found import CannotStripError, Found, Stripped, bounded, shown, what_is
from curate.media.metadata.packets import read_xmp

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_BOXES, _DEEPEST = 100_000, 6
_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf"}
_TIMED = {b"mvhd", b"tkhd", b"mdhd"}
_SAY = {b"udta", b"uuid", b"meta", b"uinf", b"xml "}
_FREE = {b"free", b"skip", b"wide"}
_JP2_KEPT = {b"jP  ", b"ftyp", b"jp2h", b"jp2c"}
_COMMENT, _TILE_PART = 0xFF64, 0xFF90


class _Box(NamedTuple):
    kind: bytes
    start: int
    content: int
    end: int


class _Item(NamedTuple):
    """Where an item of an image file lies: by construction 0 in the file, by 1 in the box idat."""

    construction: int
    extents: tuple[tuple[int, int], ...]


def strip_picture(data: bytes) -> Stripped:
    """Return an AVIF or HEIF of the same length whose Exif and XMP items are empty.

    Which way up the picture is, a property of it says (irot, imir), which stays.

    Raises:
        CannotStripError: The boxes, or the places of its items, cannot be read.
    """
    made, found = bytearray(data), list[Found]()
    metas = []
    for box in _boxes(data, 0, len(data)):
        if box.kind == b"meta":
            metas.append(box)
        elif box.kind in _SAY - {b"meta"} or (box.kind in _FREE and data[box.content : box.end].strip(b"\0")):
            found.append(_free(made, box))
        elif box.kind == b"moov":
            _strip_movie(made, data, box, found, 1)
    try:
        for meta in metas:
            _strip_items(made, data, meta, found)
    except (struct.error, IndexError):
        raise CannotStripError("the places of the items in the file cannot be read") from None
    return Stripped(bytes(made), bounded(found))


def strip_movie(data: bytes) -> Stripped:
    """Return an MP4 or M4A of the same length without tags, and with its times at zero; samples keep their places.

    Raises:
        CannotStripError: The boxes cannot be walked.
    """
    made, found = bytearray(data), list[Found]()
    for box in _boxes(data, 0, len(data)):
        if box.kind == b"moov":
            _strip_movie(made, data, box, found, 1)
        elif box.kind in _SAY or (box.kind in _FREE and data[box.content : box.end].strip(b"\0")):
            found.append(_free(made, box))
    return Stripped(bytes(made), bounded(found))


def _strip_movie(made: bytearray, data: bytes, around: _Box, found: list[Found], depth: int) -> None:
    for box in _boxes(data, around.content, around.end):
        if box.kind in _SAY:
            found += [*_read_tags(data, box)] or [Found("other", f"MP4 {shown(box.kind)}")]
            _free(made, box)
        elif box.kind in _TIMED:
            # Two times behind version and flags: when it was made, and changed (ISO/IEC 14496-12, 8.2.2).
            size = 16 if data[box.content] == 1 else 8
            if any(data[box.content + 4 : box.content + 4 + size]):
                found.append(Found("time", f"MP4 {shown(box.kind)}"))
                made[box.content + 4 : box.content + 4 + size] = bytes(size)
        elif box.kind in _CONTAINERS and depth < _DEEPEST:
            _strip_movie(made, data, box, found, depth + 1)


def _read_tags(data: bytes, around: _Box, depth: int = 0) -> "Iterator[Found]":
    start = around.content + (4 if around.kind == b"meta" else 0)
    try:
        boxes = list(_boxes(data, start, around.end))
    except CannotStripError:
        return
    for box in boxes:
        name = box.kind.decode("latin-1").strip("©\0 ")
        if box.kind in {b"meta", b"ilst"} and depth < _DEEPEST:
            yield from _read_tags(data, box, depth + 1)
        elif box.kind not in {b"hdlr", b"free", b"keys"}:
            names = {"ART": "artist", "nam": "name", "too": "tool", "day": "date", "cmt": "comment", "cpy": "copyright"}
            what = what_is(names.get(name, "cover" if name == "covr" else name))
            at = data.find(b"data", box.content, box.end)
            # A value of iTunes stands behind its type and its language; one of QuickTime behind its length and that.
            text = data[at + 12 : box.end] if at >= 0 else data[box.content + 4 : box.end]
            yield Found(what, f"MP4 {shown(name)}", shown(text))


def _free(made: bytearray, box: _Box) -> Found:
    """Make a box one of free space."""
    where = box.start + 4
    made[where : where + 4] = b"free"
    made[box.content : box.end] = bytes(box.end - box.content)
    return Found("other", f"box {shown(box.kind)}", f"{box.end - box.content:,} bytes")


def _strip_items(made: bytearray, data: bytes, meta: _Box, found: list[Found]) -> None:
    inside = {box.kind: box for box in _boxes(data, meta.content + 4, meta.end)}
    if b"iinf" not in inside or b"iloc" not in inside:
        return
    items = _locations(data, inside[b"iloc"])
    base = inside[b"idat"].content if b"idat" in inside else 0
    left = len(data)
    for number, kind, content_type in _infos(data, inside[b"iinf"]):
        if kind not in {b"Exif", b"mime", b"uri "}:
            continue
        item = items.get(number)
        if item is None or item.construction > 1:
            raise CannotStripError(f"where the item {shown(kind)} lies cannot be told")
        places = [(at + (base if item.construction else 0), size) for at, size in item.extents]
        # A length of zero is that of the whole file or of nothing (ISO/IEC 14496-12, 8.11.3).
        if any(at + size > len(data) or not size for at, size in places):
            raise CannotStripError(f"the item {shown(kind)} lies outside of the file")
        # Items that share their bytes could make a file of a megabyte the work of terabytes.
        left -= sum(size for _, size in places)
        if left < 0:
            raise CannotStripError("its items have more bytes than the file")
        body = b"".join(data[at : at + size] for at, size in places)
        blank, said = _blank(kind, content_type, body)
        found += said
        for at, size in places:
            made[at : at + size], blank = blank[:size], blank[size:]


def _blank(kind: bytes, content_type: bytes, body: bytes) -> tuple[bytes, list[Found]]:
    """Return what an item says instead, of the same length, and what it says."""
    if kind == b"Exif":
        # The first number says how far behind it the block begins (ISO/IEC 23008-12, A.2.1).
        skipped = int.from_bytes(body[:4], "big")
        blank = (bytes(4) + EMPTY).ljust(len(body), b"\0")[: len(body)]
        return (body, []) if body == blank else (blank, read_exif(body[4 + skipped :]) or [Found("other", "EXIF")])
    if b"xml" in content_type:
        empty = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
        blank = (empty if len(empty) <= len(body) else b"").ljust(len(body))
        return (body, []) if body == blank else (blank, read_xmp(body))
    return bytes(len(body)), [Found("other", f"item {shown(content_type or kind)}", f"{len(body):,} bytes")] * any(body)


def _infos(data: bytes, box: _Box) -> "Iterator[tuple[int, bytes, bytes]]":
    """Yield number, type and content type of each item (ISO/IEC 14496-12, 8.11.6)."""
    wide = data[box.content] > 0
    for one in _boxes(data, box.content + (8 if wide else 6), box.end):
        version = data[one.content]
        if version < 2:
            continue
        number = int.from_bytes(data[one.content + 4 : one.content + (6 if version == 2 else 8)], "big")
        at = one.content + (8 if version == 2 else 10)
        kind, rest = data[at : at + 4], data[at + 4 : one.end]
        yield number, kind, rest.split(b"\0")[1] if kind == b"mime" and rest.count(b"\0") > 1 else b""


def _locations(data: bytes, box: _Box) -> dict[int, _Item]:
    """Return where each item lies (ISO/IEC 14496-12, 8.11.3)."""
    version, at = data[box.content], box.content + 4
    offset_size, length_size = data[at] >> 4, data[at] & 15
    base_size, index_size = data[at + 1] >> 4, data[at + 1] & 15 if version else 0
    at += 2

    def number(size: int) -> int:
        nonlocal at
        value, at = int.from_bytes(data[at : at + size], "big"), at + size
        if at > box.end:
            raise CannotStripError("the places of the items reach out of their box")
        return value

    items = {}
    # Numbers of no bytes are allowed, so a small box can say four billion extents: its own size bounds nothing.
    left = _MOST_BOXES
    for _ in range(number(4 if version == 2 else 2)):
        identity = number(4 if version == 2 else 2)
        construction = number(2) & 15 if version else 0
        reference, base = number(2), number(base_size)
        extents = []
        count = number(2)
        left -= count
        if left < 0:
            raise CannotStripError(f"its items have more than {_MOST_BOXES:,} parts")
        for _ in range(count):
            number(index_size)
            start = base + number(offset_size)
            extents.append((start, number(length_size)))
        # Data of another file, which is not there to be read.
        items[identity] = _Item(2 if reference else construction, tuple(extents))
    return items


def strip_jpeg2000(data: bytes) -> Stripped:
    """Return a JPEG 2000 with the boxes of its picture and its colours, and no comments in its codestream.

    Raises:
        CannotStripError: The boxes or the header of the codestream cannot be walked.
    """
    if data[:4] == BARE_CODESTREAM:
        bare, found = _strip_codestream(data)
        return Stripped(bare, bounded(found))
    parts, found = [], []
    for box in _boxes(data, 0, len(data)):
        if box.kind == b"jp2c":
            bare, said = _strip_codestream(data[box.content : box.end])
            found += said
            # Up to the end of the file if it was, else of the length that it has now.
            open_end = not any(data[box.start : box.start + 4])
            parts.append((bytes(4) if open_end else (len(bare) + 8).to_bytes(4, "big")) + b"jp2c" + bare)
        elif box.kind in _JP2_KEPT:
            parts.append(data[box.start : box.end])
        elif box.kind in {b"xml ", b"uuid"}:
            found += read_xmp(data[box.content : box.end])
        else:
            found.append(Found("other", f"box {shown(box.kind)}", f"{box.end - box.content:,} bytes"))
    return Stripped(b"".join(parts), bounded(found))


def _strip_codestream(data: bytes) -> tuple[bytes, list[Found]]:
    parts, found, at = [data[:2]], [], 2
    while at + 4 <= len(data) and (marker := int.from_bytes(data[at : at + 2], "big")) != _TILE_PART:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker >> 8 != 0xFF or end > len(data) or end < at + 4:
            raise CannotStripError("the header of the codestream cannot be walked")
        if marker == _COMMENT:
            found.append(Found("text", "JPEG 2000 comment", shown(data[at + 6 : end])))
        else:
            parts.append(data[at:end])
        at = end
    return b"".join((*parts, data[at:])), found


def _boxes(data: bytes, at: int, limit: int) -> "Iterator[_Box]":
    """Yield the boxes between two bytes.

    Raises:
        CannotStripError: One does not end within them.
    """
    count = 0
    while at + 8 <= limit:
        size, kind = struct.unpack_from(">I4s", data, at)
        content = at + 8
        if size == 1 and at + 16 <= limit:
            size, content = struct.unpack_from(">Q", data, at + 8)[0], at + 16
        end = at + size if size else limit
        count += 1
        if end < content or end > limit or count > _MOST_BOXES:
            raise CannotStripError(f"the box {shown(kind)!r} at byte {at} does not end within the file")
        yield _Box(kind, at, content, end)
        at = end
