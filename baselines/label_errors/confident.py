"""Confident learning: how many labels are wrong, by a threshold of each class, and which ones, by their probability.

Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 70 (2021). Checked
against cleanlab 2.9 in development.
"""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Shares = NDArray[np.float64]

FEWEST = 5
"""Samples below which a class has no threshold: the mean of four probabilities is no property of a class."""
MOST_FLAGGED = 0.1
"""Share of the samples that are flagged at most: whoever has more wrong labels needs other labels, no list."""
_ROUNDING = 1e-6


def thresholds(probabilities: "Shares", given: "Numbers") -> "Shares":
    """Return the mean probability of each class over the samples that have its label; infinite below `FEWEST` samples.

    Args:
        probabilities: Of models that did not learn the sample, shape (samples, classes).
        given: The label of each sample, its column.

    Returns:
        float64, shape (classes,).
    """
    classes = probabilities.shape[1]
    counts = np.bincount(given, minlength=classes)
    sums = np.bincount(given, probabilities[np.arange(len(given)), given], minlength=classes)
    return np.where(counts >= FEWEST, sums / np.maximum(counts, 1), np.inf)


def confident_joint(probabilities: "Shares", given: "Numbers") -> "Numbers":
    """Return how many samples with each label are confidently of each class, int64 of shape (labels, classes).

    Confident is a sample of the likeliest class among those that reach their thresholds. Who reaches none, and who has
    a label without a threshold, is not counted.
    """
    limit = thresholds(probabilities, given)
    classes = probabilities.shape[1]
    reached = probabilities >= limit - _ROUNDING
    counted = reached.any(axis=1) & np.isfinite(limit[given])
    likeliest = np.where(reached, probabilities, -1.0).argmax(axis=1)
    cells = given[counted] * classes + likeliest[counted]
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes)


def calibrated_joint(probabilities: "Shares", given: "Numbers") -> "Shares":
    """Return the confident joint with each row scaled to the number of samples with that label, float64."""
    joint = confident_joint(probabilities, given).astype(np.float64)
    counts = np.bincount(given, minlength=len(joint))
    counts[np.isinf(thresholds(probabilities, given))] = 0
    # A label of which no sample is confident at all would be 0/0: nothing is known of it, so nothing is wrong.
    np.fill_diagonal(joint, np.maximum(joint.diagonal(), 1))
    return np.asarray(joint / joint.sum(axis=1, keepdims=True) * counts[:, None])


def estimated_errors(probabilities: "Shares", given: "Numbers") -> float:
    """Return how many labels are wrong by the calibrated joint: what is off its diagonal."""
    joint = calibrated_joint(probabilities, given)
    return float(joint.sum() - joint.trace())


def ranking(probabilities: "Shares", given: "Numbers") -> "Numbers":
    """Return the samples of which another class than the given one is the likeliest, the worst label first.

    By the probability of the given label, never by the confidence in another one. Where it is the same, as among
    probabilities that were rounded to 0, by that of the likeliest class.
    """
    own = probabilities[np.arange(len(given)), given]
    highest = probabilities.max(axis=1)
    order = np.lexsort((-highest, own))
    return np.asarray(order[(highest > own)[order]])


def flagged(probabilities: "Shares", given: "Numbers", top: int | None = None) -> "Numbers":
    """Return the samples whose label is likely wrong, the worst first, int64.

    As many as the calibrated joint estimates, at most `MOST_FLAGGED` of all, and of classes that have a threshold: no
    fixed probability carries over from one dataset to the next.

    Args:
        probabilities: Of models that did not learn the sample, shape (samples, classes).
        given: The label of each sample, its column.
        top: So many of the ranking instead, of classes with few samples too.
    """
    order = ranking(probabilities, given)
    if top is not None:
        return order[:top]
    count = min(round(estimated_errors(probabilities, given)), int(MOST_FLAGGED * len(given)))
    return order[np.isfinite(thresholds(probabilities, given))[given[order]]][:count]


def is_sure(probabilities: "Shares", given: "Numbers") -> "NDArray[np.bool_]":
    """Return of which samples the likeliest class reaches its threshold: the model is sure, whatever the label."""
    limit = thresholds(probabilities, given)
    best = probabilities.argmax(axis=1)
    return np.asarray(probabilities[np.arange(len(given)), best] >= limit[best] - _ROUNDING)
