"""A release and the pointer to the current one, as they stand on the disk, and the names that a release may have."""

import re
from typing import Annotated, Literal

from msgspec import Meta, Struct

from curate.ground.errors import UsageError

VERSION = 1
CURRENT = "current"
"""The pointer's file."""
MANIFEST, RECORD, SCHEMA, MEDIA = "manifest.jsonl", "release.json", "schema.yaml", "media"
CARDS = ("README.md", "croissant.json")
"""What a card of a release is made of, beside its manifest. It may be written anew, so no digest holds it."""

Digest = Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]
_Count = Annotated[int, Meta(ge=0)]
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TAKEN = frozenset({CURRENT, MEDIA})

How = Literal["check", "copy", "trust"]
"""What became of the files when a release was made: read and held against their digests; copied too; not read."""


class Release(Struct, frozen=True):
    """One release.

    Attributes:
        name: As people call it; also the name of its folder.
        digest: Of its manifest, which is canonical: equal content has an equal digest.
        samples: How many it has.
        bytes: Size of its manifest.
        made: When, UTC, ISO 8601.
        previous: The release that was the current one then; None: it was the first.
        after_switch: Number of the pointer's latest exchange then. While the pointer still has that number, nobody
            made it point to this release: whoever made it was killed between the two.
        media: What became of the files.
        schema: Digest of the schema that it was held to, which stands beside the manifest; None: there was none.
        version: Of this record.
    """

    name: str
    digest: Digest
    samples: _Count
    bytes: _Count
    made: str
    previous: str | None
    after_switch: _Count
    media: How
    schema: Digest | None = None
    version: int = VERSION


class Pointer(Struct, frozen=True):
    """Which release is the current one.

    Attributes:
        release: Its name.
        digest: Of its manifest: a folder of that name with other content is not what was meant.
        switch: How often the pointer was exchanged, from 1.
        by: What exchanged it.
        at: When, UTC, ISO 8601.
        version: Of this record.
    """

    release: str
    digest: Digest
    switch: Annotated[int, Meta(ge=1)]
    by: Literal["release", "rollback"]
    at: str
    version: int = VERSION


def check_name(name: str, option: str = "--as") -> str:
    """Return a name that a release may have.

    Raises:
        UsageError: It could leave the folder, hide in it, or stand for something else there.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{option} {name!r}: a release is named by letters, digits, '.', '_' and '-', at most 64, the first a "
            "letter or a digit, like v3"
        )
    if name.lower() in _TAKEN:
        raise UsageError(f"{option} {name}: the folder has a file of that name already; take another, like v3")
    return name
