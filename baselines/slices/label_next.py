"""What to label next, with a model that is fitted on the labels that there are, or with the user's own predictions."""

from typing import TYPE_CHECKING, NamedTuple

from baselines.models.calibration import probabilities
from baselines.models.models import Candidate, build, scores
from curate.embeddings.to_label import FEW, Choice, choose_typical, choose_uncertain

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Vectors = NDArray[np.float32]


class ToLabel(NamedTuple):
    """What to label next.

    Attributes:
        choices: The best first.
        by: `typical` or `uncertain`.
        labelled: Samples that have a label.
        classes: Of these.
    """

    choices: list[Choice]
    by: str
    labelled: int
    classes: int


def choose(
    vectors: "Vectors",
    label: "Numbers",
    group: "Numbers",
    count: int,
    *,
    predicted: "NDArray[np.float64] | None" = None,
    seed: int = 0,
) -> ToLabel:
    """Return what to label next: typical samples below 20 labels a class on average, then uncertain ones.

    Args:
        vectors: float32, shape (samples, length), of length 1.
        label: Shape (samples,): class from 0 on, or -1 where there is none yet.
        group: Shape (samples,): near-duplicates have the same number.
        count: How many to choose.
        predicted: float64, shape (samples, classes), of a model of the user's; None: one is fitted on the vectors.
        seed: Where chance begins.

    Raises:
        InputError: No sample is without a label.
    """
    import numpy as np

    known = label >= 0
    classes = len(np.unique(label[known]))
    # Of one class nothing can be doubtful.
    if classes < 2 or known.sum() < FEW * classes:
        chosen = choose_typical(vectors, ~known, group, count, seed)
        return ToLabel(chosen, "typical", int(known.sum()), classes)
    if predicted is None:
        predicted = class_probabilities(vectors[known], label[known], vectors, int(label.max()) + 1, seed)
    chosen = choose_uncertain(vectors, ~known, group, predicted, count, seed)
    return ToLabel(chosen, "uncertain", int(known.sum()), classes)


def class_probabilities(
    vectors: "Vectors", label: "Numbers", of: "Vectors", classes: int, seed: int = 0
) -> "NDArray[np.float64]":
    """Return what a logistic regression says of samples, float64 of shape (samples, classes).

    Args:
        vectors: float32, shape (labelled, length).
        label: Their classes, two or more.
        of: float32, shape (samples, length): to be predicted.
        classes: Columns.
        seed: Of the solver.
    """
    size = {"classes": classes, "length": vectors.shape[1]}
    model = build(Candidate("logistic"), len(label), seed, **size).fit(vectors, label)
    return probabilities(scores(model, of, classes), 1.0)
