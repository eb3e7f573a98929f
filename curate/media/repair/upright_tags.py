"""Which way up a picture is, as its metadata say, set to 1 without moving any other byte of them."""

import re
import struct

_ORIENTATION, _EXIF, _ACROSS, _DOWN = 0x0112, 0x8769, 0xA002, 0xA003
_ENTRY_BYTES = 12
_FORMS = {1: "B", 3: "H", 4: "I"}
_XMP = re.compile(rb"""(tiff:Orientation(?:=["']|>))[1-8]""")


def upright_exif(block: bytes, *, turned: bool) -> bytes:
    """Return an Exif block, from its byte order mark on, whose orientation is 1.

    Its thumbnail, if any, stays as it is, with an orientation of its own: it is no part of the picture.

    Args:
        block: As it is in the file; its length does not change.
        turned: Whether width and height change places, as they do in its fields too.
    """
    made = bytearray(block)
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return block
    try:
        first = _fields(made, order, struct.unpack_from(f"{order}I", block, 4)[0])
        if _ORIENTATION in first:
            _write(made, order, first[_ORIENTATION], 1)
        inner = _fields(made, order, _read(made, order, first[_EXIF])) if _EXIF in first else {}
        if turned and {_ACROSS, _DOWN} <= inner.keys():
            across, down = _read(made, order, inner[_ACROSS]), _read(made, order, inner[_DOWN])
            _write(made, order, inner[_ACROSS], down)
            _write(made, order, inner[_DOWN], across)
    except (struct.error, KeyError):
        return block
    return bytes(made)


def upright_xmp(packet: bytes) -> bytes:
    """Return an XMP packet whose orientation is 1; its length does not change."""
    return _XMP.sub(rb"\g<1>1", packet)


def _fields(block: bytearray, order: str, at: int) -> dict[int, int]:
    """Return where the entries of a directory are, by tag."""
    (count,) = struct.unpack_from(f"{order}H", block, at)
    places = range(at + 2, at + 2 + count * _ENTRY_BYTES, _ENTRY_BYTES)
    return {struct.unpack_from(f"{order}H", block, place)[0]: place for place in places}


def _read(block: bytearray, order: str, place: int) -> int:
    (kind,) = struct.unpack_from(f"{order}H", block, place + 2)
    value: int = struct.unpack_from(order + _FORMS[kind], block, place + 8)[0]
    return value


def _write(block: bytearray, order: str, place: int, value: int) -> None:
    (kind,) = struct.unpack_from(f"{order}H", block, place + 2)
    struct.pack_into(order + _FORMS[kind], block, place + 8, value)
