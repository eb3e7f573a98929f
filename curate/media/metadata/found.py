"""What was found in a file beside its pixels or samples."""

from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

What = Literal["location", "person", "device", "time", "text", "thumbnail", "other"]
KINDS: tuple[What, ...] = get_args(What)
"""The gravest first: where a person was, who it is, by which machine it can be known again, when it was."""

_LONGEST = 60
_MOST_ITEMS = 10_000


class Found(NamedTuple):
    """One thing that a file says.

    Attributes:
        what: Of which kind it is.
        where: The container and the field: `EXIF GPSLatitude`, `ID3 TPE1`, `PNG tEXt`.
        example: The beginning of what it says, printable; empty where that are bytes.
    """

    what: What
    where: str
    example: str = ""


class Stripped(NamedTuple):
    """A file without what was found in it.

    Attributes:
        data: The file; pixels or samples are coded by the same bytes as before.
        found: What was taken out.
        left: What was seen and could not be taken out, in words.
    """

    data: bytes
    found: tuple[Found, ...] = ()
    left: tuple[str, ...] = ()


class CannotStripError(ValueError):
    """A file of which nothing can be taken out safely; says why."""


_WORDS: tuple[tuple[What, tuple[str, ...]], ...] = (
    ("location", ("gps", "loc", "geo", "xyz", "city", "country", "sublocation", "province", "place")),
    ("thumbnail", ("thumb", "picture", "apic", "cover", "preview")),
    (
        "person",
        ("artist", "author", "creator", "owner", "copyright", "byline", "by-line", "credit", "rights"),
    ),
    ("person", ("performer", "composer", "engineer", "commissioned", "originator", "singer", "contact", "rating user")),
    (
        "device",
        ("make", "model", "serial", "lens", "software", "encoder", "host", "camera", "uniqueid", "tool"),
    ),
    ("time", ("date", "time", "year", "created", "modif")),
    ("text", ("comment", "description", "title", "caption", "subject", "keyword", "lyric", "name", "text", "album")),
)


def what_is(field: str) -> What:
    """Return of which kind a field is, by its name."""
    name = field.lower()
    return next((what for what, words in _WORDS if any(word in name for word in words)), "other")


def shown(value: object) -> str:
    """Return the beginning of a value as printable text; empty where it is not text and no number."""
    if isinstance(value, bytes):
        value = value.split(b"\0")[0].decode("utf-8", "replace")
        if "\ufffd" in value:
            return ""
    text = " ".join("".join(char if char.isprintable() else " " for char in str(value)[: 4 * _LONGEST]).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def bounded(found: Iterable[Found]) -> tuple[Found, ...]:
    """Return each thing once, in order, and not more of them than any file of people's has."""
    return tuple(dict.fromkeys(found))[:_MOST_ITEMS]
