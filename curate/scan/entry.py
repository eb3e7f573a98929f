"""A file that a walk meets, wherever it is."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from curate.facts.records import Finding
    from curate.media.storage import Status


KEPT_BY_SYSTEMS = {
    "@eaDir": "thumbnails of a Synology disk",
    "#recycle": "the bin of a network disk",
    "@Recycle": "the bin of a network disk",
    "$RECYCLE.BIN": "the bin of Windows",
    "System Volume Information": "what Windows keeps for itself",
    "lost+found": "what a file system check found",
    "__MACOSX": "what macOS adds to archives",
}
"""Folders that are never data, and what they are; named themselves, they are walked."""


class Row(NamedTuple):
    """What a metadata file, or a shard, says about one media file."""

    label: str | None
    tags: tuple[str, ...]
    split: str | None
    text: str | None = None


class Entry(NamedTuple):
    """A file that was met on the way.

    Attributes:
        path: As the user typed the folder, with `/` between parts; of what is no file, its address.
        root: The argument under which it was found.
        status: Of the file that a link points to; None where it cannot be had, or was not asked for.
        problem: Why it is not a file that can be read: a broken link, a named pipe, a device; empty for a file.
        name: In a shard, the name that says what the sample is; empty elsewhere: the path does.
        place: In a tar, where its bytes begin and how many there are.
        row: What its shard says of it.
        remark: What was found before it was opened.
    """

    path: str
    root: str
    status: "Status | None"
    problem: str = ""
    name: str = ""
    place: tuple[int, int] | None = None
    row: Row | None = None
    remark: "Finding | None" = None
