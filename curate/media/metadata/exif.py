"""What an Exif block says, and one that says nothing but which way up the picture is."""

import struct
import warnings
from typing import TYPE_CHECKING

from PIL import ExifTags, Image

from curate.media.image_formats.tiff import ORIENTATION
from curate.media.metadata.found import Found, shown, what_is

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIX = b"Exif\0\0"
_GPS, _EXIF, _THUMBNAIL, _MAKER_NOTE = 0x8825, 0x8769, 0x0201, 0x927C
_POINTERS = {_GPS, _EXIF, 0xA005, 0x014A}
_KEPT = {ORIENTATION}
_LONGEST_BARE_BYTES = 64
"""Of a block that holds an orientation alone, as writers lay it out."""


def read_exif(block: bytes, names: "Mapping[int, str]" = ExifTags.TAGS) -> "list[Found]":
    """Return what an Exif block says, its orientation apart.

    A block that cannot be read says at least that it is there: what a reader here does not understand, another may.

    Args:
        block: From the byte order mark on; the six bytes before it may be there.
        names: Of the fields of its first directory.
    """
    block = block.removeprefix(PREFIX)
    exif = Image.Exif()
    found: list[Found] = []
    try:
        # Pillow warns of values that are cut, and raises whatever struct does; the block goes in either case.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exif.load(block)
            found += _fields(exif, names)
            found += _fields(exif.get_ifd(_EXIF), ExifTags.TAGS)
            gps = exif.get_ifd(_GPS)
            found += [one._replace(what="location") for one in _fields(gps, ExifTags.GPSTAGS)]
            if _THUMBNAIL in exif.get_ifd(ExifTags.IFD.IFD1):
                found.append(Found("thumbnail", "EXIF thumbnail"))
    except Exception:
        found.append(Found("other", "EXIF", "a block that cannot be read"))
    if not found and len(block.rstrip(b"\0")) > _LONGEST_BARE_BYTES:
        found.append(Found("other", "EXIF", f"{len(block):,} bytes that no field points to"))
    return found


def _fields(values: "Mapping[int, object]", names: "Mapping[int, str]") -> "Iterator[Found]":
    for tag, value in values.items():
        if tag in _POINTERS or tag in _KEPT:
            continue
        name = names.get(tag, f"0x{tag:04X}")
        yield Found("device" if tag == _MAKER_NOTE else what_is(name), f"EXIF {name}", shown(value))


def oriented(orientation: int) -> bytes:
    """Return an Exif block, from its byte order mark on, that holds the orientation alone (Exif 2.32, 4.6.2)."""
    return b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)


EMPTY = b"MM\0*" + struct.pack(">IHI", 8, 0, 0)
"""A block without a field."""
