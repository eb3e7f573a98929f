"""How often predictions are right, against the reference; and what confidences promise where no label came back."""

import math
from typing import TYPE_CHECKING

import numpy as np

from baselines.metrics.calibration_error import MOST_CALIBRATION_ERROR, calibration_error
from baselines.metrics.significance import newcombe, wilson
from curate.drift.comparisons import FEWEST_OF_TAG, column_of, is_known
from curate.drift.history import Expected, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from curate.drift.rows import Rows


def accuracy_parts(reference: "Rows", window: "Rows") -> tuple[Part, ...]:
    """Return the accuracy of all, and of each tag, with the difference to the reference; empty without labels."""
    right, before = _right(window), _right(reference)
    found = []
    if len(right[0]):
        found.append(_part("", right[1], before[1]))
    tags = {tag for row in column_of(window, "tags")[right[0]] for tag in row or ()}
    for tag in sorted(tags):
        mine, then = (_tagged(rows, one, tag) for rows, one in ((window, right), (reference, before)))
        if len(mine) >= FEWEST_OF_TAG:
            found.append(_part(tag, mine, then))
    return tuple(found)


def _part(name: str, right: "NDArray[np.bool_]", before: "NDArray[np.bool_]") -> Part:
    hits, number = int(right.sum()), len(right)
    ends = wilson(hits, number)
    if len(before) < FEWEST_OF_TAG:
        return Part(name, number, hits / number, ends)
    share = float(before.mean())
    difference = newcombe(hits / number, ends, share, wilson(int(before.sum()), len(before)))
    return Part(name, number, hits / number, ends, hits / number - share, difference)


def _right(rows: "Rows") -> "tuple[NDArray[np.intp], NDArray[np.bool_]]":
    """Return the rows with a label and a prediction, and whether it is right."""
    label, prediction = column_of(rows, "label"), column_of(rows, "prediction")
    known = np.flatnonzero(is_known(label) & is_known(prediction))
    return known, np.asarray(label[known] == prediction[known], np.bool_)


def _tagged(rows: "Rows", right: "tuple[NDArray[np.intp], NDArray[np.bool_]]", tag: str) -> "NDArray[np.bool_]":
    has = np.array([tag in (row or ()) for row in column_of(rows, "tags")[right[0]]], np.bool_)
    return right[1][has]


def trusted(reference: "Rows") -> str:
    """Return why the confidences of the reference cannot be trusted; empty if they can."""
    known, right = _right(reference)
    confidence = column_of(reference, "confidence")[known].astype(np.float64)
    has = np.isfinite(confidence)
    if has.sum() < FEWEST_OF_TAG:
        return (
            "the reference has too few samples with label, prediction and confidence to know what confidences are worth"
        )
    error = calibration_error(confidence[has], right[has])
    if error >= MOST_CALIBRATION_ERROR:
        least = f"not below {MOST_CALIBRATION_ERROR}"
        return f"the reference's calibration error is {error:.3f}, {least}: its confidences promise nothing"
    return ""


def expected_accuracy(confidence: "Sequence[float] | NDArray[np.float64]") -> Expected:
    """Return the mean of confidences, and sqrt(Σ c (1 - c)) / n, the standard deviation of the share that is right.

    It sees a model that knows that it became worse, and no other: where the relation of picture and label changes, the
    confidences stay as they are.
    """
    values = np.asarray(confidence, np.float64)
    return Expected(float(values.mean()), math.sqrt(float((values * (1 - values)).sum())) / len(values), len(values))
