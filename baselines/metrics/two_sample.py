"""Are two samples of one kind? A classifier that was fitted to tell them apart on one half is tried on the other.

A test of this kind sees what no single column shows: two sets whose every fact agrees may still differ in how the facts
hang together (Lopez-Paz and Oquab 2017, classifier two-sample tests). Nothing here knows where the numbers come from.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

from baselines.data.folds import ALWAYS_TRAINS, make_folds
from baselines.metrics.clusters import Variance, quantile
from baselines.metrics.significance import Z_95, wilson
from curate.ground.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float32] | NDArray[np.float64]
    Scores = NDArray[np.float64]
    Groups = NDArray[np.int64]

FOLDS = 2
"""Each half is scored by a model of the other, so that the scores of a half are those of one fixed rule."""

FEWEST = 8
"""Samples of each side: of fewer, no half has two of each for certain, and the least p value is above 5 %."""

_STRENGTH = 10.0
_LEAST_SPREAD = 1e-9


class TwoSample(NamedTuple):
    """How well two samples, A and B, can be told apart.

    Attributes:
        auc: P(score of b > score of a) + ½ P(equal): 0.5 where nothing tells them apart, 1 where everything does. The
            mean of the halves, weighted by their pairs.
        interval: Its 95 % interval, within 0 to 1.
        p: Of the hypothesis that both come from one distribution: min(1, 2 · the smaller p of the halves).
        samples: Of A and of B.
        groups: How many groups they come in; None where each sample is its own.
        scores: float64, shape (samples of A + samples of B): log-odds of being of B, each by the model that had not
            seen it. Within a half they can be compared, between the halves only by rank.
    """

    auc: float
    interval: tuple[float, float]
    p: float
    samples: tuple[int, int]
    groups: int | None
    scores: "Scores"


def tell_apart(a: "Values", b: "Values", groups: "Groups | None" = None, seed: int = 0) -> TwoSample:
    """Return how well a logistic classifier tells two samples apart that it has not seen.

    Args:
        a: Shape (samples of A, numbers), finite.
        b: Shape (samples of B, numbers).
        groups: Shape (samples of A + samples of B): what belongs together and is never torn, such as a generated sample
            and its source, or one speaker's recordings; None: every sample for itself.
        seed: Of the halves, where samples are alike.

    Raises:
        InputError: There are too few samples, or too few groups, of a side.
    """
    import numpy as np

    sides, side = (len(a), len(b)), np.repeat([0, 1], [len(a), len(b)])
    if min(sides) < FEWEST:
        raise InputError(f"{sides[0]:,} against {sides[1]:,} samples cannot be told apart; {FEWEST} of each are needed")
    known = np.arange(len(side)) if groups is None else np.unique(groups, return_inverse=True)[1]
    fold = make_folds(known, side, np.ones(len(side), np.bool_), FOLDS, seed)
    if (fold == ALWAYS_TRAINS).any():
        raise InputError("all samples of one side are of one group, so that there is nothing to learn from and to try")
    values, scores = np.concatenate([a, b]).astype(np.float64), np.zeros(len(side))
    halves: list[_Half] = []
    for number in range(FOLDS):
        learned, tried = fold != number, fold == number
        if min(len(np.unique(side[part])) for part in (learned, tried)) < 2:
            raise InputError("the groups of one side are so large that a half has none of it")
        scores[tried] = _scores(values[learned], side[learned], values[tried])
        halves.append(_half(scores[tried], side[tried], known[tried], grouped=groups is not None))
    weights = np.array([half.pairs for half in halves]) / sum(half.pairs for half in halves)
    auc = float(sum(weight * half.auc for weight, half in zip(weights, halves, strict=True)))
    # Not the variance of a mean of two: what one half learned the other tries, and the other way round, so both are off
    # to the same side. As if independent, the interval covered 84 to 87 % where nothing differs.
    error = sum(weight * math.sqrt(half.variance.value) for weight, half in zip(weights, halves, strict=True))
    variance = Variance(float(error**2), min(half.variance.freedom for half in halves))
    most = min(half.most for half in halves)
    p = min(1.0, FOLDS * min(half.p for half in halves))
    count = None if groups is None else len(np.unique(known))
    return TwoSample(auc, _interval(auc, variance, most, grouped=count is not None), p, sides, count, scores)


def _scores(learned: "Scores", side: "Groups", tried: "Scores") -> "Scores":
    """Return the log-odds of being of B, by a model that learned from other samples."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    # Standardized by what was learned from: facts have units, and a kilohertz is no more than a decibel. Over the root
    # of how many there are, so that one strength fits three facts and 4,000 features.
    middle, spread = learned.mean(axis=0), learned.std(axis=0)
    scale = np.where(spread > _LEAST_SPREAD, spread, np.inf) * math.sqrt(learned.shape[1])
    model = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=1000)
    model.fit((learned - middle) / scale, side)
    return np.asarray(model.decision_function((tried - middle) / scale), np.float64)


