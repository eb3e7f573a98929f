"""What is known of a sample while duplicates are looked for."""

from msgspec import Struct

from curate.facts.records import Finding
from curate.records.sample import MeasuredView


class ImageKey(Struct, gc=False):
    """The facts of an image that duplicates are found and ranked by."""

    format: str | None = None
    width: int | None = None
    height: int | None = None
    phash: str | None = None
    phash_inner: str | None = None
    phash_disc: str | None = None


class AudioKey(Struct, gc=False):
    """The facts of a recording that duplicates are found and ranked by."""

    format: str | None = None
    sample_rate: int | None = None
    channels: int | None = None
    duration_s: float | None = None
    fingerprint: str | None = None


class Item(MeasuredView, frozen=True, gc=False):
    """The narrow view of a sample that is held in memory while duplicates are looked for."""

    path: str
    label: str | None = None
    split: str | None = None
    kind: str | None = None
    bytes: int | None = None
    digest: str | None = None
    image: ImageKey | None = None
    audio: AudioKey | None = None
    findings: tuple[Finding, ...] = ()
