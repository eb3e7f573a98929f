"""`metrics.json`: how good a model is over all, in each class and on each tag."""

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.metrics.clusters import name_groups, share_interval, spread
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from baselines.data.predictions import Prediction


class ClassMetrics(Struct, frozen=True):
    """One class; all shares are 0 to 1. Of a class without test samples nothing is known: its shares are None.

    Attributes:
        precision: Of the samples that were taken for this class, the share that belongs to it; None where none were.
        recall: Of the samples of this class, the share that was recognized.
        f1: 2 TP / (2 TP + FP + FN), which is 2 · precision · recall / (precision + recall) where both are known.
        samples: Of this class; 0 for a class that was only ever predicted.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    samples: int


MOST_IN_MATRIX = 200
"""Classes that a matrix is written of: that of 5,000 took 280 MB, nearly all of it zeros."""


class Confusion(Struct, frozen=True, omit_defaults=True):
    """Which class was taken for which.

    Attributes:
        labels: Every class that occurs, true or predicted, sorted.
        matrix: `matrix[i][j]` samples of class `labels[i]` were taken for `labels[j]`; empty of more than
            `MOST_IN_MATRIX` classes.
        counts: Of more classes, `[i, j, samples]` for what occurs, in the order of the matrix; else empty.
    """

    labels: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]
    counts: tuple[tuple[int, int, int], ...] = ()

    def cells(self) -> "Iterator[tuple[int, int, int]]":
        """Yield row, column and number of samples of what occurs, row by row."""
        if self.counts:
            yield from self.counts
        for row, counts in enumerate(self.matrix):
            yield from ((row, column, count) for column, count in enumerate(counts) if count)


class TagMetrics(Struct, frozen=True):
    """The samples that carry a tag.

    Attributes:
        samples: How many.
        accuracy: Share of them that is right, 0 to 1.
        interval: 95 % interval of the accuracy: Wilson's; by group and with the spread of repeats where they are known.
        groups: How many groups they come in; None where that is not known.
        effective_samples: How many independent samples would say as much.
    """

    samples: int
    accuracy: float
    interval: tuple[float, float]
    groups: int | None = None
    effective_samples: float | None = None


class Metrics(Struct, frozen=True):
    """What `metrics.json` holds; all shares are fractions.

    Attributes:
        accuracy: Share of the samples that is right.
        balanced_accuracy: Mean recall of the classes that have samples.
        macro_f1: Mean F1 of all classes; one that was only ever predicted counts as 0 (as scikit-learn's).
        majority_accuracy: Accuracy of always guessing the class that is the most frequent among these samples.
        training_majority_accuracy: Accuracy on these samples of always guessing the class that is the most frequent
            among the training samples; None where there is no training part.
        interval: 95 % interval of the accuracy, as of a tag.
        groups: How many groups the samples come in; None where that is not known.
        effective_samples: How many independent samples would say as much.
        repeats: How many other draws of the training part the interval holds the spread of.
        samples: Number of samples.
        per_class: By class, sorted.
        confusion: Which class was taken for which.
        per_tag: By tag, sorted; a sample counts in each of its tags.
    """

    accuracy: float
    balanced_accuracy: float
    macro_f1: float
    majority_accuracy: float
    training_majority_accuracy: float | None
    interval: tuple[float, float]
    groups: int | None
    effective_samples: float | None
    repeats: int
    samples: int
    per_class: dict[str, ClassMetrics]
    confusion: Confusion
    per_tag: dict[str, TagMetrics]


def measure(predictions: "Sequence[Prediction]", training_majority: str | None = None) -> Metrics:
    """Return the metrics of some predictions.

    Args:
        predictions: One for each sample of the test set.
        training_majority: The most frequent class of the training part; None where there is none.

    Raises:
        InputError: There are no predictions.
    """
    if not predictions:
        raise InputError("there are no predictions to measure; the test set has no samples with a label")
    pairs = Counter((found.label, found.prediction) for found in predictions)
    truth, predicted = (Counter(labels) for labels in zip(*pairs.elements(), strict=True))
    classes = {
        label: class_metrics(pairs[label, label], predicted[label], truth[label])
        for label in sorted(truth.keys() | predicted.keys())
    }
    recalls = [found.recall for found in classes.values() if found.recall is not None]
    whole = measure_tag(predictions)
    return Metrics(
        accuracy=whole.accuracy,
        balanced_accuracy=sum(recalls) / len(recalls),
        # A class without test samples has no F1 of its own, but what was taken for it is wrong: it counts as 0.
        macro_f1=sum(found.f1 or 0.0 for found in classes.values()) / len(classes),
        # Two guesses with two names: of the tested samples' own class, which is the harder one to beat and which a run
        # from elsewhere has too; and of the training part's, which is all that a model could have known.
        majority_accuracy=max(truth.values()) / len(predictions),
        training_majority_accuracy=truth[training_majority] / len(predictions) if training_majority else None,
        interval=whole.interval,
        groups=whole.groups,
        effective_samples=whole.effective_samples,
        repeats=repeats_of(predictions),
        samples=len(predictions),
        per_class=classes,
        confusion=_confusion(tuple(classes), pairs),
        per_tag={tag: measure_tag(found, tag) for tag, found in sorted(by_tag(predictions).items())},
    )


def _confusion(labels: tuple[str, ...], pairs: "Counter[tuple[str, str]]") -> Confusion:
    """Return which class was taken for which; a matrix grows by the square of the classes, what occurs does not."""
    if len(labels) <= MOST_IN_MATRIX:
        return Confusion(labels, tuple(tuple(pairs[row, column] for column in labels) for row in labels))
    place = {label: at for at, label in enumerate(labels)}
    return Confusion(labels, (), tuple(sorted((place[row], place[column], n) for (row, column), n in pairs.items())))


def by_tag(predictions: "Iterable[Prediction]") -> "dict[str, list[Prediction]]":
    """Return the predictions of the samples that carry each tag, which overlap."""
    tagged = defaultdict(list)
    for found in predictions:
        for tag in dict.fromkeys(found.tags):
            tagged[tag].append(found)
    return dict(tagged)


def measure_tag(predictions: "Sequence[Prediction]", tag: str = "") -> TagMetrics:
    """Return the metrics of the samples of one tag, of which there is one or more."""
    groups = name_groups([found.group for found in predictions], [found.path for found in predictions], tag)
    right = [found.label == found.prediction for found in predictions]
    interval = share_interval(right, groups, spread(repeated_shares(predictions)))
    counted = (len(set(groups)), interval.effective) if groups else (None, None)
    return TagMetrics(len(right), sum(right) / len(right), interval.ends, *counted)


def repeats_of(predictions: "Sequence[Prediction]") -> int:
    """Return how many repeats of the training every prediction has."""
    return min((len(found.repeats) for found in predictions), default=0)


def repeated_shares(predictions: "Sequence[Prediction]") -> list[float]:
    """Return the accuracy of each repeat of the training."""
    return [
        sum(found.repeats[number] == found.label for found in predictions) / len(predictions)
        for number in range(repeats_of(predictions))
    ]


def class_metrics(right: int, predicted: int, samples: int) -> ClassMetrics:
    """Return the metrics of one class from its counts.

    Args:
        right: Samples of the class that were recognized (true positives).
        predicted: Samples that were taken for it (true and false positives).
        samples: Samples of the class (true positives and false negatives).
    """
    if not samples:
        return ClassMetrics(None, None, None, 0)
    return ClassMetrics(
        right / predicted if predicted else None, right / samples, 2 * right / (predicted + samples), samples
    )
