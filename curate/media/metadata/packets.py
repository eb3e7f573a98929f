"""What XMP and IPTC packets say: text in other containers, read only to tell a person what was there."""

import re
from typing import TYPE_CHECKING

from curate.media.metadata.found import Found, shown, what_is

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_BYTES = 1 << 20
_XMP_FIELD = re.compile(
    rb"""<(?P<list>[A-Za-z]\w*:\w+)>\s*<rdf:(?:Seq|Bag|Alt)|\b(?P<name>[A-Za-z]\w*:[A-Za-z]\w*)"""
    rb"""(?:\s*=\s*["'](?P<attribute>[^"'<]{1,300})["']|[^<>]{0,100}>\s*(?P<text>[^<\s][^<]{0,300})<)"""
)
_IPTC = {
    5: "object name", 25: "keywords", 55: "date created", 60: "time created", 80: "by-line", 90: "city",
    92: "sublocation", 95: "province", 101: "country", 105: "headline text", 110: "credit", 116: "copyright",
    118: "contact", 120: "caption", 122: "caption author",
}  # fmt: skip


def read_xmp(packet: bytes) -> "list[Found]":
    """Return the fields of an XMP packet that hold a text; at least that there is one."""
    found, owner = [], ""
    # Not by a parser of XML: what is looked for is evidence, and a packet from a stranger may be a bomb of entities.
    for match in _XMP_FIELD.finditer(packet[:_MOST_BYTES]):
        if match["list"]:
            owner = match["list"].decode()
            continue
        name, value = match["name"].decode(), match["attribute"] or match["text"]
        if name == "rdf:li":
            name = owner or name
        elif name.startswith(("xmlns:", "x:", "xml:", "rdf:")):
            continue
        found.append(Found(what_is(name), f"XMP {name}", shown(value)))
    return found or [Found("other", "XMP")]


def orientation_of_xmp(packet: bytes) -> int:
    """Return the orientation, 1 to 8, that a packet states, as Pillow reads it where Exif states none; else 1."""
    match = re.search(rb"""tiff:Orientation(?:=["']|>)([1-8])""", packet[:_MOST_BYTES])
    return int(match[1]) if match else 1


def read_iptc(block: bytes) -> "list[Found]":
    """Return the datasets of record 2 of an IPTC block (IIM 4.2), wherever in the block they begin."""
    return [*_datasets(block)] or [Found("other", "IPTC")]


def _datasets(block: bytes) -> "Iterator[Found]":
    at = block.find(b"\x1c\x02")
    while 0 <= at <= len(block) - 5 and block[at] == 0x1C:
        number, length = block[at + 2], int.from_bytes(block[at + 3 : at + 5], "big")
        if length >> 15:  # an extended dataset: no text that people write is that long
            return
        name = _IPTC.get(number, f"2:{number:03}")
        if number:
            yield Found(what_is(name), f"IPTC {name}", shown(block[at + 5 : at + 5 + length]))
        at += 5 + length
