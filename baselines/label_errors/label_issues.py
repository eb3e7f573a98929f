"""What is wrong with labels: everything that was found about each sample, in one list, and how good that list is."""

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from msgspec import Struct

from baselines.label_errors.confident import FEWEST, estimated_errors, flagged, is_sure
from baselines.label_errors.consistency import (
    NEIGHBOURS,
    Conflict,
    LookAlike,
    MixedUp,
    look_alikes,
    mixed_up,
    other_labels_near,
)
from baselines.label_errors.planting import Planted
from curate.check.checks import EMBEDDING_CHECKS, LABEL_CHECKS
from curate.embeddings.spread import find_outliers
from curate.facts.records import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from baselines.data.labelled_samples import LabelledSample
    from baselines.label_errors.evidence import Evidence

    Vectors = NDArray[np.float32]

IssueKind = Literal["wrong-label", "ambiguous-label", "outlier", "look-alike", "conflict"]

CHECK_OF: "Mapping[IssueKind, str]" = {
    "wrong-label": "wrong-label",
    "ambiguous-label": "ambiguous-label",
    "outlier": "outlier",
    "look-alike": "look-alike-label",
    "conflict": "label-conflict",
}
"""The name of the finding that each kind becomes in a manifest."""
_DIGITS = 4


class Issue(Struct, frozen=True):
    """One thing that is wrong with the label of one sample, or may be.

    Attributes:
        path: Of the sample.
        label: As given.
        score: The lower, the worse, 0 to 1: of wrong and ambiguous labels the probability of the given one; of
            conflicts and look-alikes the share of the samples that have it; of outliers threshold / distance.
        suggested: The label that it may rather have; None where nothing tells.
        kind: What it is.
        why: In words.
        media: `image` or `audio`.
        split: Of the sample.
        neighbours: Share of its nearest neighbours in the embedding that have another label; None without one.
        nearest: Digests, or paths, of these; empty without an embedding.
    """

    path: str
    label: str
    score: float
    suggested: str | None
    kind: IssueKind
    why: str
    media: str | None = None
    split: str | None = None
    neighbours: float | None = None
    nearest: tuple[str, ...] = ()


class Judged(Struct, frozen=True):
    """What models said of the labels of one kind of files.

    Attributes:
        media: `image` or `audio`.
        judged: Samples whose label was held against models that did not learn it.
        estimated: Wrong labels among them, by the calibrated confident joint, and at most what planted errors allow.
        flagged: Samples with a wrong or an ambiguous label in the list.
        source: Whose probabilities these are.
        planted: What became of planted errors; None where nothing could be planted.
        mixed_up: Pairs of classes, the most frequent first.
    """

    media: str
    judged: int
    estimated: float
    flagged: int
    source: str
    planted: Planted | None
    mixed_up: tuple[MixedUp, ...]


class Issues(Struct, frozen=True):
    """All that was found.

    Attributes:
        samples: The lowest score first.
        looked_at: Labelled samples that were looked at.
        counts: Samples of each kind of issue.
        judged: By kind of files.
        look_alikes: Labels that are written almost alike.
        notes: What to know of it, a sentence each.
    """

    samples: tuple[Issue, ...]
    looked_at: int
    counts: dict[str, int]
    judged: tuple[Judged, ...]
    look_alikes: tuple[LookAlike, ...]
    notes: tuple[str, ...] = ()


class WrongLabels(NamedTuple):
    """Labels that models doubt, and the report of it."""

    issues: list[Issue]
    judged: Judged
    notes: list[str]


def wrong_labels(
    evidence: "Evidence",
    vectors: "Vectors | None" = None,
    planted: Planted | None = None,
    top: int | None = None,
) -> WrongLabels:
    """Return the labels that are likely wrong, the lowest probability of the given one first.

    Where the model is not sure of any class, the label is ambiguous: a person may not know either.

    Args:
        evidence: Labels and probabilities, of one kind of files.
        vectors: Embedding of the samples at length 1, float32 of shape (samples, length); None: there is none.
        planted: What became of planted errors.
        top: How many to list, instead of as many as the joint estimates.
    """
    given, found = evidence.given, evidence.probabilities
    places = flagged(found, given, top)
    sure = is_sure(found, given)
    near = None if vectors is None else other_labels_near(vectors, given)
    issues = []
    for at in places.tolist():
        sample, best = evidence.samples[at], int(found[at].argmax())
        suggested = evidence.labels[best]
        shares = f"{sample.label} {found[at, given[at]]:.3f}, {suggested} {found[at, best]:.3f}"
        why = f"models that did not learn it give {shares}"
        share: float | None = None
        others: tuple[str, ...] = ()
        if near is not None:
            share = round(float(near.share[at]), _DIGITS)
            others = tuple(_name(evidence.samples[place]) for place in near.row[at].tolist())
            why += f"; {100 * share:.0f} % of its {NEIGHBOURS} nearest have another label"
        kind: IssueKind = "wrong-label" if sure[at] else "ambiguous-label"
        score = round(float(found[at, given[at]]), _DIGITS)
        issues.append(_issue(sample, score, suggested, kind, why, share, others))
    estimated = estimated_errors(found, given)
    if planted:
        estimated = min(estimated, planted.at_most)
    media = next((one.kind for one in evidence.samples if one.kind), None) or ""
    report = Judged(
        media,
        len(given),
        round(estimated, 2),
        len(places),
        evidence.source,
        planted,
        tuple(mixed_up(evidence)),
    )
    return WrongLabels(issues, report, [*evidence.notes, *_few(evidence)])


