"""Which candidate is the best on the training part, and what it says of the test part.

Everything runs in worker processes: first each candidate on each inner fold, then the winner on each task.
"""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from baselines.data.draws import draw_half
from baselines.models.calibration import fit_temperature, probabilities
from baselines.models.fitting import (
    InnerFit,
    WatchFits,
    able_candidate,
    fit_model,
    in_workers,
    inner_fits,
    score_model,
    unwatched,
)
from baselines.models.generated_weight import WeightTrial, best_weight, try_weights
from baselines.models.models import Candidate, candidates
from baselines.models.training_matrix import Task, TrainingMatrix, with_shortcuts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]
    Numbers = NDArray[np.int64]


class Trial(NamedTuple):
    """How a candidate did in cross-validation on the training part.

    Attributes:
        candidate: Which.
        macro_f1: 0 to 1.
        accuracy: 0 to 1.
        temperature: Under which its scores are the likeliest.
        features: Name of the feature set that it was given; empty where there is one.
    """

    candidate: Candidate
    macro_f1: float
    accuracy: float
    temperature: float
    features: str = ""


class Fitted(NamedTuple):
    """What came of a task.

    Attributes:
        chosen: The candidate that was fitted.
        trials: Of the first task: all candidates, the best first; empty where there was nothing to choose by.
        probabilities: float64, shape (tested samples, classes).
        training_accuracy: Share of the training samples that the model gets right, 0 to 1; nan where there was
            nothing to save and nothing to test, so that nothing was fitted.
        temperature: Its probabilities are softmax(scores / temperature).
        saved: The model as a .skops file, where that was asked for.
        features: Name of the feature set that it was given.
        repeats: int64, shape (repeats, tested samples): what models from other draws of the training part say.
        generated_weight: What a generated sample weighed beside a real one.
        weights: Of the first task: what that was chosen from; empty where it was not chosen.
    """

    chosen: Candidate
    trials: tuple[Trial, ...]
    probabilities: "NDArray[np.float64]"
    training_accuracy: float
    temperature: float = 1.0
    saved: bytes = b""
    features: str = ""
    repeats: "Numbers | None" = None
    generated_weight: float = 1.0
    weights: tuple[WeightTrial, ...] = ()


class _FinalFit(NamedTuple):
    """What is fitted for a task."""

    task: Task
    candidate: Candidate
    temperature: float
    repeats: int


def fit_all(
    matrices: "Mapping[str, TrainingMatrix]",
    tasks: "list[Task]",
    held: Candidate | None = None,
    repeats: int = 0,
    weak: "Mask | None" = None,
    watch: WatchFits = unwatched,
) -> list[Fitted]:
    """Return what came of each task.

    There is one choice of model and features, by cross-validation within the training part of the first task, whose
    model is saved: all that may be trained on. Every other task, a fold of the evaluation, fits the same.

    Args:
        matrices: The same samples with different features, by the name of the feature set.
        tasks: What each model trains on and tests; the first is the one to save.
        held: The model that is not to be chosen, but fitted.
        repeats: How many more models to fit for each task, on other draws of its training part and with other seeds.
        weak: The real samples that generated ones were made for: what these weigh is chosen by them; None: it is that
            of the matrix.
        watch: Shows how far it is: of the trials, of those of weights, of those of the folds, and of the last fits.

    Raises:
        BurnishError: A model could not be fitted.
    """
    # Each fold once chose for itself (nested cross-validation): with 5,001 to 6,250 samples support vector machines
    # were scored and a logistic model was saved. What is scored has to be what is saved; that the choice among a
    # handful of candidates has seen the tested samples costs less, and `train` says so.
    quick = {name: with_shortcuts(matrix) for name, matrix in matrices.items()}
    options = {name: (held,) if held else _options(matrix, tasks[0]) for name, matrix in quick.items()}
    trials = sorted(
        (
            trial._replace(features=name if len(quick) > 1 else "")
            for name, matrix in quick.items()
            for trial in _try(matrix, tasks[:1], options[name], watch)[0]
        ),
        key=_best_first,
    )
    features = (trials[0].features if trials else "") or next(iter(quick))
    matrix = quick[features]
    chosen = trials[0].candidate if trials else options[features][0]
    weights: tuple[WeightTrial, ...] = ()
    if weak is not None and chosen.weighs and matrix.generated is not None:
        weights = try_weights(matrix, tasks[0], chosen, weak, watch)
        matrix = replace(matrix, generated_weight=best_weight(weights))
    # The temperature is no choice but a fit, and each fold has its own, from its own training part.
    rest = _try(matrix, tasks[1:], (chosen,), watch)
    temperatures = [one[0].temperature if one else 1.0 for one in (trials[:1], *rest)]
    fits = [
        _FinalFit(task, able_candidate(matrix, task.train, chosen), temperature, repeats)
        for task, temperature in zip(tasks, temperatures, strict=True)
    ]
    found = in_workers(partial(_fit_final, matrix), fits, matrix.jobs, watch)
    return [
        one._replace(
            trials=tuple(trials) if place == 0 else (),
            features=features,
            generated_weight=matrix.generated_weight,
            weights=weights if place == 0 else (),
        )
        for place, one in enumerate(found)
    ]


