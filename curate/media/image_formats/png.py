"""The structure of a PNG file: chunks, their checksums, and the end chunk."""

import struct
import zlib
from typing import TYPE_CHECKING

from curate.facts.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png_bits(data: "bytes | mmap") -> int:
    """Return the bits per channel that the header chunk states."""
    return data[24]


def png_frames(data: "bytes | mmap") -> "Iterator[tuple[int, int]]":
    """Yield (width, height) of the canvas for each frame that the header and the animation's header announce."""
    if len(data) < 33 or data[12:16] != b"IHDR":
        return
    width, height = struct.unpack_from(">II", data, 16)
    at = len(_SIGNATURE)
    frames = 1
    while at + 16 <= len(data) and data[at + 4 : at + 8] not in {b"IDAT", b"IEND"}:
        length, name, number = struct.unpack_from(">I4sI", data, at)
        frames = max(1, number) if name == b"acTL" else frames
        at += 12 + length
    for _ in range(frames):
        yield width, height


def check_png(data: "bytes | mmap") -> Finding | None:
    """Walk the chunks up to IEND; return what is wrong with the first bad one, or None.

    Pillow reads pixels past wrong checksums and a missing IEND, so neither is noticed by decoding.
    """
    if data[:8] != _SIGNATURE:
        return None
    view = memoryview(data)
    at = len(_SIGNATURE)
    while at + 12 <= len(view):
        length, name = struct.unpack_from(">I4s", view, at)
        if not name.isalpha() or not name.isascii():
            return Finding("damaged", "error", detail=f"byte {at} should start a PNG chunk, and does not")
        end = at + 12 + length
        if end > len(view):
            break
        if zlib.crc32(view[at + 4 : end - 4]) != struct.unpack_from(">I", view, end - 4)[0]:
            return Finding(
                "damaged", "error", detail=f"the checksum of PNG chunk {name.decode()} at byte {at} is wrong"
            )
        if name == b"IEND":
            return None
        at = end
    return Finding("truncated", "error", detail="the file ends before its IEND chunk: download it again")
