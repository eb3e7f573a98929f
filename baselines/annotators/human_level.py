"""Human level: how well people do on each tag, which is the target that `weak` measures the gap to."""

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.metrics.intervals import wilson
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from baselines.annotators.annotations import Annotations

ALL = "(all)"
"""Stands for all samples, whatever their tags."""


class HumanLevel(Struct, frozen=True):
    """How well people do on the samples of a tag.

    Attributes:
        tag: The tag, or `(all)`.
        human: Their accuracy, 0 to 1.
        samples: Samples with that tag that more than one annotator, or one and the manifest, labelled.
        interval: 95 % Wilson interval of the accuracy with `samples` for n: labels of one sample are not independent.
    """

    tag: str
    human: float
    samples: int | None = None
    interval: tuple[float, float] | None = None


def human_levels(
    annotations: "Annotations", truth: "Mapping[str, str] | None", tags: "Mapping[str, tuple[str, ...]]"
) -> tuple[HumanLevel, ...]:
    """Return the human level of all samples and of each tag.

    With the truth it is the share of labels that are right. Without, each label is held against the most frequent one
    of the other annotators of the sample; where k labels share that place, one of them counts 1/k.

    Raises:
        InputError: No sample has a right label.
    """
    scores: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    for path, given in annotations.labels.items():
        score = _against_others(given) if truth is None else _against_truth(given, truth.get(path))
        if score:
            for tag in {ALL, *annotations.tags.get(path, ()), *tags.get(path, ())}:
                scores[tag].append(score)
    if not scores:
        raise InputError("the manifest has a label of none of the samples; its paths have to be those of the file")
    return tuple(_level(tag, scores[tag]) for tag in sorted(scores, key=lambda tag: (tag != ALL, tag)))


def _against_truth(given: "Mapping[str, str]", label: str | None) -> tuple[float, int] | None:
    return None if label is None else (sum(found == label for found in given.values()), len(given))


def _against_others(given: "Mapping[str, str]") -> tuple[float, int] | None:
    counts = Counter(given.values())
    if counts.total() < 2:
        return None
    return sum(_credit(label, counts - Counter([label])) for label in given.values()), counts.total()


def _credit(label: str, others: "Counter[str]") -> float:
    highest = max(others.values())
    return (others[label] == highest) / sum(count == highest for count in others.values())


def _level(tag: str, scores: "list[tuple[float, int]]") -> HumanLevel:
    right, labels = sum(score for score, _ in scores), sum(count for _, count in scores)
    return HumanLevel(tag, right / labels, len(scores), wilson(right / labels * len(scores), len(scores)))
