"""The header of a BMP file against its pixels."""

import struct
from typing import TYPE_CHECKING

from curate.facts.records import Finding

if TYPE_CHECKING:
    from mmap import mmap

_INFO_HEADER_BYTES, _UNCOMPRESSED = 40, 0


def check_bmp(data: "bytes | mmap") -> Finding | None:
    """Say whether the header states more bytes of pixels than its rows need; Pillow looks at the rows only."""
    if len(data) < 54 or data[:2] != b"BM":
        return None
    size, width, height, _, bits, compression, stated = struct.unpack_from("<IiiHHII", data, 14)
    if size < _INFO_HEADER_BYTES or compression != _UNCOMPRESSED or width <= 0:
        return None
    row = (width * bits + 31) // 32 * 4
    # Photoshop adds two bytes to the size, others leave it at 0.
    if stated >= row * (abs(height) + 1) and len(data) >= stated:
        held = stated // row
        detail = f"the header promises {abs(height)} rows, and states as many bytes as {held} rows have"
        return Finding("length-mismatch", "error", float(held), float(abs(height)), detail)
    return None
