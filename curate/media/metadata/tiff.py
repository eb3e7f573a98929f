"""TIFF without what its fields say: every byte that the pixels do not need becomes zero, and none moves."""

import struct
from typing import NamedTuple

from PIL import ExifTags

from curate.media.metadata.exif import read_exif
from curate.media.metadata.found import CannotStripError, Found, Stripped, bounded, shown, what_is
from curate.media.metadata.packets import read_iptc, read_xmp

_NAMES = {
    269: "document name", 270: "image description", 271: "make", 272: "model", 285: "page name", 305: "software",
    306: "date time", 315: "artist", 316: "host computer", 33432: "copyright", 700: "XMP", 33723: "IPTC",
    34377: "Photoshop", 34665: "EXIF", 34853: "GPS", 33550: "GeoTIFF scale", 33922: "GeoTIFF place",
    34264: "GeoTIFF transformation", 34735: "GeoTIFF keys", 34736: "GeoTIFF numbers", 34737: "GeoTIFF texts",
    50838: "ImageJ", 50839: "ImageJ", 42112: "GDAL",
}  # fmt: skip
# Structure and colour (TIFF 6.0, its supplements 1 and 2), the ICC profile (34675) and GDAL's value for "no data".
_KEPT = {
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 274, 277, 278, 279, 280, 281, 282, 283, 284, 286, 287,
    288, 289, 290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 324, 325, 326, 327, 328, 330, 332,
    334, 336, 338, 339, 340, 341, 342, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532, 34675,
    37439, 42113, 50674,
}  # fmt: skip
_SUB_DIRECTORIES = 330
_PARTS = ((273, 279), (324, 325), (513, 514), (288, 289))
_OLD_JPEG_TABLES = (519, 520, 521)
_EXIF, _GPS, _XMP, _IPTC = 34665, 34853, 700, 33723
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_MOST_DIRECTORIES, _MOST_ENTRIES = 10_000, 1_000_000


class _Entry(NamedTuple):
    """One field: its tag, where its entry and its value are, and its numbers where those are whole."""

    tag: int
    at: int
    start: int
    end: int
    numbers: tuple[int, ...]


