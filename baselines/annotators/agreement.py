"""How well annotators agree: with each other beyond chance, and on each tag, which is the human level there."""

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.annotators.answers import Effort, ToldApart
from baselines.annotators.human_level import HumanLevel, human_levels
from baselines.annotators.kappa import cohen, fleiss, krippendorff
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from baselines.annotators.annotations import Annotations


PAIRED = 40
"""Annotators who are held against each other pair by pair; the 80,000 pairs of 400 took 7 s and 11 MB of JSON."""


class AnnotatorAgreement(Struct, frozen=True):
    """One annotator beside all others.

    Attributes:
        annotator: The name.
        samples: That this annotator and at least one other labelled.
        agreement: Share of the others' labels of these samples that are the same; None without samples.
    """

    annotator: str
    samples: int
    agreement: float | None


class PairAgreement(Struct, frozen=True):
    """Two annotators.

    Attributes:
        annotators: Their names, sorted.
        samples: That both labelled.
        agreement: Share of these with the same label; None without samples.
        kappa: Cohen's; None where it is not defined.
    """

    annotators: tuple[str, str]
    samples: int
    agreement: float | None
    kappa: float | None


class Disagreement(Struct, frozen=True):
    """Two labels that were given to the same sample, and to how many samples."""

    labels: tuple[str, str]
    samples: int


class Fleiss(Struct, frozen=True):
    """The kappa of Fleiss, and of which samples: those with `labels_each` labels, the most frequent number."""

    kappa: float | None
    samples: int
    labels_each: int


class Agreement(Struct, frozen=True):
    """Annotators against each other.

    Attributes:
        samples: With one label or more.
        compared: With two labels or more.
        annotators: Sorted.
        labels: That were used, sorted.
        missing: Rows without a label.
        each: Every annotator beside the others, in their order.
        pairs: Every two annotators; of more than `PAIRED`, those with the most labels.
        fleiss: Over all annotators.
        alpha: Krippendorff's, over all annotators and all samples with two labels or more.
        disagreements: Pairs of labels, the most frequent first.
        human_level: By tag, sorted, after that of all samples.
        measured_against: What the human level is measured against: `manifest`, `other annotators`, or, of answers to
            `realism`, `what was made`.
        unknown: Samples that the manifest has no label of.
        effort: Time and steadiness of each annotator, where answers of a review tell.
        blind: Whether nobody was shown a label; None where that is not known.
        told_apart: How well each annotator told real from made, where that was asked.
    """

    samples: int
    compared: int
    annotators: tuple[str, ...]
    labels: tuple[str, ...]
    missing: int
    each: tuple[AnnotatorAgreement, ...]
    pairs: tuple[PairAgreement, ...]
    fleiss: Fleiss
    alpha: float | None
    disagreements: tuple[Disagreement, ...]
    human_level: tuple[HumanLevel, ...]
    measured_against: str
    unknown: int
    effort: tuple[Effort, ...] = ()
    blind: bool | None = None
    told_apart: tuple[ToldApart, ...] = ()


def agree(
    annotations: "Annotations",
    truth: "Mapping[str, str] | None" = None,
    tags: "Mapping[str, tuple[str, ...]] | None" = None,
) -> Agreement:
    """Return how well annotators agree.

    Args:
        annotations: Their labels.
        truth: Path to the right label; without it, annotators are judged by each other.
        tags: Path to further tags of the sample.

    Raises:
        InputError: No sample has two labels, or none has a right label.
    """
    counts = {path: Counter(given.values()) for path, given in annotations.labels.items()}
    compared = [found for found in counts.values() if found.total() >= 2]
    if not compared and truth is None:
        raise InputError("no sample was labelled by two annotators, so there is nothing to compare")
    # The kappa of Fleiss needs the same number of labels on every sample: of the most frequent number all samples, and
    # of equally frequent ones the larger, which says more of each.
    numbers = Counter(found.total() for found in compared)
    each = max(numbers, key=lambda number: (numbers[number], number), default=0)
    return Agreement(
        samples=len(counts),
        compared=len(compared),
        annotators=annotations.annotators,
        labels=tuple(sorted({label for found in counts.values() for label in found})),
        missing=annotations.missing,
        each=_each(annotations, counts),
        pairs=_pairs(annotations),
        fleiss=Fleiss(
            fleiss([found for found in compared if found.total() == each]) if compared else None, numbers[each], each
        ),
        # One annotator against a manifest has a human level, and nobody to agree with.
        alpha=krippendorff(compared) if compared else None,
        disagreements=_disagreements(compared),
        human_level=human_levels(annotations, truth, tags or {}),
        measured_against="other annotators" if truth is None else "manifest",
        unknown=0 if truth is None else len(counts.keys() - truth.keys()),
    )


def _each(annotations: "Annotations", counts: "Mapping[str, Counter[str]]") -> tuple[AnnotatorAgreement, ...]:
    samples, same, others = Counter[str](), Counter[str](), Counter[str]()
    for path, given in annotations.labels.items():
        # By how often each label was given: to hold every label against every other is quadratic in annotators.
        if (other := len(given) - 1) > 0:
            for name, label in given.items():
                samples[name] += 1
                same[name] += counts[path][label] - 1
                others[name] += other
    return tuple(
        AnnotatorAgreement(name, samples[name], same[name] / others[name] if others[name] else None)
        for name in annotations.annotators
    )


def _pairs(annotations: "Annotations") -> tuple[PairAgreement, ...]:
    labels = Counter(name for given in annotations.labels.values() for name in given)
    paired = set(sorted(annotations.annotators, key=lambda name: (-labels[name], name))[:PAIRED])
    # Sample by sample: most pairs of a crowd of annotators share no sample, and to look through all samples for each
    # pair took 7 s for 400 annotators.
    shared: dict[tuple[str, str], list[tuple[str, str]]] = {pair: [] for pair in combinations(sorted(paired), 2)}
    for given in annotations.labels.values():
        for one, other in combinations(sorted(paired.intersection(given)), 2):
            shared[one, other].append((given[one], given[other]))
    found = []
    for names, both in shared.items():
        same = sum(first == second for first, second in both)
        found.append(PairAgreement(names, len(both), same / len(both) if both else None, cohen(both) if both else None))
    return tuple(found)


def _disagreements(compared: "Iterable[Counter[str]]") -> tuple[Disagreement, ...]:
    # Each pair once a sample, however many annotators gave these labels: samples are counted, not opinions.
    counts = Counter(pair for found in compared for pair in combinations(sorted(found), 2))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Disagreement(labels, count) for labels, count in ordered)
