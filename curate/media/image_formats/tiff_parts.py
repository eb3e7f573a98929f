"""Whether the parts of a TIFF picture, strips and tiles, lie within the file and unpack."""

import struct
import zlib
from typing import TYPE_CHECKING

from curate.facts.records import Finding
from curate.media.image_formats.tiff import COMPRESSION, STRIPS, TILES, directories

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

_DEFLATE = {8, 32946}
_MAX_UNPACKED_BYTES = 1 << 30
_BLOCK_BYTES = 1 << 20


def check_tiff(data: "bytes | mmap") -> Finding | None:
    """Look at every strip and tile of every page."""
    unpacked = 0
    try:
        for fields in directories(data):
            for start, length in _parts(fields):
                if start + length > len(data):
                    return _truncated()
                if fields.get(COMPRESSION, (1,))[0] in _DEFLATE and unpacked < _MAX_UNPACKED_BYTES:
                    unpacked += _unpacked_bytes(data[start : start + length])
    except struct.error:
        return _truncated()
    except zlib.error as error:
        return Finding("damaged", "error", detail=f"a part of the picture does not unpack: {error}")
    except KeyError:
        pass
    return None


def _truncated() -> Finding:
    detail = "the file ends before a page or the picture's data: copy or download it again"
    return Finding("truncated", "error", detail=detail)


def _parts(fields: dict[int, tuple[int, ...]]) -> "Iterator[tuple[int, int]]":
    for offsets, lengths in (STRIPS, TILES):
        yield from zip(fields.get(offsets, ()), fields.get(lengths, ()), strict=False)


def _unpacked_bytes(part: bytes) -> int:
    """Unpack a part down to its checksum, which libtiff stops short of: it reads no more than the pixels."""
    unpacker, total = zlib.decompressobj(), 0
    while total < _MAX_UNPACKED_BYTES and (block := unpacker.decompress(part, _BLOCK_BYTES)):
        total += len(block)
        part = unpacker.unconsumed_tail
    return total
