"""Whether the parts of a TIFF picture, strips and tiles, lie within the file and unpack."""

import struct
import zlib
from typing import TYPE_CHECKING

from curate.facts.records import Finding
from curate.media.image_formats.lzw import walk_lzw
from curate.media.image_formats.tiff import (
    BITS,
    COMPRESSION,
    FILL_ORDER,
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
from curate.media.image_formats.tiff_jpeg import check_jpeg_part

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

_RAW, _LZW, _OLD_JPEG, _JPEG, _DEFLATE = 1, 5, 6, 7, {8, 32946}
_COUNTED, _YCBCR = {*_DEFLATE, _LZW}, 6
_OLD_JPEG_ADVICE = (
    "it holds JPEG data of TIFF 6.0's old style, of which nobody can tell whether they are whole: look at it, "
    "and convert it (tiffcp -c lzw)"
)
_SEPARATE = 2
_PLANES_ADVICE = (
    "each of its colours is a JPEG of its own (separate planes), which is not read here; "
    "save it with interleaved colours, or without JPEG, in the program that made it"
)
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
    parts = list(_parts(fields))
    for number, (start, length) in enumerate(parts):
        if start + length > len(data):
            return _truncated(), held
        part = memoryview(data)[start : start + length]
        if compression == _JPEG and (problem := check_jpeg_part(part, fields, _rows(fields, number))):
            return problem, held
        if compression == _RAW or (compression in _COUNTED and unpack):
            size = _size(part, compression, fields, most or _MAX_UNPACKED_BYTES)
            held += size
            if most and size > most:
                detail = f"a part of the picture holds more than the {most} bytes that the header promises"
                return Finding("length-mismatch", "error", detail=f"{detail}: the height is wrong"), held
    problem = _check_amount(fields, len(parts), held if held and most else None)
    if compression == _JPEG and _planes(fields) > 1:
        # Whole, or it would have been said above: Pillow cannot put the planes together, which is no damage.
        problem = problem or Finding("unreadable", "error", detail=_PLANES_ADVICE)
    if compression == _OLD_JPEG:
        problem = problem or Finding("unchecked", "warning", detail=_OLD_JPEG_ADVICE)
    return problem, 0 if compression == _RAW else held


def _check_amount(fields: dict[int, tuple[int, ...]], parts: int, held: int | None) -> Finding | None:
    """Compare the number of strips or tiles, and the bytes that they hold where these were counted, with the header."""
    promised = _number_of_parts(fields)
    if promised and parts > promised:
        detail = f"it has {parts} strips or tiles, the header promises {promised}: the height is wrong"
        return Finding("length-mismatch", "error", float(parts), float(promised), detail)
    if held is not None and held < (least := _picture_bytes(fields)):
        detail = f"the header promises {least} bytes of pixels, the data hold {held}: the height is wrong"
        return Finding("length-mismatch", "error", float(held), float(least), detail)
    return None


def _size(part: memoryview, compression: int, fields: dict[int, tuple[int, ...]], most: int) -> int:
    """Return how many bytes a strip or tile unpacks to; `most` where that is not looked at.

    Raises:
        zlib.error: It does not unpack.
    """
    if compression == _RAW:
        return len(part)
    if compression != _LZW:
        return _unpacked_bytes(part, most)
    # Before TIFF 5.0 codes began at the lowest bit: such data begin with a clear code of 9 bits in that order.
    if fields.get(FILL_ORDER, (1,))[0] != 1 or (len(part) > 1 and part[0] == 0 and part[1] & 1):
        return most
    walked = walk_lzw(part, 8, tiff=True, most=2 * most)
    if walked.wrong_code_at is not None:
        raise zlib.error(f"an LZW code behind {walked.wrong_code_at} bytes means nothing")
    row = (_pixel_bits(fields) * fields.get(TILE_WIDTH, fields[WIDTH])[0] + 7) // 8
    if walked.is_complete and fields.get(PHOTOMETRIC, (0,))[0] != _YCBCR and walked.length % row:
        raise zlib.error(f"its LZW codes make {walked.length} bytes, no whole number of rows of {row} bytes")
    return walked.length if walked.is_complete else most


def _number_of_parts(fields: dict[int, tuple[int, ...]]) -> int | None:
    """Return how many strips or tiles the size of a page asks for; None where it does not say how high they are."""
    if TILES[0] in fields:
        width, height = fields[TILE_WIDTH][0], fields[TILE_HEIGHT][0]
        if not width or not height:
            return None
        return -(-fields[WIDTH][0] // width) * -(-fields[HEIGHT][0] // height) * _planes(fields)
    rows = fields.get(ROWS_PER_STRIP, (0,))[0]
    return -(-fields[HEIGHT][0] // rows) * _planes(fields) if rows else None


def _planes(fields: dict[int, tuple[int, ...]]) -> int:
    """Return into how many planes, one behind the other, the channels of a page are parted."""
    return fields.get(SAMPLES, (1,))[0] if fields.get(PLANAR, (1,))[0] == _SEPARATE else 1


def _rows(fields: dict[int, tuple[int, ...]], number: int) -> tuple[int, ...]:
    """Return how many rows a strip or tile may have: those of the page that it is for; the last may be filled up."""
    if TILES[0] in fields:
        return fields[TILE_HEIGHT]
    height = fields[HEIGHT][0]
    most = min(height, fields.get(ROWS_PER_STRIP, (height,))[0])
    if not most:
        return (height,)
    strips = -(-height // most)
    return (most,) if number % strips < strips - 1 else (height - most * (strips - 1), *([most] if strips > 1 else []))


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
    return fields[WIDTH][0] * _pixel_bits(fields) // 8 * fields[HEIGHT][0] * _planes(fields)


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