class _Half(NamedTuple):
    """What one half says; `most` is how many samples its area can be worth at most."""

    auc: float
    variance: Variance
    p: float
    pairs: int
    most: float


def _half(scores: "Scores", side: "Groups", groups: "Groups", *, grouped: bool) -> _Half:
    """Return what one half says; one-sided, as a rule that was learned can only be right beyond chance."""
    import numpy as np
    from scipy.stats import mannwhitneyu

    a, b = scores[side == 0], scores[side == 1]
    groups_a, groups_b = groups[side == 0], groups[side == 1]
    auc, variance = auc_by_groups(a, b, groups_a, groups_b)
    if not grouped:
        p, counts = float(mannwhitneyu(b, a, alternative="greater").pvalue), (len(a), len(b))
    else:
        p = max(_upper_tail(auc - 0.5, variance), _least_p(groups_a, groups_b))
        counts = (len(np.unique(groups_a)), len(np.unique(groups_b)))
    # For equal distributions of continuous scores an area is worth 1/4 over (1/m + 1/n) / 12.
    return _Half(auc, variance, p, len(a) * len(b), 3 * counts[0] * counts[1] / sum(counts))


def auc_by_groups(a: "Scores", b: "Scores", groups_a: "Groups", groups_b: "Groups") -> tuple[float, Variance]:
    """Return the area under the ROC curve of B against A, and its variance over groups.

    G / (G - 1) · Σ d_g², where d_g sums over the group's samples their placement less the area, over the number of
    samples of their side (DeLong et al. 1988 by components; by clusters Obuchowski 1997). A sample's placement is the
    share of the other side that lies on the right side of it, equal ones half. Groups may have samples of both sides;
    G is the number of groups of the side that has fewer.

    Args:
        a: Scores of A, one or more.
        b: Scores of B, one or more.
        groups_a: Of each sample of A.
        groups_b: Of each sample of B.
    """
    import numpy as np

    def below(values: "Scores", others: "Scores") -> "Scores":
        ordered = np.sort(others)
        left, right = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
        return np.asarray((left + right) / 2 / len(others))

    of_a, of_b = 1 - below(a, b), below(b, a)
    auc = float(of_b.mean())
    place = np.unique(np.concatenate([groups_a, groups_b]), return_inverse=True)[1]
    parts = np.concatenate([(of_a - auc) / len(a), (of_b - auc) / len(b)])
    sums = np.bincount(place, parts)
    fewest = min(len(np.unique(groups_a)), len(np.unique(groups_b)))
    # Of one group nobody knows how far others are from it: as far as can be.
    value = float((sums**2).sum()) * fewest / (fewest - 1) if fewest > 1 else 0.25
    return auc, Variance(value, max(fewest - 1, 1))


def _upper_tail(difference: float, variance: Variance) -> float:
    """Return the one-sided p value of a difference above 0."""
    from scipy.special import stdtr

    if not variance.value:
        return 0.0 if difference > 0 else 1.0
    return float(stdtr(variance.freedom, -difference / math.sqrt(variance.value)))


def _least_p(groups_a: "Groups", groups_b: "Groups") -> float:
    """Return the least p value that so many groups allow: where the labels of whole groups are exchanged.

    Three speakers against three can be parted in 20 ways, however many recordings each has.
    """
    only_a, only_b = set(groups_a.tolist()), set(groups_b.tolist())
    both = len(only_a & only_b)
    return 0.5**both / math.comb(len(only_a ^ only_b), len(only_a - only_b))


def _interval(auc: float, variance: Variance, most: float, *, grouped: bool) -> tuple[float, float]:
    """Return the interval of a share that as many samples would give as this area is worth (Korn and Graubard 1998).

    Area ± 1.96 standard errors leaves 0 to 1, and where all are told apart it has no width.
    """
    effective = min(most, auc * (1 - auc) / variance.value) if variance.value and 0 < auc < 1 else most
    counted = effective * (Z_95 / quantile(variance.freedom if grouped else math.inf)) ** 2
    return wilson(auc * counted, counted)
