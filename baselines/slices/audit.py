"""What a model gets wrong: all metrics, the pairs of classes that it confuses, and its most confident mistakes."""

from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.metrics.metrics import Metrics, measure
from baselines.runs.run_folder import predictions_of_run, record_of_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
    """One sample that the model got wrong; the fields are those of its prediction."""

    path: str
    label: str
    prediction: str
    confidence: float | None
    tags: tuple[str, ...]
    kind: str | None


class Audit(Metrics, frozen=True):
    """The metrics, as `metrics.json` has them, and what is wrong.

    Attributes:
        confused: Pairs of classes, the most frequent first.
        wrong: Samples that the model got wrong.
        mistakes: Of these the most confident, most confident first; those without a confidence last.
    """

    confused: tuple[Confused, ...]
    wrong: int
    mistakes: tuple[Mistake, ...]


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
    wrong = [found for found in predictions if found.label != found.prediction]
    fields = {name: getattr(metrics, name) for name in metrics.__struct_fields__}
    return Audit(
        **fields,
        confused=confused_classes(metrics.confusion),
        wrong=len(wrong),
        mistakes=tuple(
            Mistake(found.path, found.label, found.prediction, found.confidence, found.tags, found.kind)
            for found in sorted(wrong, key=_confidence_first)[:mistakes]
        ),
    )


def confused_classes(confusion: "Confusion") -> tuple[Confused, ...]:
    """Return the pairs of classes that were confused: most samples first, then larger share, then name."""
    return tuple(sorted(_pairs(confusion), key=lambda found: (-found.samples, -found.share, found.label)))


def _pairs(confusion: "Confusion") -> "Iterator[Confused]":
    for row, label in enumerate(confusion.labels):
        counts = confusion.matrix[row]
        for column, count in enumerate(counts):
            if count and column != row:
                # As a share of its class: ten samples of a rare class matter more than ten of a common one.
                yield Confused(label, confusion.labels[column], count, count / sum(counts))


def _confidence_first(found: "Prediction") -> tuple[bool, float, str]:
    # Sure and wrong is where labels are wrong most often; of what gives no confidence nobody knows, so it comes last.
    return found.confidence is None, -(found.confidence or 0), found.path
