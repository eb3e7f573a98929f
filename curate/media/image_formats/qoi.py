"""The structure of a QOI file: its end marker."""

from typing import TYPE_CHECKING

from curate.facts.records import Finding

if TYPE_CHECKING:
    from mmap import mmap

_HEADER_BYTES = 14
_END = b"\0\0\0\0\0\0\0\1"


def check_qoi(data: "bytes | mmap") -> Finding | None:
    """Say whether the end marker, seven zeros and a one, follows the header; Pillow does not look for it."""
    if data[:4] != b"qoif" or data.rfind(_END) >= _HEADER_BYTES:
        return None
    return Finding("truncated", "error", detail="the file ends before its end marker: download it again")
