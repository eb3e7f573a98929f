"""Whether the parts of a TIFF picture, strips and tiles, lie within the file and unpack."""

import struct
import zlib
from typing import TYPE_CHECKING

from curate.facts.records import Finding
from curate.media.image_formats.tiff import (
    BITS,
    COMPRESSION,
    HEIGHT,
    PHOTOMETRIC,
    PLANAR,
    ROWS_PER_STRIP,
    SAMPLES,
    STRIPS,
    TILE_HEIGHT,
    TILE_WIDTH,
    TILES,
    WIDTH,
    directories,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

_RAW, _DEFLATE, _YCBCR = 1, {8, 32946}, 6
_MAX_UNPACKED_BYTES = 1 << 30
_BLOCK_BYTES, _PIECE_BYTES = 1 << 20, 1 << 16


def check_tiff(data: "bytes | mmap") -> Finding | None:
    """Look at every strip and tile of every page."""
    unpacked = 0
    try:
        for fields in directories(data):
            most = _part_bytes(fields)
            for start, length in _parts(fields):
                if start + length > len(data):
                    return _truncated()
                if fields.get(COMPRESSION, (1,))[0] in _DEFLATE and unpacked < _MAX_UNPACKED_BYTES:
                    size = _unpacked_bytes(memoryview(data)[start : start + length], most or _MAX_UNPACKED_BYTES)
                    unpacked += size
                elif fields.get(COMPRESSION, (1,))[0] == _RAW:
                    size = length
                else:
                    continue
                if most and size > most:
                    return _too_much(most)
    except struct.error:
        return _truncated()
    except zlib.error as error:
        return Finding("damaged", "error", detail=f"a part of the picture does not unpack: {error}")
    except OverflowError as error:
        return Finding("oversized", "error", detail=f"it announces more than is sensible ({error})")
    except (KeyError, IndexError):
        pass
    return None


def _part_bytes(fields: dict[int, tuple[int, ...]]) -> int | None:
    """Return how many bytes the largest strip or tile of a page unpacks to; None where that is hard to tell."""
    if fields.get(PHOTOMETRIC, (0,))[0] == _YCBCR:
        return None  # its chroma may be subsampled
    bits, samples = fields.get(BITS, (1,)), fields.get(SAMPLES, (1,))[0]
    pixel_bits = max(bits) * (samples if fields.get(PLANAR, (1,))[0] == 1 else 1)
    if TILE_WIDTH in fields:
        width, height = fields[TILE_WIDTH][0], fields[TILE_HEIGHT][0]
    else:
        width = fields[WIDTH][0]
        height = min(fields[HEIGHT][0], fields.get(ROWS_PER_STRIP, (fields[HEIGHT][0],))[0])
    return (width * pixel_bits + 7) // 8 * height


def _too_much(most: int) -> Finding:
    detail = f"a part of the picture holds more than the {most} bytes that the header promises: the height is wrong"
    return Finding("length-mismatch", "error", detail=detail)


def _truncated() -> Finding:
    detail = "the file ends before a page or the picture's data: copy or download it again"
    return Finding("truncated", "error", detail=detail)


def _parts(fields: dict[int, tuple[int, ...]]) -> "Iterator[tuple[int, int]]":
    for offsets, lengths in (STRIPS, TILES):
        yield from zip(fields.get(offsets, ()), fields.get(lengths, ()), strict=False)


def _unpacked_bytes(part: memoryview, most: int) -> int:
    """Unpack a part down to its checksum, which libtiff stops short of: it reads no more than the pixels.

    Returns:
        How many bytes came out, or something above `most` as soon as there are more.
    """
    unpacker, total = zlib.decompressobj(), 0
    # Fed in pieces: a copy of what is left over, for each block that comes out, would take time by the square.
    for at in range(0, len(part), _PIECE_BYTES):
        piece: bytes | memoryview = part[at : at + _PIECE_BYTES]
        while block := unpacker.decompress(piece, _BLOCK_BYTES):
            total += len(block)
            if total > most:
                return total
            piece = unpacker.unconsumed_tail
        if unpacker.eof:
            break
    return total
