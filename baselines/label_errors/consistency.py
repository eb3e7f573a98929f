"""Labels that contradict each other, whatever a model says: of one thing, of one spelling, of two classes."""

import re
import unicodedata
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from msgspec import Struct

from baselines.label_errors.confident import thresholds
from curate.embeddings.neighbours import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from baselines.data.labelled_samples import LabelledSample
    from baselines.label_errors.evidence import Evidence
    from curate.split.grouping import Grouping

    Vectors = NDArray[np.float32]
    Numbers = NDArray[np.int64]
    Shares = NDArray[np.float64]

Relation = Literal["same path", "same bytes", "copy", "same id"]

NEIGHBOURS = 10
"""Others that a label is held against in an embedding."""
_EXAMPLES = 10
_ROUNDING = 1e-6
_SEPARATORS = re.compile(r"[\s_\-]+")
_FEWEST_LETTERS = 4


class Conflict(NamedTuple):
    """One sample whose label contradicts that of others which are the same thing.

    Attributes:
        relation: What makes them the same.
        share: Of these, how many have this label, above 0, below 1.
        usual: The label that most of them have; None where two are equally frequent, or it is this one.
        labels: All their labels, sorted.
        other: Path of one with another label.
    """

    relation: Relation
    share: float
    usual: str | None
    labels: tuple[str, ...]
    other: str


class Near(NamedTuple):
    """The neighbours of each sample.

    Attributes:
        row: int64, shape (samples, k): their places, the nearest first.
        share: float64, shape (samples,): of them, how many have another label; 0 where there is no other sample.
    """

    row: "Numbers"
    share: "Shares"


class MixedUp(Struct, frozen=True):
    """Two classes that are mixed up: more a question to the guideline than single errors.

    Attributes:
        labels: Both, sorted.
        samples: With either label, and confidently of the other class.
        share: Of all samples with either label, 0 to 1.
        paths: Examples, the lowest probability of the given label first.
    """

    labels: tuple[str, str]
    samples: int
    share: float
    paths: tuple[str, ...]


class LookAlike(Struct, frozen=True):
    """Labels that are written almost alike, and may be meant as one.

    Attributes:
        labels: The most frequent first.
        samples: Of each.
    """

    labels: tuple[str, ...]
    samples: tuple[int, ...]


def conflicts(
    samples: "Sequence[LabelledSample]", copies: "Iterable[Sequence[int]]", identity: "Grouping | None" = None
) -> dict[int, Conflict]:
    """Return what contradicts, by the place of the sample; the closest relation of each.

    Args:
        samples: Labelled.
        copies: Places of samples that were confirmed to be copies of each other.
        identity: What else makes samples the same thing, so that they must have one label.
    """
    by_path, by_bytes, by_id = (defaultdict[str, list[int]](list) for _ in range(3))
    for at, one in enumerate(samples):
        by_path[one.path].append(at)
        if one.digest:
            by_bytes[one.digest].append(at)
        for name in identity.values(one.path, one.tags, one.digest) if identity else ():
            by_id[name].append(at)
    found: dict[int, Conflict] = {}
    groups: tuple[tuple[Relation, Iterable[Sequence[int]]], ...] = (
        ("same path", by_path.values()),
        ("same bytes", by_bytes.values()),
        ("copy", copies),
        ("same id", by_id.values()),
    )
    for relation, parts in groups:
        for part in parts:
            counts = Counter(samples[at].label or "" for at in part)
            if len(counts) > 1:
                for at in part:
                    found.setdefault(at, _conflict(relation, at, part, samples, counts))
    return found


def _conflict(
    relation: Relation, at: int, part: "Sequence[int]", samples: "Sequence[LabelledSample]", counts: Counter[str]
) -> Conflict:
    own = samples[at].label or ""
    (first, most), (_, second) = counts.most_common(2)
    return Conflict(
        relation,
        counts[own] / counts.total(),
        first if most > second and first != own else None,
        tuple(sorted(counts)),
        next(samples[other].path for other in part if samples[other].label != own),
    )


def look_alikes(counts: "Mapping[str, int]") -> list[LookAlike]:
    """Return the labels that differ only in case, blanks, signs between words, form of letters, or a plural's ending.

    No distance between spellings: `shirt` and `skirt` are one letter apart, and two classes.

    Args:
        counts: Samples of each label.
    """
    spelled: defaultdict[str, list[str]] = defaultdict(list)
    for label in counts:
        spelled[_spelling(label)].append(label)
    found = [sorted(labels, key=lambda label: (-counts[label], label)) for labels in spelled.values()]
    return [
        LookAlike(tuple(labels), tuple(counts[label] for label in labels))
        for labels in sorted(found)
        if len(labels) > 1
    ]


def _spelling(label: str) -> str:
    text = _SEPARATORS.sub(" ", unicodedata.normalize("NFKC", label).casefold()).strip()
    if text.isdecimal():
        return str(int(text)) if len(text) < 20 else text
    # `glass` and `boss` are no plurals, and of short words an s is more often another word (`a`, `as`).
    if len(text) >= _FEWEST_LETTERS and text.endswith("s") and not text.endswith("ss"):
        if text.endswith("ies"):
            return f"{text[:-3]}y"
        return text[:-2] if text.endswith(("ses", "xes", "zes", "ches", "shes")) else text[:-1]
    return text


def mixed_up(evidence: "Evidence") -> list[MixedUp]:
    """Return the pairs of classes that are mixed up, the most frequent first."""
    given, found = evidence.given, evidence.probabilities
    limit = thresholds(found, given)
    reached = found >= limit - _ROUNDING
    likeliest = np.where(reached, found, -1.0).argmax(axis=1)
    own = found[np.arange(len(given)), given]
    wrong = np.flatnonzero(reached.any(axis=1) & (likeliest != given) & np.isfinite(limit[given]))
    pairs: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for at in wrong[np.argsort(own[wrong], kind="stable")].tolist():
        first, second = sorted((int(given[at]), int(likeliest[at])))
        pairs[first, second].append(at)
    counts = np.bincount(given, minlength=len(evidence.labels))
    report = [
        MixedUp(
            (evidence.labels[first], evidence.labels[second]),
            len(places),
            len(places) / int(counts[first] + counts[second]),
            tuple(evidence.samples[at].path for at in places[:_EXAMPLES]),
        )
        for (first, second), places in pairs.items()
    ]
    return sorted(report, key=lambda pair: (-pair.samples, -pair.share, pair.labels))


def other_labels_near(vectors: "Vectors", given: "Numbers", k: int = NEIGHBOURS) -> Near:
    """Return the nearest neighbours of each sample, and the share of them that have another label.

    Args:
        vectors: float32, shape (samples, length), of length 1.
        given: Label of each sample.
        k: Neighbours; fewer where there are fewer.
    """
    rows = nearest(vectors, k).row
    if not rows.shape[1]:
        return Near(rows, np.zeros(len(given)))
    return Near(rows, np.asarray((given[rows] != given[:, None]).mean(axis=1)))
