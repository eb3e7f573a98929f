"""The journal's file: records in JSON Lines, appended and synced, read back into the state of every change.

    {"record": "journal", "version": 1, "token": "…", "made": 1}          the first line
    {"record": "change", "id": 0, "kind": "folder", "target": "dark"}     what is going to be done
    {"record": "change", "id": 1, "kind": "move", "source": "../data/a.jpg", "target": "dark/a.jpg", …}
    {"record": "mark", "state": "done", "ids": [0, 1]}                    what has been done, or taken back

Paths are relative to the folder of the journal, so that a tree which is moved as a whole can still be undone. A line
without its end is the trace of a crash and is cut off: nothing is changed on disk before its line is synced.
"""

from typing import Literal

import msgspec

from curate.ground import json

Kind = Literal["move", "copy", "hardlink", "symlink", "create", "folder"]
State = Literal["pending", "done", "dropped", "undoing", "undone"]
STATES: tuple[State, ...] = ("pending", "done", "dropped", "undoing", "undone")


class Head(msgspec.Struct, frozen=True, tag_field="record", tag="journal"):
    """The first line.

    Attributes:
        version: Of this format.
        token: In the names of all temporary files, so that no other program's file is taken for one.
        made: How many folders, the journal's own and those above it, were made for it.
    """

    token: str
    made: int
    version: Literal[1] = 1


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


Record = Head | Change | Mark
_records: json.Decoder[Record] = json.Decoder(Record)  # type: ignore[arg-type]


def encode(record: Record) -> bytes:
    """Return the line of a record."""
    return json.encode(record) + b"\n"


def decode(line: bytes) -> Record:
    """Return the record of a line.

    Raises:
        ValueError: It is none.
    """
    return _records.decode(line)
