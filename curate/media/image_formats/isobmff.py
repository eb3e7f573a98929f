"""The structure of files made of boxes, ISO base media: AVIF and JPEG 2000."""

import struct
from typing import TYPE_CHECKING, NamedTuple

from curate.facts.records import Finding
from curate.media.image_formats.jpeg2000 import BARE_CODESTREAM, END_MARKER, check_codestream, read_codestream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

# Of boxes at the top level.
_KINDS = frozenset(
    (b"ftyp", b"meta", b"mdat", b"moov", b"moof", b"free", b"skip", b"uuid", b"jP  ", b"jp2h", b"jp2c", b"xml ")
)
_HEADER_BYTES = 1 << 16
_MIN_ZEROS = 512
"""The longest run in good files has 251 bytes: 331 AVIF and JPEG 2000, flat and noisy, at many settings.

Not for WebP: a good lossless one may hold 136,000 zeros in a row, and a lossy one of one colour 16,000.
"""


class _Box(NamedTuple):
    """A box at the top level: where it starts, where its content does, and where it says that it ends."""

    kind: bytes
    start: int
    content: int
    end: int


def check_boxes(data: "bytes | mmap") -> Finding | None:
    """Say whether every box, and the codestream of a JPEG 2000, ends within the file.

    Zeros are looked for first: where a download left a hole, the end marker is one of its bytes.

    OpenJPEG tells a file that was cut from one that is damaged no more than libavif does.
    """
    if data[:4] == BARE_CODESTREAM:
        return _find_zeros(data, 0, len(data)) or check_codestream(data, 0, len(data))
    for kind, _, content, end in boxes(data):
        if kind not in _KINDS:
            break  # what follows the last box is none
        if not content <= end <= len(data):
            return _truncated(f"its part {kind.decode()!r} reaches to byte {end} of {len(data)}")
        if kind in {b"jp2c", b"mdat"} and (problem := _find_zeros(data, content, end)):
            return problem
        if kind == b"jp2c" and (problem := check_codestream(data, content, end)):
            return problem
    return None


def boxes(data: "bytes | mmap") -> "Iterator[_Box]":
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        content = at + 8
        if size == 1 and at + 16 <= len(data):
            size, content = struct.unpack_from(">Q", data, at + 8)[0], at + 16
        # A box of size 0 reaches to the end of the file.
        end = at + size if size else len(data)
        yield _Box(kind, at, content, end)
        at = max(content, end)


def with_end_marker(data: "bytes | mmap") -> bytes:
    """Return a JPEG 2000 that lacks nothing but its end marker with one: OpenJPEG refuses it without."""
    if data[:4] == BARE_CODESTREAM:
        return bytes(data) + END_MARKER
    for kind, start, content, end in boxes(data):
        if kind == b"jp2c":
            head = bytearray(data[start:content])
            if any(head[:4]):  # 0: up to the end of the file, wherever that is
                field, place = (">Q", 8) if content - start == 16 else (">I", 0)
                struct.pack_into(field, head, place, end - start + len(END_MARKER))
            return b"".join((data[:start], head, data[content:end], END_MARKER, data[end:]))
    return bytes(data)


def box_frames(data: "bytes | mmap") -> "Iterator[tuple[int, int]]":
    """Yield the largest (width, height) that an AVIF or JPEG 2000 announces for its picture, in boxes or codestream."""
    head = bytes(data[:_HEADER_BYTES])
    codestream = read_codestream(head)
    sizes = [(codestream.width, codestream.height)] if codestream else []
    # Both write 32 bits; ISO/IEC 23008-12 begins the box with its version, ISO/IEC 15444-1 with the height.
    for name, offset, is_width_first in ((b"ispe", 8, True), (b"ihdr", 4, False)):
        at = head.find(name)
        while 0 <= at <= len(head) - offset - 8:
            first, second = struct.unpack_from(">II", head, at + offset)
            sizes.append((first, second) if is_width_first else (second, first))
            at = head.find(name, at + 4)
    if sizes:
        yield max(sizes, key=lambda size: size[0] * size[1])


def avif_bits(data: "bytes | mmap") -> int:
    """Return the bits per channel of an AVIF, as its first codec configuration says (AV1-ISOBMFF, 2.3.3)."""
    at = data.find(b"av1C", 0, _HEADER_BYTES)
    flags = data[at + 6] if 0 <= at < len(data) - 6 else 0
    return 8 if not flags & 0x40 else 12 if flags & 0x20 else 10


def _find_zeros(data: "bytes | mmap", start: int, end: int) -> Finding | None:
    """Say where a run of zeros lies in entropy-coded data, of which libavif and OpenJPEG take every bit for pixels."""
    at = data.find(bytes(_MIN_ZEROS), start, end)
    if at < 0:
        return None
    detail = f"there are more than {_MIN_ZEROS} zeros at byte {at} of the compressed picture: a part of it was lost"
    return Finding("damaged", "error", detail=f"{detail}, copy or download it again")


def _truncated(what: str) -> Finding:
    return Finding("truncated", "error", detail=f"the file is too short, {what}: download it again")
