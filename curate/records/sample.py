"""The records of a manifest: a sample, its facts, its findings and its origin.

Names carry their unit. Records are frozen; a change makes a new record (`msgspec.structs.replace` for facts
and findings, `curate.records.manifest.changed` for samples, which keeps the fields that burnish does not know).
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from curate.facts.records import AudioFacts, Finding, ImageFacts, Kind


class Sample(Struct, frozen=True, omit_defaults=True, dict=True):
    """One media file of a dataset, with its label, tags, split, facts, findings and origin.

    Attributes:
        path: As the user typed the folder, with `/` between parts; bytes that are not UTF-8 are surrogate-escaped.
        label: The class, or None where there is none.
        tags: Slice names: `dark` or `key=value`.
        split: `train`, `val`, `test` or a name of the user's.
        kind: `image` or `audio`.
        bytes: File size.
        mtime_ns: Time of the last change, nanoseconds since the epoch.
        digest: `sha256:` and the SHA-256 of the file's bytes in hexadecimal.
        facts_version: Which definition of the facts they were measured by; None: only the header was read.
        image: Facts of an image.
        audio: Facts of a recording.
        findings: What the checks found.
        origin: Where a generated or moved sample came from.
        duplicate_of: Path of the copy that stands for this one, as `dedup --report` found it.
    """

    path: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None
    kind: Kind | None = None
    bytes: int | None = None
    mtime_ns: int | None = None
    digest: str | None = None
    facts_version: int | None = None
    image: ImageFacts | None = None
    audio: AudioFacts | None = None
    findings: tuple[Finding, ...] = ()
    origin: dict[str, Any] | None = None
    duplicate_of: str | None = None


def is_generated(origin: Mapping[str, Any] | None) -> bool:
    """Return whether an origin is that of a generated sample, which must stay in its source's group and split.

    What a recipe made to take the place of its source (trimmed, levelled) is the dataset itself, not an addition.
    """
    return origin is not None and origin.get("recipe") is not None and not origin.get("replaces")
