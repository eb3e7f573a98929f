"""The directories of a TIFF file; of an Exif block, too, which is a small TIFF file."""

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, ORIENTATION = 256, 257, 258, 259, 262, 274
FILL_ORDER, SAMPLES, ROWS_PER_STRIP, PLANAR, TILE_WIDTH, TILE_HEIGHT = 266, 277, 278, 284, 322, 323
JPEG_TABLES = 347
STRIPS, TILES = (273, 279), (324, 325)
"""Tags of the offsets of the picture's parts in the file, and of their lengths."""
_WANTED = {WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, ORIENTATION, *STRIPS, *TILES}
_WANTED |= {FILL_ORDER, SAMPLES, ROWS_PER_STRIP, PLANAR, TILE_WIDTH, TILE_HEIGHT, JPEG_TABLES}
_MAX_DIRECTORIES = 100_000
_MAX_NUMBERS = 4_000_000
"""Entries and values of all directories: they may overlap, so the size of the file bounds neither."""
# Bytes of one value of each TIFF field type.
_TYPE_BYTES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_INTEGERS = {1: "B", 7: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}


class _Layout(NamedTuple):
    """How a file writes its numbers: byte order, and the formats of classic TIFF or of BigTIFF."""

    order: str
    number: str
    entry: str
    offset: str

    def read(self, data: "bytes | mmap", what: str, at: int) -> int:
        value: int = struct.unpack_from(self.order + what, data, at)[0]
        return value


def _layout(data: "bytes | mmap") -> _Layout:
    order = {b"II": "<", b"MM": ">"}[bytes(data[:2])]
    big = struct.unpack_from(order + "H", data, 2)[0] == 43
    return _Layout(order, "Q", "HHQ8s", "Q") if big else _Layout(order, "H", "HHI4s", "I")


def directories(data: "bytes | mmap") -> "Iterator[dict[int, tuple[int, ...]]]":
    """Yield the whole-numbered fields of each directory, by tag.

    Raises:
        struct.error: A directory or a field lies outside the file.
        KeyError: The file is no TIFF.
        OverflowError: There are more entries and values than any picture needs.
    """
    layout = _layout(data)
    budget = _MAX_NUMBERS
    at = layout.read(data, layout.offset, 8 if layout.offset == "Q" else 4)
    seen: set[int] = set()
    # Directories can point back at each other; each is read once.
    while at and at not in seen and len(seen) < _MAX_DIRECTORIES:
        seen.add(at)
        fields, at, budget = _directory(data, at, layout, budget)
        yield fields


def _directory(
    data: "bytes | mmap", at: int, layout: _Layout, budget: int
) -> tuple[dict[int, tuple[int, ...]], int, int]:
    entry = struct.Struct(layout.order + layout.entry)
    number = layout.read(data, layout.number, at)
    at += struct.calcsize(layout.number)
    fields = {}
    budget -= number
    for start in range(at, at + number * entry.size, entry.size):
        tag, kind, count, value = entry.unpack_from(data, start)
        length = count * _TYPE_BYTES.get(kind, 1)
        # Pillow reads the values of every entry, of a tag that comes 60,000 times too.
        budget -= length >> 2 if 4 < length <= len(data) else 0
        if budget < 0:
            raise OverflowError(f"more than {_MAX_NUMBERS} numbers in its directories")
        if kind in _INTEGERS and tag in _WANTED:
            fields[tag] = _values(data, layout, kind, count, value)
    end = at + number * entry.size
    # Some writers leave the pointer after the last directory out of the file.
    following = layout.read(data, layout.offset, end) if end + struct.calcsize(layout.offset) <= len(data) else 0
    return fields, following, budget


def _values(data: "bytes | mmap", layout: _Layout, kind: int, count: int, value: bytes) -> tuple[int, ...]:
    form = f"{layout.order}{count}{_INTEGERS[kind]}"
    size = struct.calcsize(form)
    if size <= len(value):
        return struct.unpack_from(form, value)
    return struct.unpack_from(form, data, struct.unpack(layout.order + layout.offset, value)[0])


def orientation_of_exif(exif: bytes, missing: int = 1) -> int:
    """Return the orientation, 1 to 8, that an Exif block states behind its six first bytes; `missing` where none.

    One that is no orientation counts as 1: readers do not look for another then.
    """
    try:
        stated = next(directories(exif), {}).get(ORIENTATION)
        value = stated[0] if stated is not None else missing
    except (struct.error, KeyError, IndexError, OverflowError):
        return missing
    return value if stated is None or 1 <= value <= 8 else 1


def tiff_header(data: "bytes | mmap") -> tuple[int, int, int, int]:
    """Return width, height, bits per channel and orientation of the first page, as stored."""
    fields = next(directories(data))
    orientation = fields.get(ORIENTATION, (1,))[0]
    bits = fields.get(BITS, (1,))[0]
    return fields[WIDTH][0], fields[HEIGHT][0], bits, orientation if 1 <= orientation <= 8 else 1


def tiff_frames(data: "bytes | mmap") -> "Iterator[tuple[int, int]]":
    """Yield (width, height) of each page as announced; of a larger tile, because libtiff unpacks whole tiles.

    Raises:
        OverflowError: There are more entries and values than any picture needs.
    """
    try:
        for fields in directories(data):
            page, tile = (
                (fields.get(across, (0,))[0], fields.get(down, (0,))[0])
                for across, down in ((WIDTH, HEIGHT), (TILE_WIDTH, TILE_HEIGHT))
            )
            yield max(page, tile, key=lambda size: size[0] * size[1])
    except (struct.error, KeyError, IndexError):
        return
