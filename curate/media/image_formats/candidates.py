"""Which formats of images a file may be in: some have marks too short to be sure of, one has none."""

from typing import TYPE_CHECKING

from curate.media.image_formats.pillow import is_decodable
from curate.media.sniff import FORMATS, sniff

if TYPE_CHECKING:
    from collections.abc import Iterator

# First bytes that are too short to be believed against another format, but do for a name that ends wrongly.
_WEAK_MARKS = {
    b"BM": "BMP",
    b"P1": "PPM",
    b"P2": "PPM",
    b"P3": "PPM",
    b"P4": "PPM",
    b"P5": "PPM",
    b"P6": "PPM",
    b"Pf": "PPM",
    b"\0\0\1\0": "ICO",
    b"\x0a\x05\x01\x08": "PCX",
    b"\x01\xda": "SGI",
}
_WITHOUT_MARK = {*_WEAK_MARKS.values(), "TGA"}


def candidates(head: bytes, format_name: str | None) -> "Iterator[str]":
    """Yield the formats to try to decode a file as.

    Args:
        head: The first `HEAD_BYTES` bytes of the file.
        format_name: What the file's name promises; believed only for formats without a sure mark.
    """
    if (certain := sniff(head)) is not None:
        if is_decodable(certain):
            yield certain
        return
    if format_name is not None and format_name in _WITHOUT_MARK:
        yield format_name
    yield from {name for mark, name in _WEAK_MARKS.items() if head.startswith(mark) and name != format_name}


def why_unknown(head: bytes) -> str:
    """Say, to a person, what is wrong with a file that no decoder takes."""
    found = FORMATS.get(sniff(head) or "")
    if found is not None:
        return found.advice or f"this is {found.name} audio, no picture"
    if head.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        return "this is a web page or XML, no picture: download the picture itself"
    if not head.strip(b"\0"):
        return "the file begins with zeros: copy or download it again"
    return "it begins like no image format that can be decoded here: replace it, or convert it to PNG"
