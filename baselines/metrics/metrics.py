"""`metrics.json`: how good a model is over all, in each class and on each tag."""

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.metrics.intervals import wilson
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from baselines.data.predictions import Prediction


class ClassMetrics(Struct, frozen=True):
    """One class; all shares are 0 to 1, and 0 where the formula has nothing to divide by.

    Attributes:
        precision: Of the samples that were taken for this class, the share that belongs to it.
        recall: Of the samples of this class, the share that was recognized.
        f1: 2 · precision · recall / (precision + recall).
        samples: Of this class; 0 for a class that was only ever predicted.
    """

    precision: float
    recall: float
    f1: float
    samples: int


class Confusion(Struct, frozen=True):
    """Which class was taken for which.

    Attributes:
        labels: Every class that occurs, true or predicted, sorted.
        matrix: `matrix[i][j]` samples of class `labels[i]` were taken for `labels[j]`.
    """

    labels: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]


class TagMetrics(Struct, frozen=True):
    """The samples that carry a tag.

    Attributes:
        samples: How many.
        accuracy: Share of them that is right, 0 to 1.
        interval: 95 % Wilson interval of the accuracy.
    """

    samples: int
    accuracy: float
    interval: tuple[float, float]


class Metrics(Struct, frozen=True):
    """What `metrics.json` holds; all shares are fractions.

    Attributes:
        accuracy: Share of the samples that is right.
        balanced_accuracy: Mean recall of the classes that have samples.
        macro_f1: Mean F1 of all classes, the ones that were only predicted among them (as scikit-learn's).
        majority_accuracy: Accuracy of always guessing the most frequent class.
        samples: Number of samples.
        per_class: By class, sorted.
        confusion: Which class was taken for which.
        per_tag: By tag, sorted; a sample counts in each of its tags.
    """

    accuracy: float
    balanced_accuracy: float
    macro_f1: float
    majority_accuracy: float
    samples: int
    per_class: dict[str, ClassMetrics]
    confusion: Confusion
    per_tag: dict[str, TagMetrics]


def measure(predictions: "Sequence[Prediction]", majority: str | None = None) -> Metrics:
    """Return the metrics of some predictions.

    Args:
        predictions: One for each sample of the test set.
        majority: The class that is guessed by who knows nothing: the most frequent of the training set. Without it,
            the most frequent of these samples.

    Raises:
        InputError: There are no predictions.
    """
    if not predictions:
        raise InputError("there are no predictions to measure; the test set has no samples with a label")
    pairs = Counter((found.label, found.prediction) for found in predictions)
    truth = Counter(found.label for found in predictions)
    guess = min(truth, key=lambda label: (-truth[label], label)) if majority is None else majority
    classes = _per_class(pairs, truth)
    return Metrics(
        accuracy=_correct(predictions) / len(predictions),
        balanced_accuracy=_mean(found.recall for found in classes.values() if found.samples),
        macro_f1=_mean(found.f1 for found in classes.values()),
        majority_accuracy=truth[guess] / len(predictions),
        samples=len(predictions),
        per_class=classes,
        confusion=Confusion(tuple(classes), tuple(tuple(pairs[row, column] for column in classes) for row in classes)),
        per_tag={tag: measure_tag(found) for tag, found in sorted(by_tag(predictions).items())},
    )


def by_tag(predictions: "Iterable[Prediction]") -> "dict[str, list[Prediction]]":
    """Return the predictions of the samples that carry each tag, which overlap."""
    tagged = defaultdict(list)
    for found in predictions:
        for tag in dict.fromkeys(found.tags):
            tagged[tag].append(found)
    return dict(tagged)


def measure_tag(predictions: "Sequence[Prediction]") -> TagMetrics:
    """Return the metrics of the samples of one tag, of which there is one or more."""
    right, samples = _correct(predictions), len(predictions)
    return TagMetrics(samples, right / samples, wilson(right, samples))


def class_metrics(right: int, predicted: int, samples: int) -> ClassMetrics:
    """Return the metrics of one class from its counts.

    Args:
        right: Samples of the class that were recognized (true positives).
        predicted: Samples that were taken for it (true and false positives).
        samples: Samples of the class (true positives and false negatives).
    """
    f1 = 2 * right / (predicted + samples) if predicted + samples else 0.0
    return ClassMetrics(right / predicted if predicted else 0.0, right / samples if samples else 0.0, f1, samples)


def _per_class(pairs: "Counter[tuple[str, str]]", truth: "Counter[str]") -> dict[str, ClassMetrics]:
    predicted: Counter[str] = Counter()
    for (_, prediction), count in pairs.items():
        predicted[prediction] += count
    labels = sorted(truth.keys() | predicted.keys())
    return {label: class_metrics(pairs[label, label], predicted[label], truth[label]) for label in labels}


def _correct(predictions: "Sequence[Prediction]") -> int:
    return sum(found.label == found.prediction for found in predictions)


def _mean(values: "Iterable[float]") -> float:
    listed = list(values)
    return sum(listed) / len(listed)
