"""What a generated sample weighs beside a real one: chosen where weak samples gain most and the others lose nothing.

With the weight of a real one, made samples tear elsewhere: on spoken words a clean slice fell by .035, with a weight of
0.3 by .015, while the weak one rose by as much.
"""

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from baselines.models.fitting import WatchFits, fit_model, in_workers, inner_fits, score_model, unwatched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from baselines.models.models import Candidate
    from baselines.models.training_matrix import Task, TrainingMatrix

    Mask = NDArray[np.bool_]
    Numbers = NDArray[np.int64]

WEIGHTS = (1.0, 0.5, 0.25, 0.1)
"""What is tried."""

FEWEST = 20
"""Weak samples to choose by: of fewer, one more right is 5 points, and the choice is chance."""


class WeightTrial(NamedTuple):
    """How a weight did in validation.

    Attributes:
        weight: 0: without the generated samples.
        weak: Share of the weak samples that is right, 0 to 1.
        rest: Share of the others; None where there are none.
        rest_loss: How many standard errors the others fell by against no generated samples; below 0 where they rose.
        samples: How many weak ones and how many others there are.
    """

    weight: float
    weak: float
    rest: float | None
    rest_loss: float
    samples: tuple[int, int]


class _WeightFit(NamedTuple):
    """One weight on one inner fold; 0: without generated samples."""

    weight: float
    candidate: "Candidate"
    train: "Numbers"
    test: "Numbers"


class WeightAnswers(NamedTuple):
    """What models with each weight say of the same real samples, of inner folds and of validation.

    Attributes:
        right: By weight, which of the tested samples are right; 0 is without generated samples.
        tested: Indexes of the samples.
    """

    right: "dict[float, Mask]"
    tested: "Numbers"


def try_weights(
    matrix: "TrainingMatrix", task: "Task", candidate: "Candidate", weak: "Mask", watch: WatchFits = unwatched
) -> tuple[WeightTrial, ...]:
    """Return how the weak samples and the others do under each weight, in the training part's folds and in validation.

    Args:
        matrix: Some of its samples are generated.
        task: Whose training part is cut into folds.
        candidate: The model that was chosen; it takes weights.
        weak: Of each sample, whether it is a real one that generated ones were made for.
        watch: Shows how far it is.

    Raises:
        BurnishError: A model could not be fitted.
    """
    answers = answers_by_weight(matrix, task, candidate, watch)
    return weight_trials(answers.right, weak[answers.tested])


def answers_by_weight(
    matrix: "TrainingMatrix", task: "Task", candidate: "Candidate", watch: WatchFits = unwatched
) -> WeightAnswers:
    """Return which real samples are right under each weight; arguments and errors as `try_weights`.

    A model that takes no weights is fitted with generated samples as they are, and without.
    """
    import numpy as np

    assert matrix.generated is not None
    real = task.train[~matrix.generated[task.train]]
    weights = WEIGHTS if candidate.weighs else (1.0,)
    fits: list[_WeightFit] = []
    for one in inner_fits(matrix, task, (candidate,)):
        alone = np.intersect1d(one.train, real)
        # Where a class has generated samples only, there is no model without them to compare with.
        if len(np.unique(matrix.label[alone])) > 1:
            fits += [_WeightFit(weight, candidate, one.train, one.test) for weight in weights]
            fits.append(_WeightFit(0.0, candidate, alone, one.test))
    answers = in_workers(partial(_fit_weighted, matrix), fits, matrix.jobs, watch)
    right: dict[float, list[Mask]] = {}
    for fit, found in zip(fits, answers, strict=True):
        right.setdefault(fit.weight, []).append(found)
    tested = [fit.test for fit in fits if fit.weight == 0.0]
    return WeightAnswers(
        {weight: np.concatenate(parts) for weight, parts in right.items()},
        np.concatenate(tested) if tested else np.zeros(0, np.int64),
    )


def _fit_weighted(matrix: "TrainingMatrix", one: _WeightFit) -> "Mask":
    """Return which of the tested samples are right."""
    import numpy as np

    weighted = replace(matrix, generated_weight=one.weight or 1.0)
    found = score_model(weighted, fit_model(weighted, one.candidate, one.train), one.test).argmax(axis=1)
    right: Mask = np.equal(found, matrix.label[one.test])
    return right


def weight_trials(right: "Mapping[float, NDArray[np.bool_]]", weak: "NDArray[np.bool_]") -> tuple[WeightTrial, ...]:
    """Return how each weight did; none where there are too few weak samples to choose by.

    Args:
        right: By weight, which of the same samples are right; 0 is without generated samples.
        weak: Which of them are weak.
    """
    count, others = int(weak.sum()), int((~weak).sum())
    if count < FEWEST:
        return ()
    found = []
    for weight, mine in sorted(right.items(), reverse=True):
        rest = float(mine[~weak].mean()) if others else None
        found.append(
            WeightTrial(weight, float(mine[weak].mean()), rest, _loss(right[0.0][~weak], mine[~weak]), (count, others))
        )
    return tuple(found)


def _loss(before: "NDArray[np.bool_]", after: "NDArray[np.bool_]") -> float:
    """Return a fall in standard errors: of n samples that changed, by chance half go up, give or take a root of n."""
    lost, won = int((before & ~after).sum()), int((~before & after).sum())
    return (lost - won) / math.sqrt(lost + won) if lost + won else 0.0


def best_weight(trials: "Sequence[WeightTrial]", most_loss: float = 1.0) -> float:
    """Return the weight with which the weak samples do best and the others do not fall.

    Where the others fall under every weight, the one under which they fall least. Of equal ones the largest, and 1
    where nothing was tried.

    Args:
        trials: Of each weight.
        most_loss: A fall of the others by so many standard errors counts as one.
    """
    tried = [one for one in trials if one.weight > 0]
    held = [one for one in tried if one.rest_loss <= most_loss]
    if held:
        return max(held, key=lambda one: (one.weak, one.weight)).weight
    return min(tried, key=lambda one: (one.rest_loss, -one.weight)).weight if tried else 1.0
