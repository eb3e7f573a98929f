"""The record of a manifest's line: a sample, with its facts, its findings and its origin.

Records are frozen; a change makes a new record (`msgspec.structs.replace` for facts and findings,
`curate.records.writer.changed` for samples, which keeps the fields that burnish does not know).
"""

from typing import Protocol

from msgspec import Struct
from msgspec.structs import force_setattr

from curate.facts.records import KINDS, AudioFacts, Finding, ImageFacts


class View(Struct):
    """The fields of a sample that one pass looks at: what is not named is not decoded, which is several times faster.

    A view names fields of `Sample` with their types and defaults; what others write is None where it is not there.
    A test holds every subclass to it.
    So what is valid is said once, and yet attributes are checked by mypy, as those of `msgspec.defstruct` are not.
    A view may take fewer facts than there are, or `curate.records.origin.Origin` for the origin.
    """


class _Measured(Protocol):
    @property
    def kind(self) -> str | None: ...
    @property
    def image(self) -> object: ...
    @property
    def audio(self) -> object: ...


class MeasuredView(Struct, frozen=True):
    """A record with a kind and facts, which have to fit each other: one where they do not cannot be made."""

    def __post_init__(self: _Measured) -> None:  # type: ignore[override] # the subclass has the fields
        """Refuse facts that are not of the kind, and derive a kind that is not written from the facts that are.

        Raises:
            ValueError: The facts are of another kind, or of two; msgspec makes an error of the line of it.
        """
        # This runs once a line, so what a sound manifest holds comes first.
        if self.image is not None:
            if self.kind == "image" and self.audio is None:
                return
            found = "image"
        elif self.audio is not None:
            if self.kind == "audio":
                return
            found = "audio"
        else:
            return
        if self.image is not None and self.audio is not None:
            raise ValueError("it has facts of an image and of a recording")
        if self.kind is None:
            force_setattr(self, "kind", found)  # type: ignore[arg-type]
        elif self.kind in KINDS:
            raise ValueError(f"its kind is {self.kind}, and its facts are those of kind {found}")


class Sample(MeasuredView, frozen=True, omit_defaults=True, dict=True):
    """One media file of a dataset, with its label, tags, split, facts, findings and origin.

    Attributes:
        path: As the user typed the folder, with `/` between parts; bytes that are not UTF-8 are surrogate-escaped.
        label: The class, or None where there is none.
        tags: Slice names: `dark` or `key=value`.
        split: `train`, `val`, `test` or a name of the user's.
        kind: `image` or `audio`; a sample of another kind passes through every command and takes no part.
        bytes: File size.
        mtime_ns: Time of the last change, nanoseconds since the epoch.
        etag: What a store calls this version of a key, or of the shard that it is in: a token, to be compared only.
        digest: `sha256:` and the SHA-256 of the file's bytes in hexadecimal.
        facts_version: Which definition of the facts they were measured by; None: only the header was read.
        image: Facts of an image.
        audio: Facts of a recording.
        findings: What the checks found.
        origin: Where a generated or moved sample came from.
        duplicate_of: Path of the copy that stands for this one, as `dedup --report` found it.
        text: What is said or to be seen in it, in words: a transcript, a caption.
        fold: In which round of a cross-validation it is tested, from 0 on; None: in none.
    """

    path: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None
    kind: str | None = None
    bytes: int | None = None
    mtime_ns: int | None = None
    digest: str | None = None
    facts_version: int | None = None
    image: ImageFacts | None = None
    audio: AudioFacts | None = None
    findings: tuple[Finding, ...] = ()
    origin: dict[str, object] | None = None
    duplicate_of: str | None = None
    etag: str | None = None
    text: str | None = None
    fold: int | None = None

    @property
    def facts(self) -> ImageFacts | AudioFacts | None:
        """What was measured, whatever the kind."""
        return self.image or self.audio