def _few(evidence: "Evidence") -> "list[str]":
    counts = Counter(evidence.labels[at] for at in evidence.given.tolist())
    few = sorted(label for label, count in counts.items() if count < FEWEST)
    if not few:
        return []
    shown = ", ".join(few[:5]) + ", …" * (len(few) > 5)
    return [
        f"classes under {FEWEST} samples have no threshold, and their labels are ranked with --top only: "
        f"{len(few):,} ({shown})"
    ]


def conflict_issues(samples: "Sequence[LabelledSample]", found: "Mapping[int, Conflict]") -> list[Issue]:
    """Return the issues of conflicting labels; `found` is by the place of the sample."""
    same = {
        "same path": "the same path",
        "same bytes": "the same bytes",
        "copy": "a copy of it",
        "same id": "the same id",
    }
    return [
        _issue(
            samples[at],
            one.share,
            one.usual,
            "conflict",
            f"{same[one.relation]} has the labels {', '.join(map(repr, one.labels))}: {one.other}",
        )
        for at, one in sorted(found.items())
    ]


def look_alike_issues(samples: "Sequence[LabelledSample]", found: "Sequence[LookAlike]") -> list[Issue]:
    """Return the issues of labels that are written almost as a more frequent one."""
    usual = {label: one for one in found for label in one.labels[1:]}
    issues = []
    for sample in samples:
        if one := usual.get(sample.label or ""):
            count = one.samples[one.labels.index(sample.label or "")]
            why = f"{sample.label!r} ({count:,}) is written almost like {one.labels[0]!r} ({one.samples[0]:,})"
            issues.append(_issue(sample, count / sum(one.samples), one.labels[0], "look-alike", why))
    return issues


def outlier_issues(samples: "Sequence[LabelledSample]", vectors: "Vectors") -> list[Issue]:
    """Return the issues of samples that are far from all others in an embedding; contents count once.

    Args:
        samples: In their order.
        vectors: At length 1, float32 of shape (samples, length).
    """
    # Two copies of an odd picture are each other's neighbours, and neither would be far from all others.
    first: dict[str, int] = {}
    for at, one in enumerate(samples):
        first.setdefault(one.digest or one.path, at)
    rows = np.array(list(first.values()), np.int64)
    found = find_outliers(vectors[rows])
    score = dict(zip(first, found.score.tolist(), strict=True))
    issues = []
    for one in samples:
        distance = score[one.digest or one.path]
        if distance > found.threshold:
            why = f"mean distance to its {NEIGHBOURS} nearest {distance:.3f}, unusual above {found.threshold:.3f}"
            issues.append(_issue(one, found.threshold / distance, None, "outlier", why))
    return issues


def _issue(
    sample: "LabelledSample",
    score: float,
    suggested: str | None,
    kind: IssueKind,
    why: str,
    neighbours: float | None = None,
    nearest: tuple[str, ...] = (),
) -> Issue:
    label = sample.label or ""
    return Issue(
        sample.path, label, round(score, _DIGITS), suggested, kind, why, sample.kind, sample.split, neighbours, nearest
    )


def _name(sample: "LabelledSample") -> str:
    return sample.digest or sample.path


def assemble(
    issues: "Sequence[Issue]", judged: "Sequence[Judged]", samples: "Sequence[LabelledSample]", notes: "Sequence[str]"
) -> Issues:
    """Return everything as one list, the lowest score first, with its counts."""
    # Of equal scores in the order in which they were ranked, which goes by more digits than are shown.
    return Issues(
        tuple(sorted(issues, key=lambda one: one.score)),
        len(samples),
        dict(Counter(one.kind for one in issues)),
        tuple(judged),
        tuple(look_alikes(Counter(one.label or "" for one in samples))),
        tuple(notes),
    )


def finding_of(issue: Issue) -> Finding:
    """Return the issue as a finding of its sample."""
    name = CHECK_OF[issue.kind]
    check = LABEL_CHECKS.get(name) or EMBEDDING_CHECKS[name]
    said = f"{issue.suggested!r} rather than {issue.label!r}: " if issue.suggested else ""
    return Finding(name, check.severity, issue.score, detail=f"{said}{issue.why}")
