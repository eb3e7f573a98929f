"""Which labels a log has, before any label came back: by what the model is known to say of each."""

from typing import TYPE_CHECKING

import numpy as np

from curate.drift.comparisons import column_of, is_known
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from curate.drift.rows import Rows

    Shares = NDArray[np.float64]

MOST_CONDITION = 50.0
"""Of the matrix: above, errors of shares are multiplied by so much that the answer is noise."""
_FEWEST = 5
_MOST_CLASSES = 200


def estimate_labels(confusion: "Shares", predicted: "Shares") -> "Shares":
    """Return the shares q of labels for which C q is what was predicted.

    Black box shift estimation (Lipton et al. 2018). It holds if only the shares of the labels changed, not what samples
    of a label look like.

    Args:
        confusion: Shape (classes, classes): how often class i is predicted of samples of class j; columns sum to 1.
        predicted: Shape (classes,): shares of predictions.

    Returns:
        Shape (classes,), not below 0, sum 1.

    Raises:
        InputError: The condition number of C is above 50: classes are mixed up so much that they cannot be told apart.
    """
    condition = float(np.linalg.cond(confusion))
    if not condition <= MOST_CONDITION:
        raise InputError(f"the condition number of the confusion matrix is {condition:,.0f}, above {MOST_CONDITION:g}")
    found = np.maximum(np.linalg.solve(confusion, predicted), 0.0)
    return np.asarray(found / found.sum())


def label_shift(reference: "Rows", window: "Rows") -> dict[str, float]:
    """Return the share of each label that the predictions of a window imply.

    Raises:
        InputError: The reference does not say enough of a class, or the classes cannot be told apart.
    """
    label, said = column_of(reference, "label"), column_of(reference, "prediction")
    known = is_known(label) & is_known(said)
    now = column_of(window, "prediction")
    predicted = [str(one) for one in now[is_known(now)]]
    if not known.any() or not predicted:
        raise InputError("label shift needs labels and predictions in the reference and predictions in the window")
    classes = sorted({*map(str, label[known]), *map(str, said[known])})
    if strange := set(predicted) - set(classes):
        raise InputError(f"{len(strange):,} classes are predicted that the reference does not have")
    if len(classes) > _MOST_CLASSES:
        raise InputError(f"{len(classes):,} classes are more than {_MOST_CLASSES}")
    place = {name: at for at, name in enumerate(classes)}
    table = np.zeros((len(classes), len(classes)))
    for truth, prediction in zip(label[known], said[known], strict=True):
        table[place[str(prediction)], place[str(truth)]] += 1
    totals = table.sum(axis=0)
    if totals.min() < _FEWEST:
        raise InputError(f"the reference has fewer than {_FEWEST} samples of class {classes[int(totals.argmin())]}")
    shares = np.bincount([place[one] for one in predicted], minlength=len(classes)) / len(predicted)
    found = estimate_labels(table / totals, shares)
    return {name: round(float(found[at]), 6) for name, at in place.items()}
