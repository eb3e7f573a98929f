"""The structure of a PNG file: chunks, their checksums, and the end chunk."""

import io
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np

from curate.facts.records import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

    from PIL.ImageFile import ImageFile

_PIXEL_CHUNKS = {b"tRNS", b"acTL", b"fcTL", b"fdAT"}
_BLOCK_BYTES = 1 << 11
"""What Pillow's decoder is given at a time: so much may be left over unseen."""
_SMALL_BYTES = 1 << 15
"""Image data up to this size are always unpacked again: that costs a third of a millisecond."""
_PIECE_BYTES = 1 << 16
_READ = "burnish: bytes read"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
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

    Pillow reads pixels past wrong checksums and a missing IEND, so neither is noticed by decoding. Pixels need the
    critical chunks, transparency and those of an animation; damage in others is a warning.
    """
    if data[:8] != _SIGNATURE:
        return None
    view = memoryview(data)
    at, beside = len(_SIGNATURE), None
    while at + 12 <= len(view):
        length, name = struct.unpack_from(">I4s", view, at)
        if not name.isalpha() or not name.isascii():
            return Finding("damaged", "error", detail=f"byte {at} should start a PNG chunk, and does not")
        end = at + 12 + length
        if end > len(view):
            break
        if zlib.crc32(view[at + 4 : end - 4]) != struct.unpack_from(">I", view, end - 4)[0]:
            detail = f"the checksum of PNG chunk {name.decode()} at byte {at} is wrong"
            # A small first letter: a decoder that does not know the chunk may skip it.
            if name[:1].isupper() or name in _PIXEL_CHUNKS:
                return Finding("damaged", "error", detail=detail)
            beside = beside or Finding("metadata-damage", "warning", detail=f"{detail}; the pixels are sound")
        if name == b"IEND":
            return beside
        at = end
    return Finding("truncated", "error", detail="the file ends before its IEND chunk: download it again")


def without_broken_chunks(data: "bytes | mmap") -> bytes:
    """Return a PNG without the chunks that have a wrong checksum and that its pixels do not need."""
    view, at, parts = memoryview(data), len(_SIGNATURE), [bytes(data[:8])]
    while at + 12 <= len(view):
        end = at + 12 + struct.unpack_from(">I", view, at)[0]
        broken = zlib.crc32(view[at + 4 : end - 4]) != struct.unpack_from(">I", view, end - 4)[0]
        if not broken:
            parts.append(bytes(view[at:end]))
        if bytes(view[at + 4 : at + 8]) == b"IEND":
            break
        at = end
    return b"".join(parts)


def check_rows(data: "bytes | mmap", image: "ImageFile", *, whole: bool) -> Finding | None:
    """Compare the rows that the header promises with those in the data of a PNG that Pillow has just decoded.

    Pillow leaves rows that are missing at zero, and does not read what is left over. To unpack every picture once
    more would cost a quarter of its decoding, so that is done only where one of the two may be.

    Args:
        data: The file, whose chunks are whole.
        image: Of one frame.
        whole: Whether Pillow has loaded it without a complaint.
    """
    blocks = _image_data(data)
    read, total = image.info.get(_READ, 0), sum(len(block) for block in blocks)
    if whole and read >= total > _SMALL_BYTES:
        last_row = np.asarray(image.crop((0, image.height - 1, image.width, image.height)))
        if last_row.any():
            return None
    width, height, bits, colour = struct.unpack_from(">IIBB", data, 16)
    pixel_bits = bits * _CHANNELS.get(colour, 1)
    interlaced = data[28] == 1
    promised = sum(
        rows * (1 + (columns * pixel_bits + 7) // 8)
        for columns, rows in (_passes(width, height) if interlaced else [(width, height)])
        if columns
    )
    try:
        held = _unpacked_bytes(blocks, promised)
    except zlib.error:
        return None
    row = promised / height
    if held < promised:
        detail = f"the header promises {height} rows, the data hold {int(held / row)}"
        return Finding("length-mismatch", "error", float(int(held / row)), float(height), detail)
    if held >= promised + row:
        detail = f"the header promises {height} rows, and the data hold more"
        return Finding("length-mismatch", "error", None, float(height), detail)
    return None


def _image_data(data: "bytes | mmap") -> list[memoryview]:
    view, at, blocks = memoryview(data), len(_SIGNATURE), []
    while at + 12 <= len(view):
        length, name = struct.unpack_from(">I4s", view, at)
        if name == b"IDAT":
            blocks.append(view[at + 8 : at + 8 + length])
        elif name == b"IEND":
            break
        at += 12 + length
    return blocks


def _passes(width: int, height: int) -> list[tuple[int, int]]:
    """Return columns and rows of the seven passes of Adam7 (PNG specification, 8.1)."""
    starts_and_steps = (
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    )
    return [(-(-(width - x) // across), -(-(height - y) // down)) for x, y, across, down in starts_and_steps]


def _unpacked_bytes(blocks: list[memoryview], most: int) -> int:
    """Return how many bytes the image data unpack to; as soon as there are twice as many as `most`, stop."""
    unpacker, total = zlib.decompressobj(), 0
    for block in blocks:
        for at in range(0, len(block), _PIECE_BYTES):
            piece: bytes | memoryview = block[at : at + _PIECE_BYTES]
            while part := unpacker.decompress(piece, 1 << 20):
                total += len(part)
                piece = unpacker.unconsumed_tail
                if total > 2 * most:
                    return total
    return total


def open_counting(data: "bytes | mmap") -> "ImageFile":
    """Open a PNG as Pillow does, and count in its `info` the image data that the decoder asks for."""
    from PIL.PngImagePlugin import PngImageFile

    image = PngImageFile(io.BytesIO(data))
    read, whole = 0, image.load_read

    def load_read(read_bytes: int) -> bytes:
        nonlocal read
        block = whole(min(read_bytes, _BLOCK_BYTES))
        read += len(block)
        image.info[_READ] = read
        return block

    vars(image)["load_read"] = load_read
    return image
