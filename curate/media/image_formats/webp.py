"""The structure of a WebP file: a RIFF container and its chunks."""

import struct
from typing import TYPE_CHECKING

from curate.facts.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap


def check_webp(data: "bytes | mmap") -> Finding | None:
    """Compare the size that the container states, and those of its chunks, with the file."""
    if data[:4] != b"RIFF":
        return None
    stated = struct.unpack_from("<I", data, 4)[0] + 8 if len(data) >= 8 else 12
    if stated > len(data):
        detail = f"the file should have {stated} bytes and has {len(data)}: copy or download it again"
        return Finding("truncated", "error", detail=detail)
    at = 12
    while at + 8 <= stated:
        length = struct.unpack_from("<I", data, at + 4)[0]
        at += 8 + length + length % 2
    # The last chunk may go without its padding byte.
    if at > stated + 1:
        return Finding("damaged", "error", detail="a chunk is larger than the WebP file that holds it")
    return None


def webp_frames(data: "bytes | mmap") -> "Iterator[tuple[int, int]]":
    """Yield (width, height) of the canvas for each frame, because opening a WebP allocates the canvas several times."""
    kind = bytes(data[12:16])
    if len(data) < 30:
        return
    if kind == b"VP8L":
        packed = int.from_bytes(data[21:25], "little")
        yield 1 + (packed & 0x3FFF), 1 + (packed >> 14 & 0x3FFF)
    elif kind == b"VP8X":
        canvas = 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
        yield canvas
        at, first = 30, True
        while at + 8 <= len(data):
            if data[at : at + 4] == b"ANMF":
                if not first:
                    yield canvas
                first = False
            length = int.from_bytes(data[at + 4 : at + 8], "little")
            at += 8 + length + length % 2
    else:
        width, height = struct.unpack_from("<HH", data, 26)
        yield width & 0x3FFF, height & 0x3FFF
