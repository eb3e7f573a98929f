"""ID3 and APE tags: what they say, and the sound between them."""

from typing import TYPE_CHECKING

from curate.media.audio_formats.tag_blocks import before_trailing_tags, skip_id3
from curate.media.metadata.found import Found, shown, what_is

if TYPE_CHECKING:
    from collections.abc import Iterator

_FRAMES = {
    "TIT1": "title", "TIT2": "title", "TIT3": "title", "TPE1": "artist", "TPE2": "artist", "TPE3": "artist",
    "TPE4": "artist", "TCOM": "composer", "TALB": "album", "TYER": "year", "TDRC": "date", "TDOR": "date",
    "TDEN": "date", "TDTG": "date", "TCOP": "copyright", "TOWN": "owner", "TENC": "encoder", "TSSE": "encoder",
    "COMM": "comment", "USLT": "lyrics", "APIC": "picture", "GEOB": "other", "PRIV": "other", "UFID": "uniqueid",
    "WCOP": "copyright", "TEXT": "author", "TRSN": "title", "OWNE": "owner", "TXXX": "text", "TOPE": "artist",
}  # fmt: skip
_ENCODINGS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}


def without_tags(data: bytes) -> tuple[int, int, list[Found]]:
    """Return where the sound begins and ends between tags of players, and what the tags say."""
    start, end = skip_id3(data), before_trailing_tags(data)
    found = [*read_id3(data[:start])] if start else []
    tail = data[end:]
    if tail[-128:-125] == b"TAG":
        found += _read_id3v1(tail[-128:])
        tail = tail[:-128]
    if tail:
        found.append(Found("text", "APE tag" if b"APETAGEX" in tail else "tag at the end", f"{len(tail):,} bytes"))
    return start, max(start, end), found


def read_id3(tag: bytes) -> "Iterator[Found]":
    """Yield the frames of an ID3v2 tag, of version 2.3 or 2.4; of another one, that it is there."""
    if tag[:3] != b"ID3" or tag[3] not in {3, 4}:
        yield Found("other", "ID3")
        return
    at, any_frame = 10, False
    while at + 10 <= len(tag) and tag[at : at + 4].isalnum():
        name = tag[at : at + 4].decode("latin-1")
        size = int.from_bytes(tag[at + 4 : at + 8], "big")
        if tag[3] == 4:
            size = sum((byte & 0x7F) << shift for byte, shift in zip(tag[at + 4 : at + 8], (21, 14, 7, 0), strict=True))
        body, any_frame = tag[at + 10 : at + 10 + size], True
        yield Found(what_is(_FRAMES.get(name, "")), f"ID3 {name}", _text(name, body))
        at += 10 + size
    if not any_frame:
        yield Found("other", "ID3")


def _text(name: str, body: bytes) -> str:
    if not body or name[0] not in "TC":
        return ""
    text = body[1:].decode(_ENCODINGS.get(body[0], "latin-1"), "replace")
    # A comment begins with its language and a short description.
    return shown(text[3:].replace("\0", " ") if name == "COMM" else text.split("\0")[0])


def _read_id3v1(tag: bytes) -> "Iterator[Found]":
    for name, begin, end in (
        ("title", 3, 33),
        ("artist", 33, 63),
        ("album", 63, 93),
        ("year", 93, 97),
        ("comment", 97, 127),
    ):
        if value := tag[begin:end].strip(b"\0 "):
            yield Found(what_is(name), f"ID3v1 {name}", shown(value.decode("latin-1")))
