"""Samples as people are asked about them: what a page is told of each, and what it is not told."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from curate.facts.records import AudioFacts, Finding, ImageFacts
from curate.journal.fs import digest_of
from curate.media.storage.address import join
from curate.records.origin import NOWHERE, Origin
from curate.records.sample import MeasuredView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curate.embeddings.store import Embeddings

Hidden = Literal["label", "prediction", "neighbours", "findings"]
HIDEABLE: tuple[Hidden, ...] = ("label", "prediction", "neighbours", "findings")
SCORED = ("wrong-label", "ambiguous-label", "outlier", "look-alike-label", "label-conflict")
"""Findings whose value is a score of the sample: the lower, the more there is to look at."""

NEIGHBOURS = 5

_DIGEST = re.compile("sha256:[0-9a-f]{64}")


class Subject(MeasuredView, frozen=True):
    """A sample as `review` reads it: its own fields, and those that other commands and programs write about it.

    What others write is typed loosely: a score that is a word is no reason to look at nothing.

    Attributes:
        prediction: The class that a model gives it.
        suggested: The class that it should have instead, as `issues` says.
        confidence: Probability of the prediction, 0 to 1.
        score: The lower, the sooner a person should look.
        neighbours: Paths or digests of the samples that are most like it.
    """

    path: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None
    kind: str | None = None
    bytes: int | None = None
    digest: str | None = None
    image: ImageFacts | None = None
    audio: AudioFacts | None = None
    findings: tuple[Finding, ...] = ()
    origin: Origin | None = None
    duplicate_of: str | None = None
    prediction: object = None
    suggested: object = None
    confidence: object = None
    score: object = None
    neighbours: object = None

    @property
    def rank(self) -> float | None:
        """The score, or that of the finding which has one; None: nobody scored it."""
        if isinstance(self.score, int | float) and not isinstance(self.score, bool):
            return float(self.score)
        return min((one.value for one in self.findings if one.check in SCORED and one.value is not None), default=None)

    @property
    def is_flagged(self) -> bool:
        """Whether something or somebody says that a person should look."""
        return bool(self.findings) or self.rank is not None or isinstance(self.suggested, str)

    @property
    def is_made(self) -> bool:
        """Whether a recipe made it, also where it takes the place of its source."""
        return (self.origin or NOWHERE).recipe is not None


class Neighbour(Struct, frozen=True, omit_defaults=True):
    """A sample that is like the one that is asked about."""

    digest: str
    label: str | None = None
    kind: str | None = None


class Side(Struct, frozen=True, omit_defaults=True):
    """One sample as the page is told of it; what is to be hidden from the person is not in it.

    Attributes:
        digest: Names its bytes, to the server too, which is never given a path.
        path: Empty where it would give the answer away.
        kind: `image` or `audio`.
        label: Given label.
        prediction: Another class that is proposed, or what a model says.
        confidence: Probability of that, 0 to 1.
        score: What the list can be sorted by; the lower, the sooner.
        tags: As in the manifest.
        split: As in the manifest.
        findings: Name of the check and its sentence.
        neighbours: The most like first.
        width: Pixels, as stored.
        height: Pixels, as stored.
        duration_s: Of a recording.
        bytes: File size.
    """

    digest: str
    path: str = ""
    kind: str | None = None
    label: str | None = None
    prediction: str | None = None
    confidence: float | None = None
    score: float | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None
    findings: tuple[tuple[str, str], ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None
    bytes: int | None = None


class Item(Struct, frozen=True, omit_defaults=True):
    """One question.

    Attributes:
        sides: The sample; of a pair the two, in the order of an answer's `first` and `second`.
        why: Why it is asked, in a sentence.
        stays: Which of a pair stays if nobody objects; empty: neither.
        round: 1 where the same was asked before.
    """

    sides: tuple[Side, ...]
    why: str = ""
    stays: Literal["", "first", "second"] = ""
    round: int = 0

    def without(self, hidden: "Sequence[Hidden]", *, path: bool = False) -> "Item":
        """Return it without what the person is not to see.

        Args:
            hidden: What to leave out.
            path: Leave out the path too, and all else that could give away where a file comes from.
        """
        changes: dict[str, object] = {}
        for name in hidden:
            changes |= _HIDING[name]
        if path:
            changes |= {"path": "", "tags": (), "split": None, "score": None, "bytes": None}
        sides = tuple(replace(side, **changes) for side in self.sides)
        return replace(self, sides=sides, why="" if "findings" in hidden else self.why)


_HIDING: Mapping[str, Mapping[str, object]] = {
    "label": {"label": None},
    "prediction": {"prediction": None, "confidence": None, "score": None},
    "neighbours": {"neighbours": ()},
    "findings": {"findings": ()},
}


def with_digests(subjects: "Iterable[Subject]", base: str, unreadable: list[str]) -> "Iterator[Subject]":
    """Pass samples on, with the digests that the manifest does not have; an answer is about bytes.

    Args:
        subjects: The samples.
        base: What their paths are relative to; empty: the working directory.
        unreadable: Takes the reason for each that is left out, because nobody could be shown it.
    """
    for one in subjects:
        if one.digest is not None and _DIGEST.fullmatch(one.digest):
            yield one
            continue
        try:
            yield replace(one, digest=digest_of(join(base, one.path)))
        except (OSError, ValueError) as error:
            unreadable.append(f"{one.path}: {getattr(error, 'strerror', None) or error}")


def with_neighbours(subjects: "Sequence[Subject]", store: "Embeddings") -> list[Subject]:
    """Return samples with the digests of those that are most like them, where they have a vector.

    Args:
        subjects: With digests.
        store: Their vectors.
    """
    from curate.embeddings.neighbours import nearest, unit

    places = store.places([one.digest for one in subjects])
    there = [one for one, place in zip(subjects, places.tolist(), strict=True) if place >= 0]
    if not there:
        return list(subjects)
    vectors = unit(store.vectors[places[places >= 0]], [one.path for one in there])
    rows = nearest(vectors, NEIGHBOURS).row.tolist()
    found = {id(one): tuple(there[at].digest for at in row) for one, row in zip(there, rows, strict=True)}
    return [replace(one, neighbours=found[id(one)]) if id(one) in found else one for one in subjects]


def side_of(subject: Subject, digests: Mapping[str, Subject]) -> Side:
    """Return what a page is told of a sample.

    Args:
        subject: With its digest.
        digests: All samples, by digest and by path, to find its neighbours among.
    """
    assert subject.digest is not None
    said = subject.suggested if isinstance(subject.suggested, str) else subject.prediction
    confidence, image, audio = subject.confidence, subject.image, subject.audio
    return Side(
        digest=subject.digest,
        path=subject.path,
        kind=subject.kind,
        label=subject.label,
        prediction=said if isinstance(said, str) else None,
        confidence=float(confidence) if isinstance(confidence, int | float) else None,
        score=subject.rank,
        tags=subject.tags,
        split=subject.split,
        findings=tuple((one.check, one.detail or _measured(one)) for one in subject.findings),
        neighbours=tuple(_neighbours(subject, digests)),
        width=image.width if image else None,
        height=image.height if image else None,
        duration_s=audio.duration_s if audio else None,
        bytes=subject.bytes,
    )


def classes_of(subjects: "Iterable[Subject]", more: "Sequence[str]" = ()) -> list[str]:
    """Return the classes that an answer may name: those given first, then labels and predictions by name."""
    found: set[str] = set()
    for one in subjects:
        found.update(name for name in (one.label, one.prediction, one.suggested) if isinstance(name, str))
    return [*more, *sorted(found - set(more), key=_as_people_sort)]


def _as_people_sort(name: str) -> list[tuple[int, int, str]]:
    """Return a key by which `take 2` comes before `take 10`."""
    parts = re.split(r"([0-9]+)", name.casefold())
    return [(1, int(part), "") if part.isascii() and part.isdecimal() else (0, 0, part) for part in parts]


def _neighbours(subject: Subject, known: Mapping[str, Subject]) -> "Iterator[Neighbour]":
    if not isinstance(subject.neighbours, list | tuple):
        return
    for name in subject.neighbours:
        other = known.get(name) if isinstance(name, str) else None
        if other and other.digest and other.digest != subject.digest:
            yield Neighbour(other.digest, other.label, other.kind)


def _measured(finding: Finding) -> str:
    if finding.value is None:
        return ""
    limit = "" if finding.threshold is None else f", threshold {finding.threshold:.4g}"
    return f"{finding.value:.4g}{limit}"
