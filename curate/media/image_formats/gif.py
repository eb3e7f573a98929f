"""The structure of a GIF file: blocks up to the trailer, and how many pixels their codes make."""

import struct
from typing import TYPE_CHECKING

from curate.facts.records import Finding
from curate.media.image_formats.lzw import walk_lzw

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_MOST_PADDING_CODES = 3
"""Of 2 bits, the shortest: old writers leave the end code out, and what fills the last byte reads like codes."""


def check_gif(data: "bytes | mmap") -> Finding | None:
    """Walk the blocks up to the trailer, and the codes; return what is wrong with the first bad one, or None.

    Pillow takes a missing trailer, and any junk between blocks, for the end of the animation. It stops when a frame is
    full, and leaves pixels that no code makes as they were.
    """
    if data[:4] != b"GIF8":
        return None
    try:
        for at, block in _blocks(data):
            if block not in {_EXTENSION, _IMAGE}:
                return Finding("damaged", "error", detail=f"byte {at} should start a GIF block, and does not")
            if block == _IMAGE and (problem := _check_pixels(data, at)):
                return problem
    except IndexError:
        return Finding("truncated", "error", detail="the file ends before its trailer: download it again")
    return None


def _check_pixels(data: "bytes | mmap", at: int) -> Finding | None:
    """Compare the pixels that the codes of the frame at a byte make with those that it has.

    Raises:
        IndexError: The file ends before the codes do.
    """
    width, height = struct.unpack("<HH", data[at + 5 : at + 9])
    start = at + 10 + _colour_table_bytes(data[at + 9])
    literal_bits, codes, start = data[start], bytearray(), start + 1
    while length := data[start]:
        codes += data[start + 1 : start + 1 + length]
        start += length + 1
    if literal_bits not in range(1, 9):
        return Finding("damaged", "error", detail=f"the frame at byte {at} has codes of {literal_bits} bits; 8 is most")
    pixels = width * height
    walked = walk_lzw(bytes(codes), literal_bits, tiff=False, most=2 * pixels)
    if walked.wrong_code_at is not None:
        detail = f"a code of the frame at byte {at} means nothing (behind {walked.wrong_code_at} bytes of codes)"
        return Finding("damaged", "error", detail=detail)
    surplus = walked.length - pixels
    if surplus == 0 or not walked.is_complete or (0 < surplus <= _MOST_PADDING_CODES and not walked.has_end):
        return None
    detail = f"the frame at byte {at} has {pixels} pixels, its codes make {walked.length}"
    if width and walked.length % width == 0:
        return Finding(
            "length-mismatch", "error", float(walked.length), float(pixels), f"{detail}: the height is wrong"
        )
    return Finding("damaged", "error", float(walked.length), float(pixels), f"{detail}: some of them are wrong")


def gif_frames(data: "bytes | mmap") -> "Iterator[tuple[int, int]]":
    """Yield (width, height) of the canvas of each frame, which grows with frames that lie over its edge."""
    try:
        width, height = struct.unpack_from("<HH", data, 6)
        for at, block in _blocks(data):
            if block == _IMAGE:
                left, top, across, down = struct.unpack_from("<HHHH", data, at + 1)
                width, height = max(width, left + across), max(height, top + down)
                yield width, height
    except (IndexError, struct.error):
        return


def _blocks(data: "bytes | mmap") -> "Iterator[tuple[int, int]]":
    """Yield the place and the first byte of each block up to the trailer, or up to one that is none.

    Raises:
        IndexError: The file ends before its trailer.
    """
    at = 13 + _colour_table_bytes(data[10])
    while (block := data[at]) != _TRAILER:
        if block:  # an empty sub-block too many: old writers leave them, all readers skip them
            yield at, block
        if block == _EXTENSION:
            at = _skip_sub_blocks(data, at + 2)
        elif block == _IMAGE:
            # Behind the colour table stands one byte: the starting width of the codes.
            at = _skip_sub_blocks(data, at + 10 + _colour_table_bytes(data[at + 9]) + 1)
        elif block == 0:
            at += 1
        else:
            return


def _colour_table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _skip_sub_blocks(data: "bytes | mmap", at: int) -> int:
    while length := data[at]:
        at += length + 1
    return at + 1