class _File:
    """A TIFF file that is being read, and the ranges of it that stay."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.order = {b"II": "<", b"MM": ">"}[data[:2]]
        self.big = struct.unpack_from(self.order + "H", data, 2)[0] == 43
        self.entry = struct.Struct(self.order + ("HHQ8s" if self.big else "HHI4s"))
        self.number = struct.Struct(self.order + ("Q" if self.big else "H"))
        self.offset = struct.Struct(self.order + ("Q" if self.big else "I"))
        self.kept = [(0, 16 if self.big else 8)]
        self.directories: list[tuple[int, list[_Entry], list[_Entry], int]] = []
        self.budget = _MOST_ENTRIES

    def walk(self) -> None:
        """Read all directories, those below them as well."""
        ahead, seen = [self.offset.unpack_from(self.data, 8 if self.big else 4)[0]], set[int]()
        while ahead:
            at = ahead.pop()
            if not at or at in seen:
                continue
            seen.add(at)
            if len(seen) > _MOST_DIRECTORIES:
                raise CannotStripError("the TIFF has more directories than pages of anyone's")
            entries, following = self._directory(at)
            kept = [one for one in entries if one.tag in _KEPT]
            self.directories.append((at, kept, [one for one in entries if one.tag not in _KEPT], following))
            ahead.append(following)
            ahead += [number for one in kept if one.tag == _SUB_DIRECTORIES for number in one.numbers]

    def _directory(self, at: int) -> tuple[list[_Entry], int]:
        (count,) = self.number.unpack_from(self.data, at)
        self.budget -= count
        if self.budget < 0:
            raise CannotStripError("the TIFF has more fields than any picture needs")
        first = at + self.number.size
        entries = [self._entry(first + index * self.entry.size) for index in range(count)]
        end = first + count * self.entry.size
        following = self.offset.unpack_from(self.data, end)[0] if end + self.offset.size <= len(self.data) else 0
        return entries, following

    def _entry(self, at: int) -> _Entry:
        tag, kind, count, value = self.entry.unpack_from(self.data, at)
        size = count * _TYPE_BYTES.get(kind, 1)
        inside = at + self.entry.size - len(value)
        start = inside if size <= len(value) else self.offset.unpack(value)[0]
        if start + size > len(self.data):
            raise CannotStripError(f"field {tag} of the TIFF lies outside of the file")
        numbers: tuple[int, ...] = ()
        if kind in _INTEGERS and tag in _KEPT | {_EXIF, _GPS}:
            self.budget -= count
            if self.budget < 0:
                raise CannotStripError("the TIFF has more numbers than any picture needs")
            numbers = struct.unpack_from(f"{self.order}{count}{_INTEGERS[kind]}", self.data, start)
        return _Entry(tag, at, start, start + size, numbers)


def strip_tiff(data: bytes) -> Stripped:
    """Return a TIFF of the same length whose fields are those of its structure and its colours.

    Fields that say something are taken out of their directories, and every byte that no field points to any more is
    zero: values, maker notes, directories of Exif, and what editors left behind. Strips and tiles stay in place.

    Raises:
        CannotStripError: The directories cannot be read, or do not say how long the parts of the picture are.
    """
    try:
        file = _File(data)
        file.walk()
        made, kept = bytearray(len(data)), file.kept
        found, left = list[Found](), list[str]()
        for _, stays, goes, _ in file.directories:
            kept += [(one.start, one.end) for one in stays]
            kept += _parts_of({one.tag: one.numbers for one in stays})
            for one in goes:
                found += _read_field(file, one)
    except (struct.error, KeyError, IndexError):
        raise CannotStripError("the directories of the TIFF cannot be read") from None
    for start, end in kept:
        made[start:end] = data[start:end]
    for at, stays, goes, following in file.directories:
        _write_directory(file, made, at, stays, len(goes), following)
    if not found and bytes(made) != data:
        found.append(Found("other", "TIFF", "bytes that no field points to"))
    return Stripped(bytes(made) if found else data, bounded(found), tuple(left))


def _parts_of(numbers: dict[int, tuple[int, ...]]) -> list[tuple[int, int]]:
    """Return where the pixels are.

    Raises:
        CannotStripError: Offsets without lengths, which TIFF 6.0 asks for and old writers leave out.
    """
    parts = []
    for offsets, lengths in _PARTS:
        if len(numbers.get(lengths, ())) != len(numbers.get(offsets, ())):
            raise CannotStripError("the TIFF does not say how long the parts of its picture are")
        parts += [(at, at + size) for at, size in zip(numbers.get(offsets, ()), numbers.get(lengths, ()), strict=True)]
    if any(tag in numbers for tag in _OLD_JPEG_TABLES):
        raise CannotStripError("the TIFF has JPEG of the old kind, whose tables lie anywhere")
    return parts


def _write_directory(file: _File, made: bytearray, at: int, stays: list[_Entry], gone: int, following: int) -> None:
    made[at : at + file.number.size] = file.number.pack(len(stays))
    place = at + file.number.size
    for one in stays:
        # The value of a short field stands in its entry, and moves up with it.
        made[place : place + file.entry.size] = file.data[one.at : one.at + file.entry.size]
        place += file.entry.size
    made[place : place + file.offset.size] = file.offset.pack(following)
    end = place + file.offset.size + gone * file.entry.size
    made[place + file.offset.size : end] = bytes(max(0, min(end, len(made)) - place - file.offset.size))


def _read_field(file: _File, one: _Entry) -> list[Found]:
    value = file.data[one.start : one.end]
    if one.tag == _XMP:
        return read_xmp(value)
    if one.tag == _IPTC:
        return read_iptc(value)
    if one.tag in {_EXIF, _GPS}:
        # A small TIFF whose first directory is this one, so that what reads Exif blocks reads it.
        head = file.data[:4] + file.offset.pack(one.numbers[0]) if one.numbers and not file.big else b""
        is_gps = one.tag == _GPS
        names = ExifTags.GPSTAGS if is_gps else ExifTags.TAGS
        said = [thing for thing in read_exif(head + file.data[8:], names) if thing.where != "EXIF"] if head else []
        said = [thing._replace(what="location") for thing in said] if is_gps else said
        return said or [Found("location" if is_gps else "other", f"TIFF {_NAMES[one.tag]}")]
    name = _NAMES.get(one.tag, f"field {one.tag}")
    return [Found(what_is(name), f"TIFF {name}", shown(value))]
