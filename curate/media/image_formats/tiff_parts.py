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
            problem, size = _check_page(data, fields, unpack=unpacked < _MAX_UNPACKED_BYTES)
            if problem:
                return problem
            unpacked += size
    except struct.error:
        return _truncated()
    except zlib.error as error:
        return Finding("damaged", "error", detail=f"a part of the picture does not unpack: {error}")
    except OverflowError as error:
        return Finding("oversized", "error", detail=f"it announces more than is sensible ({error})")
    except (KeyError, IndexError):
        pass
    return None


def _check_page(
    data: "bytes | mmap", fields: dict[int, tuple[int, ...]], *, unpack: bool
) -> tuple[Finding | None, int]:
    """Return what is wrong with a page, and how many bytes were unpacked; libtiff counts those of other codecs."""
    compression, most, held = fields.get(COMPRESSION, (1,))[0], _part_bytes(fields), 0
    counted = compression == _RAW or (compression in _DEFLATE and unpack)
    for start, length in _parts(fields):
        if start + length > len(data):
            return _truncated(), held
        if counted:
            part = memoryview(data)[start : start + length]
            size = length if compression == _RAW else _unpacked_bytes(part, most or _MAX_UNPACKED_BYTES)
            held += size
            if most and size > most:
                detail = f"a part of the picture holds more than the {most} bytes that the header promises"
                return Finding("length-mismatch", "error", detail=f"{detail}: the height is wrong"), held
    if counted and most and held < (least := _picture_bytes(fields)):
        detail = f"the header promises {least} bytes of pixels, the data hold {held}: the height is wrong"
        return Finding("length-mismatch", "error", float(held), float(least), detail), held
    return None, held if compression in _DEFLATE else 0


def _part_bytes(fields: dict[int, tuple[int, ...]]) -> int | None:
    """Return how many bytes the largest strip or tile of a page unpacks to; None where that is hard to tell."""
    if fields.get(PHOTOMETRIC, (0,))[0] == _YCBCR:
        return None  # its chroma may be subsampled
    pixel_bits = _pixel_bits(fields)
    if TILE_WIDTH in fields:
        width, height = fields[TILE_WIDTH][0], fields[TILE_HEIGHT][0]
    else:
        width = fields[WIDTH][0]
        height = min(fields[HEIGHT][0], fields.get(ROWS_PER_STRIP, (fields[HEIGHT][0],))[0])
    return (width * pixel_bits + 7) // 8 * height


def _picture_bytes(fields: dict[int, tuple[int, ...]]) -> int:
    """Return the least that all strips or tiles of a page unpack to."""
    planes = fields.get(SAMPLES, (1,))[0] if fields.get(PLANAR, (1,))[0] == 2 else 1
    return fields[WIDTH][0] * _pixel_bits(fields) // 8 * fields[HEIGHT][0] * planes


def _pixel_bits(fields: dict[int, tuple[int, ...]]) -> int:
    samples = fields.get(SAMPLES, (1,))[0] if fields.get(PLANAR, (1,))[0] == 1 else 1
    return max(fields.get(BITS, (1,))) * samples


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