def macro_f1(truth: "Numbers", guess: "Numbers", classes: int) -> float:
    """Return the mean F1, 2 TP / (2 TP + FP + FN), of the classes that occur, true or guessed."""
    import numpy as np

    right = np.bincount(truth[truth == guess], minlength=classes)
    both = np.bincount(truth, minlength=classes) + np.bincount(guess, minlength=classes)
    return float((2 * right[both > 0] / both[both > 0]).mean())


def _options(matrix: TrainingMatrix, task: Task) -> tuple[Candidate, ...]:
    import numpy as np

    return candidates(matrix.model, np.bincount(matrix.label[task.train], minlength=matrix.classes))


def _try(
    matrix: TrainingMatrix, tasks: "list[Task]", options: tuple[Candidate, ...], watch: WatchFits
) -> list[tuple[Trial, ...]]:
    """Return the trials of each task, the best first: by macro F1, then accuracy, then the order of the candidates."""
    # All fits of all tasks are one list for one pool: the workers hold the matrix once, and none waits for the slowest
    # fit of a task. The answers come back in this order, so that each task takes as many as it gave.
    inner = [list(inner_fits(matrix, task, options)) for task in tasks]
    answers = iter(in_workers(partial(_fit_inner, matrix), [one for part in inner for one in part], matrix.jobs, watch))
    found = []
    for part in inner:
        pairs = [(one, next(answers)) for one in part]
        tried = (_trial(matrix, name, pairs) for name in dict.fromkeys(one.candidate for one in part))
        found.append(tuple(sorted(tried, key=_best_first)))
    return found


def _best_first(trial: Trial) -> tuple[float, float]:
    return -trial.macro_f1, -trial.accuracy


def _trial(matrix: TrainingMatrix, candidate: Candidate, pairs: "list[tuple[InnerFit, NDArray[np.float64]]]") -> Trial:
    import numpy as np

    mine = [(one.test, found) for one, found in pairs if one.candidate == candidate]
    # The folds are pooled before F1 is taken: a rare class is in one of them only, and a mean over folds would count
    # it as 0 in all others.
    truth = matrix.label[np.concatenate([test for test, _ in mine])]
    values = np.concatenate([found for _, found in mine])
    guess = values.argmax(axis=1)
    accuracy = float((guess == truth).mean())
    return Trial(candidate, macro_f1(truth, guess, matrix.classes), accuracy, fit_temperature(values, truth))


def _fit_inner(matrix: TrainingMatrix, one: InnerFit) -> "NDArray[np.float64]":
    return score_model(matrix, fit_model(matrix, one.candidate, one.train), one.test)


def _fit_final(matrix: TrainingMatrix, last: _FinalFit) -> Fitted:
    import numpy as np

    from baselines.models.preload import import_skops

    # The accuracy on its own training samples costs one more prediction and shows high bias, of which `train` warns.
    train, test, save, _ = last.task
    if not save and not len(test):
        return Fitted(last.candidate, (), np.zeros((0, matrix.classes)), np.nan, last.temperature)
    model = fit_model(matrix, last.candidate, train, saved=save)
    # A machine that is saved can tell it from the similarities that it learned from, in a tenth of the time.
    shared = model._replace(saved=save and last.candidate.name != "svm")
    right = score_model(matrix, shared, train).argmax(axis=1) == matrix.label[train]
    found = np.zeros((0, matrix.classes))
    if len(test):
        found = probabilities(score_model(matrix, model, test), last.temperature)
    saved = bytes(import_skops().dumps(model.estimator)) if save else b""
    again = _repeat(matrix, last) if len(test) else None
    return Fitted(last.candidate, (), found, float(right.mean()), last.temperature, saved, repeats=again)


def _repeat(matrix: TrainingMatrix, last: _FinalFit) -> "Numbers":
    """Return what the same model says when it is fitted to other draws, int64 of shape (repeats, tested samples)."""
    import numpy as np

    train, test = last.task.train, last.task.test
    found = np.zeros((last.repeats, len(test)), np.int64)
    for number in range(last.repeats):
        drawn = draw_half(train, matrix.unit, matrix.label, matrix.testable, matrix.names, (matrix.seed, number))
        other = replace(matrix, seed=matrix.seed + 1 + number)
        found[number] = score_model(
            other, fit_model(other, able_candidate(other, drawn, last.candidate), drawn), test
        ).argmax(axis=1)
    return found
