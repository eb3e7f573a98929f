"""How good the flags are: wrong labels are planted, the models fitted again, and those that were found counted.

A lower bound, for two reasons: what is planted makes the models worse, and half of it goes to the classes that the
model itself thinks possible, as people's errors do.
"""

import math
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from baselines.label_errors.confident import flagged
from baselines.metrics.significance import wilson

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from baselines.label_errors.cross_fit import CrossFit

    Numbers = NDArray[np.int64]
    Shares = NDArray[np.float64]

SHARE = 0.02
"""Of the labels that are planted at a time: enough to count, few enough that the models stay what they are."""

ENOUGH, MOST_ROUNDS = 60, 5
"""Planted errors after which no more rounds are needed: 55 of 60 found means 82 % at least."""
_QUANTILES = (0.25, 0.5, 0.75, 0.9)


class Planted(Struct, frozen=True):
    """What became of planted errors.

    Attributes:
        rounds: How often errors were planted.
        planted: In all rounds together.
        found: Of these, those that were flagged.
        share: Found of planted, 0 to 1.
        at_least: Lower end of its 95 % Wilson interval.
        at_most: Wrong labels that there can be among all samples, as planted ones have as low probabilities (below).
        flagged_more: How many more samples a round flagged than there were before, less what it found of the planted,
            as a mean: labels that are flagged because others were planted.
    """

    rounds: int
    planted: int
    found: int
    share: float
    at_least: float
    at_most: float
    flagged_more: float


def rounds_for(samples: int) -> int:
    """Return how often to plant, so that enough errors are counted: in large sets once."""
    return min(MOST_ROUNDS, math.ceil(ENOUGH / max(1, round(SHARE * samples))))


def plant(fit: "CrossFit", rounds: int, seed: int) -> Planted | None:
    """Plant wrong labels so many times, and return what was found; None where there are too few samples.

    Args:
        fit: Of the labels as they are.
        rounds: At least 1.
        seed: Where chance begins.
    """
    draw = np.random.default_rng(seed)
    judged = np.flatnonzero(fit.judged)
    before = flagged(fit.probabilities[judged], fit.given[judged])
    # What is flagged already may be wrong already, and another label on top of that is no new error.
    clean = np.delete(judged, before)
    count = max(1, round(SHARE * len(judged)))
    if len(clean) < 2 * count:
        return None
    labellings, planted = [], []
    for _ in range(rounds):
        chosen = draw.choice(clean, count, replace=False)
        labellings.append(_with_errors(fit, chosen, draw))
        planted.append(chosen)
    found, more = 0, 0.0
    lowered: list[Shares] = []
    for chosen, label, rows in zip(planted, labellings, fit.refit(labellings), strict=True):
        after = judged[flagged(rows[judged], label[judged])]
        hits = int(np.isin(chosen, after).sum())
        found += hits
        lowered.append(rows[chosen, label[chosen]])
        more += len(after) - len(before) - hits
    total = rounds * count
    return Planted(
        rounds,
        total,
        found,
        found / total,
        wilson(found, total)[0],
        _at_most(fit, np.concatenate(lowered)),
        more / rounds,
    )


def _with_errors(fit: "CrossFit", chosen: "Numbers", draw: np.random.Generator) -> "Numbers":
    """Return the labels with those of some samples exchanged for others."""
    label, classes = fit.given.copy(), len(fit.labels)
    for at in chosen.tolist():
        likely = fit.probabilities[at].copy()
        likely[label[at]] = 0
        weights = likely / likely.sum() if likely.sum() > 0 else np.zeros(classes)
        even = np.full(classes, 1 / (classes - 1))
        even[label[at]] = 0
        weights = weights + even
        label[at] = draw.choice(classes, p=weights / weights.sum())
    return label


def _at_most(fit: "CrossFit", planted: "Shares") -> float:
    """Return how many labels can be wrong at most, by the probabilities of labels that were planted.

    If a share f of planted labels has a probability of t or less, and c samples have, then at most c / f are wrong,
    since right labels are among these c too; the least over some t counts (the bound on a mixture's proportion,
    Blanchard, Lee and Scott, JMLR 2010). It bites where the model is weak, and the joint takes its mistakes for wrong
    labels: of 1,000 photos with 184 wrong ones the joint says 542, this 417.
    """
    own = fit.probabilities[fit.judged, fit.given[fit.judged]]
    limits = np.quantile(planted, _QUANTILES)
    # The share is an estimate too; its lower end makes the bound one.
    shares = [wilson(int((planted <= limit).sum()), len(planted))[0] for limit in limits]
    return min(float((own <= limit).sum()) / share for limit, share in zip(limits, shares, strict=True))
