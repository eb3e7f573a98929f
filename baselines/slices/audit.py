"""What a model gets wrong: all metrics, the pairs of classes that it confuses, and labels that are likely wrong."""

from collections import Counter
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from baselines.metrics.metrics import Metrics, measure
from baselines.runs.run_folder import predictions_of_run, record_of_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from baselines.data.predictions import Prediction
    from baselines.metrics.metrics import Confusion

MISTAKES = 20


class Confused(Struct, frozen=True):
    """One class that was taken for another.

    Attributes:
        label: The true class.
        prediction: What it was taken for.
        samples: How often.
        share: Of the samples of the true class, 0 to 1.
    """

    label: str
    prediction: str
    samples: int
    share: float


class Mistake(Struct, frozen=True):
    """One sample that the model got wrong; the fields are those of its prediction, and the label's probability."""

    path: str
    label: str
    prediction: str
    confidence: float | None
    tags: tuple[str, ...]
    kind: str | None
    label_probability: float | None = None


class Audit(Metrics, frozen=True):
    """The metrics, as `metrics.json` has them, and what is wrong.

    Attributes:
        confused: Pairs of classes, the most frequent first.
        wrong: Samples that the model got wrong.
        mistakes: Of these the likeliest label errors, as `likely_label_errors` ranks them.
        mistakes_by: What they are ranked by: `label probability`, or `confidence` where a model gives no more.
    """

    confused: tuple[Confused, ...]
    wrong: int
    mistakes: tuple[Mistake, ...]
    mistakes_by: Literal["label probability", "confidence"]


def audit_run(folder: str, mistakes: int = MISTAKES) -> Audit:
    """Return the audit of a run; errors as `predictions_of_run`'s."""
    record = record_of_run(folder)
    return audit(predictions_of_run(folder), mistakes, record.training_majority if record else None)


def audit(predictions: "Sequence[Prediction]", mistakes: int = MISTAKES, training_majority: str | None = None) -> Audit:
    """Return the audit of some predictions.

    Args:
        predictions: Of the samples of the test set.
        mistakes: How many of the mistakes to name.
        training_majority: The most frequent class of the training part; None where there is none.

    Raises:
        InputError: There are no predictions.
    """
    metrics = measure(predictions, training_majority)
    wrong = likely_label_errors(predictions)
    fields = {name: getattr(metrics, name) for name in metrics.__struct_fields__}
    return Audit(
        **fields,
        confused=confused_classes(metrics.confusion),
        wrong=len(wrong),
        mistakes=tuple(map(mistake_of, wrong[:mistakes])),
        mistakes_by="label probability" if any(found.probabilities for found in wrong) else "confidence",
    )


def mistake_of(found: "Prediction") -> Mistake:
    """Return what is to be known of a prediction that is wrong."""
    fields = (found.path, found.label, found.prediction, found.confidence, found.tags, found.kind)
    return Mistake(*fields, label_probability(found))


def label_probability(found: "Prediction") -> float | None:
    """Return the probability of the label that the sample has, 0 to 1; None where the model gives none."""
    return found.probabilities.get(found.label, 0.0) if found.probabilities else None


def likely_label_errors(predictions: "Iterable[Prediction]") -> "list[Prediction]":
    """Return the samples that a model got wrong, those whose own label is the least likely first.

    By the probability of the given label and not by the confidence in another one ("self-confidence", Northcutt et al.
    2021, "Confident Learning"): whoever is sure of a third class says little of the given one. Those without
    probabilities come last, the most confident first.
    """
    wrong = (found for found in predictions if found.label != found.prediction)
    return sorted(wrong, key=_label_first)


def confused_classes(confusion: "Confusion") -> tuple[Confused, ...]:
    """Return the pairs of classes that were confused: most samples first, then larger share, then name."""
    return tuple(sorted(_pairs(confusion), key=lambda found: (-found.samples, -found.share, found.label)))


def _pairs(confusion: "Confusion") -> "Iterator[Confused]":
    totals: Counter[int] = Counter()
    for row, _, count in confusion.cells():
        totals[row] += count
    for row, column, count in confusion.cells():
        if column != row:
            # As a share of its class: ten samples of a rare class matter more than ten of a common one.
            yield Confused(confusion.labels[row], confusion.labels[column], count, count / totals[row])


def _label_first(found: "Prediction") -> tuple[bool, float, bool, float, str]:
    likely = label_probability(found)
    return likely is None, likely or 0.0, found.confidence is None, -(found.confidence or 0.0), found.path
