"""Zeros where entropy-coded data should be: a hole that a download or a failed disk left."""

from typing import TYPE_CHECKING

from curate.facts.records import Finding

if TYPE_CHECKING:
    from mmap import mmap

MIN_ZEROS = 512
"""The longest run in good files has 251 bytes: 331 AVIF and JPEG 2000, flat and noisy, at many settings.

Not for WebP: a good lossless one may hold 136,000 zeros in a row, and a lossy one of one colour 16,000.
"""


def find_zeros(data: "bytes | mmap", start: int, end: int) -> Finding | None:
    """Say where a run of zeros lies in AVIF or JPEG 2000, whose decoders take every bit for pixels.

    Args:
        data: The file.
        start: Where the entropy-coded data begin.
        end: Where they end.
    """
    at = data.find(bytes(MIN_ZEROS), start, end)
    if at < 0:
        return None
    detail = f"there are more than {MIN_ZEROS} zeros at byte {at} of the compressed picture: a part of it was lost"
    return Finding("damaged", "error", detail=f"{detail}, copy or download it again")
