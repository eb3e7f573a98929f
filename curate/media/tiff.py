"""The structure of a TIFF file: its directories, and whether the data they point at lie within the file.

Exif blocks are small TIFF files; the orientation of a JPEG is read from one here.
"""

import struct
from typing import TYPE_CHECKING, NamedTuple

from curate.sample import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curate.media.storage import Data

WIDTH, HEIGHT, BITS, ORIENTATION = 256, 257, 258, 274
_STRIPS, _TILES = (273, 279), (324, 325)
_MAX_DIRECTORIES = 100_000
# Bytes of one value of each TIFF field type.
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


class _Layout(NamedTuple):
    """How a file writes its numbers: byte order, and the formats of classic TIFF or of BigTIFF."""

    order: str
    count: str
    entry: str
    offset: str

    def read(self, data: "Data", what: str, at: int) -> int:
        value: int = struct.unpack_from(self.order + what, data, at)[0]
        return value


def _layout(data: "Data") -> _Layout:
    order = {b"II": "<", b"MM": ">"}[bytes(data[:2])]
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    return _Layout(order, "Q", "HHQ8s", "Q") if big else _Layout(order, "H", "HHI4s", "I")


def directories(data: "Data") -> "Iterator[dict[int, tuple[int, ...]]]":
    """Yield the whole-numbered fields of each directory, by tag.

    Raises:
        struct.error: A directory or a field lies outside the file.
        KeyError: The file is no TIFF.
    """
    layout = _layout(data)
    at = layout.read(data, layout.offset, 8 if layout.offset == "Q" else 4)
    seen: set[int] = set()
    # Directories can point back at each other; each is read once.
    while at and at not in seen and len(seen) < _MAX_DIRECTORIES:
        seen.add(at)
        fields, at = _directory(data, at, layout)
        yield fields


def _directory(data: "Data", at: int, layout: _Layout) -> tuple[dict[int, tuple[int, ...]], int]:
    entry = struct.Struct(layout.order + layout.entry)
    number = layout.read(data, layout.count, at)
    at += struct.calcsize(layout.count)
    fields = {}
    for start in range(at, at + number * entry.size, entry.size):
        tag, kind, count, value = entry.unpack_from(data, start)
        if kind in _INTEGERS and tag in _WANTED:
            fields[tag] = _values(data, layout, kind, count, value)
    end = at + number * entry.size
    # Some writers leave the pointer after the last directory out of the file.
    following = layout.read(data, layout.offset, end) if end + struct.calcsize(layout.offset) <= len(data) else 0
    return fields, following


_WANTED = {WIDTH, HEIGHT, BITS, ORIENTATION, *_STRIPS, *_TILES}


def _values(data: "Data", layout: _Layout, kind: int, count: int, value: bytes) -> tuple[int, ...]:
    size = count * _TYPE_BYTES[kind]
    if size > len(data):
        raise struct.error(f"a field of {size} bytes in a file of {len(data)}")
    form = f"{layout.order}{count}{_INTEGERS[kind]}"
    if size <= len(value):
        return struct.unpack_from(form, value)
    return struct.unpack_from(form, data, struct.unpack(layout.order + layout.offset, value)[0])


def orientation_of_exif(exif: bytes) -> int:
    """Return the orientation, 1 to 8, that an Exif block (behind its `Exif\\0\\0`) states; 1 where it states none."""
    try:
        value = next(directories(exif), {}).get(ORIENTATION, (1,))[0]
    except (struct.error, KeyError, IndexError):
        return 1
    return value if 1 <= value <= 8 else 1


def check_tiff(data: "Data") -> Finding | None:
    """Say whether every strip and tile of every page lies within the file."""
    try:
        for fields in directories(data):
            for offsets, counts in (_STRIPS, _TILES):
                pairs = zip(fields.get(offsets, ()), fields.get(counts, ()), strict=False)
                end = max((start + length for start, length in pairs), default=0)
                if end > len(data):
                    detail = f"the picture's data reach to byte {end}, and the file ends at {len(data)}: copy it again"
                    return Finding("truncated", "error", detail=detail)
    except struct.error:
        return Finding("truncated", "error", detail="a page of the TIFF lies beyond the end of the file: copy it again")
    except KeyError:
        return None
    return None
