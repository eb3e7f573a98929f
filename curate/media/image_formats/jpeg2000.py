"""The codestream of a JPEG 2000: what its header says, and whether all tiles are there.

OpenJPEG leaves tiles that are missing black, and says nothing. Source: ISO/IEC 15444-1, annex A.
"""

import struct
from typing import TYPE_CHECKING, NamedTuple

from curate.facts.records import Finding

if TYPE_CHECKING:
    from mmap import mmap

BARE_CODESTREAM = b"\xffO\xffQ"
END_MARKER = b"\xff\xd9"
_TILE_PART = 0xFF90
_MAX_TILES = 65_535


class Codestream(NamedTuple):
    """What the image and tile size segment says.

    Attributes:
        width: In pixels.
        height: In pixels.
        bits: Per channel, of the first.
        tiles: How many.
    """

    width: int
    height: int
    bits: int
    tiles: int


def read_codestream(data: "bytes | mmap") -> Codestream | None:
    """Return what the first codestream of a file says; None where there is none, or a part of its header."""
    at = data.find(BARE_CODESTREAM)
    if at < 0 or len(data) < at + 43:
        return None
    right, low, left, top, across, down, x, y = struct.unpack_from(">8I", data, at + 8)
    tiles = -(-(right - x) // across) * -(-(low - y) // down) if across and down else 0
    return Codestream(right - left, low - top, (data[at + 42] & 0x7F) + 1, tiles)


def check_codestream(data: "bytes | mmap", start: int, end: int) -> Finding | None:
    """Walk the tile parts of the codestream that lies between two bytes; return what is wrong, or None.

    A stream without its end marker whose tiles are all there is whole: then only a marker is missing.
    """
    found = read_codestream(data[start:end])
    if found is None:
        return _truncated("its header is cut")
    at = first_tile_part(data, start + 2, end)
    to_come: dict[int, int] = {}
    """Parts of each tile; below 0 where nobody said how many there are."""
    while at + 12 <= end and struct.unpack_from(">H", data, at)[0] == _TILE_PART:
        tile, length, _, parts = struct.unpack_from(">HIBB", data, at + 4)
        if length and at + length > end:
            return _truncated(f"tile {tile} reaches to byte {at + length} of {end}")
        to_come[tile] = to_come.get(tile, parts) - 1
        # The last part may leave its length open: it ends where the stream does.
        at = at + max(12, length) if length else max(end - 2, at + 12)
        if not length and bytes(data[at:end]) != END_MARKER:
            return _truncated("it ends before its end marker")
    return _missing_tiles(to_come, found.tiles) or _check_end(bytes(data[at : min(at + 2, end)]), at)


def _check_end(last: bytes, at: int) -> Finding | None:
    if last == END_MARKER:
        return None
    if not last:
        return Finding("metadata-damage", "warning", detail="the picture is whole, but its end marker is missing")
    return Finding("damaged", "error", detail=f"byte {at} should start a part of a tile, and does not")


def _missing_tiles(to_come: dict[int, int], tiles: int) -> Finding | None:
    if len(to_come) < min(tiles, _MAX_TILES) or any(parts > 0 for parts in to_come.values()):
        return _truncated(f"it has all parts of {sum(parts <= 0 for parts in to_come.values())} of {tiles} tiles")
    return None


def first_tile_part(data: "bytes | mmap", at: int, end: int) -> int:
    """Return where the segments of the main header end."""
    while at + 4 <= end and data[at] == 0xFF and data[at + 1] != _TILE_PART & 0xFF:
        at += 2 + max(2, struct.unpack_from(">H", data, at + 2)[0])
    return at


def _truncated(what: str) -> Finding:
    return Finding("truncated", "error", detail=f"the file is too short, {what}: download it again")
