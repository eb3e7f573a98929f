"""The journal's file: records in JSON Lines, appended and synced, read back into the state of every change.

    {"record": "journal", "version": 1, "token": "…", "made": 1}          the first line
    {"record": "change", "id": 0, "kind": "folder", "target": "dark"}     what is going to be done
    {"record": "change", "id": 1, "kind": "move", "source": "../data/a.jpg", "target": "dark/a.jpg", …}
    {"record": "mark", "state": "done", "ids": [0, 1]}                    what has been done, or taken back

Paths are relative to the folder of the journal, so that a tree which is moved as a whole can still be undone. A line
without its end is the trace of a crash and is cut off: nothing is changed on disk before its line is synced.

A journal is data, and data come from strangers: in an archive, in a dataset that was downloaded. What is read is held
against the same rules as what is written (`check`), before any of it is acted upon. A journal of a later version, or
with kinds that are reserved for one, is refused as a whole (`LaterFormatError`): a part taken back is worse than none.
docs/journal.md says what a version promises.
"""

import re
from typing import Literal, get_args

import msgspec

from curate.ground import json
from curate.ground.errors import UsageError
from curate.journal.tree import check_target

Kind = Literal["move", "copy", "hardlink", "symlink", "create", "folder"]
State = Literal["pending", "done", "dropped", "undoing", "undone"]
STATES: tuple[State, ...] = ("pending", "done", "dropped", "undoing", "undone")
VERSION = 1
RESERVED = {
    "rewrite": "contents changed in place, the old ones kept as `backup`",
    "put": "a key written to an object store, with its `etag`",
}
"""Kinds that no version writes yet, so that no two later ones give one name two meanings."""


class LaterFormatError(ValueError):
    """A line is of a version of the format that this burnish does not know."""


class Head(msgspec.Struct, frozen=True, tag_field="record", tag="journal"):
    """The first line.

    Attributes:
        version: Of this format.
        token: In the names of all temporary files, so that no other program's file is taken for one.
        made: How many folders, the journal's own and those above it, were made for it.
        above: Device and inode of those above it, the innermost first: only these are removed again, and a journal
            that came from elsewhere cannot know them.
    """

    token: str
    made: int
    version: Literal[1] = 1
    above: tuple[tuple[int, int], ...] = ()


class Change(msgspec.Struct, frozen=True, tag_field="record", tag="change", omit_defaults=True):
    """One change to the disk, written down before it is made.

    Attributes:
        id: 0, 1, 2, … in the order of the file.
        source: Relative to the journal's folder; empty for a folder and for a generated file.
        target: Relative to the journal's folder.
        bytes: Size of the source when it was planned.
        mtime_ns: Time of its last change, nanoseconds since the epoch.
        digest: `sha256:…` of the content, always there for `copy` and `create`.
        link: What a symbolic link says.
    """

    id: int
    kind: Kind
    target: str
    source: str = ""
    bytes: int | None = None
    mtime_ns: int | None = None
    digest: str | None = None
    link: str | None = None


class Mark(msgspec.Struct, frozen=True, tag_field="record", tag="mark"):
    """What became of changes."""

    state: State
    ids: list[int]


class _Outline(msgspec.Struct):
    """What can be asked of a line of any version."""

    record: str = ""
    version: int = VERSION
    kind: str = ""


Record = Head | Change | Mark
_outlines = json.Decoder(_Outline)
_records: json.Decoder[Record] = json.Decoder(Record)  # type: ignore[arg-type]


def encode(record: Record) -> bytes:
    """Return the line of a record."""
    return json.encode(record) + b"\n"


def decode(line: bytes) -> Record:
    """Return the record of a line.

    Raises:
        LaterFormatError: It is one of a later version, or of a kind that this one does not have.
        ValueError: It is none.
    """
    try:
        return _records.decode(line)
    except ValueError:
        # Later versions may have other fields: their number and the kind are asked for where nothing else can be read.
        if (later := _later(line)) is not None:
            raise later from None
        raise


def _later(line: bytes) -> LaterFormatError | None:
    """Return why a line that cannot be read is one of a later version, if it is."""
    try:
        outline = _outlines.decode(line)
    except ValueError:
        return None
    if outline.record == "journal" and outline.version > VERSION:
        return LaterFormatError(
            f"version {outline.version} of the journal's format, and this burnish knows version {VERSION}"
        )
    if outline.record == "change" and outline.kind and outline.kind not in get_args(Kind):
        meaning = f" ({RESERVED[outline.kind]})" if outline.kind in RESERVED else ""
        kind = f"a change of the kind {outline.kind!r}{meaning}"
        return LaterFormatError(f"{kind}, which version {VERSION} of the journal's format does not have")
    return None


_TOKEN, _DIGEST = re.compile(r"[0-9a-f]{8}"), re.compile(r"sha256:[0-9a-f]{64}")
_MOST_MADE = 4096
_LONGEST = 1 << 16


def check(record: Record) -> None:
    """Hold a record against the rules that all of them keep, whoever wrote it.

    Raises:
        ValueError: It breaks one; says which.
    """
    if isinstance(record, Head):
        if not _TOKEN.fullmatch(record.token):
            raise ValueError(f"{record.token!r} is no token: eight digits from 0 to f")
        if not 0 <= record.made <= _MOST_MADE:
            raise ValueError(f"{record.made} folders were made for it")
    elif isinstance(record, Change):
        try:
            check_target(record.target)
        except UsageError as error:
            raise ValueError(str(error)) from None
        _check_source(record)
        if record.digest is not None and not _DIGEST.fullmatch(record.digest):
            raise ValueError(f"{record.digest!r} is no digest")
        if record.digest is None and record.kind in {"copy", "create"}:
            raise ValueError(f"a {record.kind} without a digest")
        if (record.bytes or 0) < 0:
            raise ValueError(f"a size of {record.bytes}")


def _check_source(change: Change) -> None:
    for text in (change.source, change.target, change.link or ""):
        if "\0" in text or len(text) > _LONGEST:
            raise ValueError("a path that no system has")
    if (change.kind == "folder") == bool(change.source):
        raise ValueError(f"a {change.kind} with the source {change.source!r}")
    if change.source.startswith("/") or (change.source.split("/")[-1] in {"", ".", ".."} and change.source):
        raise ValueError(f"{change.source!r} is not the path of a file, as it is seen from the journal's folder")
    if (change.kind == "symlink") != (change.link is not None):
        raise ValueError(f"a {change.kind} that says {change.link!r}")
