"""Fitting: which candidate is the best on the training part, and what it says of the test part.

Everything runs in worker processes: first each candidate on each inner fold, then the winner on each task.
"""

from contextlib import closing
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar, cast

from baselines.data.draws import draw_half
from baselines.data.folds import make_folds
from baselines.models.calibration import fit_temperature, probabilities
from baselines.models.generated_weight import WEIGHTS, WeightTrial, best_weight, weight_trials
from baselines.models.models import Candidate, build, candidates, scores
from baselines.models.training_matrix import Task, TrainingMatrix, with_shortcuts
from curate.engine import Failure, run
from curate.ground.errors import BurnishError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    import numpy as np
    from numpy.typing import NDArray

    from baselines.models.models import Estimator

    Mask = NDArray[np.bool_]
    Numbers = NDArray[np.int64]

    class ThreadpoolController(Protocol):
        """What is used of threadpoolctl, which has no types."""

        def limit(self, *, limits: int) -> AbstractContextManager[object]: ...


Item = TypeVar("Item")
Answer = TypeVar("Answer")
_INNER_FOLDS = 3
_DAY_S = 86400.0
_PRELOAD = ("baselines.models.preload",)


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
        training_accuracy: Share of the training samples that the model gets right, 0 to 1.
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


class _InnerFit(NamedTuple):
    """One candidate on one inner fold."""

    candidate: Candidate
    train: "Numbers"
    test: "Numbers"


class _WeightFit(NamedTuple):
    """One weight on one inner fold; 0: without generated samples."""

    weight: float
    candidate: Candidate
    train: "Numbers"
    test: "Numbers"


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
            for trial in _try(matrix, tasks[:1], options[name])[0]
        ),
        key=_best_first,
    )
    features = (trials[0].features if trials else "") or next(iter(quick))
    matrix = quick[features]
    chosen = trials[0].candidate if trials else options[features][0]
    weights: tuple[WeightTrial, ...] = ()
    if weak is not None and chosen.weighs and matrix.generated is not None:
        weights = _try_weights(matrix, tasks[0], chosen, weak)
        matrix = replace(matrix, generated_weight=best_weight(weights))
    # The temperature is no choice but a fit, and each fold has its own, from its own training part.
    rest = _try(matrix, tasks[1:], (chosen,))
    temperatures = [one[0].temperature if one else 1.0 for one in (trials[:1], *rest)]
    fits = [
        _FinalFit(task, _able(matrix, task.train, chosen), temperature, repeats)
        for task, temperature in zip(tasks, temperatures, strict=True)
    ]
    found = _in_workers(partial(_fit_final, matrix), fits, matrix.jobs)
    return [
        one._replace(
            trials=tuple(trials) if place == 0 else (),
            features=features,
            generated_weight=matrix.generated_weight,
            weights=weights if place == 0 else (),
        )
        for place, one in enumerate(found)
    ]


def _try_weights(matrix: TrainingMatrix, task: Task, candidate: Candidate, weak: "Mask") -> tuple[WeightTrial, ...]:
    """Return how the weak samples and the others do under each weight, in the training part's folds and in validation.

    A fold trains on nothing that was made from what it tests: a unit is never torn.
    """
    import numpy as np

    assert matrix.generated is not None
    real = task.train[~matrix.generated[task.train]]
    fits: list[_WeightFit] = []
    for one in _inner_fits(matrix, task, (candidate,)):
        fits += [_WeightFit(weight, candidate, one.train, one.test) for weight in WEIGHTS]
        fits.append(_WeightFit(0.0, candidate, np.intersect1d(one.train, real), one.test))
    answers = _in_workers(partial(_fit_weighted, matrix), fits, matrix.jobs)
    right: dict[float, list[Mask]] = {}
    for fit, found in zip(fits, answers, strict=True):
        right.setdefault(fit.weight, []).append(found)
    asked = np.concatenate([weak[fit.test] for fit in fits if fit.weight == 0.0]) if fits else np.zeros(0, bool)
    return weight_trials({weight: np.concatenate(parts) for weight, parts in right.items()}, asked)


def macro_f1(truth: "Numbers", guess: "Numbers", classes: int) -> float:
    """Return the mean F1, 2 TP / (2 TP + FP + FN), of the classes that occur, true or guessed."""
    import numpy as np

    right = np.bincount(truth[truth == guess], minlength=classes)
    both = np.bincount(truth, minlength=classes) + np.bincount(guess, minlength=classes)
    return float((2 * right[both > 0] / both[both > 0]).mean())


def _options(matrix: TrainingMatrix, task: Task) -> tuple[Candidate, ...]:
    import numpy as np

    return candidates(matrix.model, np.bincount(matrix.label[task.train], minlength=matrix.classes))


def _able(matrix: TrainingMatrix, train: "Numbers", chosen: Candidate) -> Candidate:
    """Return what can be fitted to some samples: the model that was chosen, or a guess where they have one class."""
    import numpy as np

    return chosen if len(np.unique(matrix.label[train])) > 1 else Candidate("majority")


def _try(matrix: TrainingMatrix, tasks: "list[Task]", options: tuple[Candidate, ...]) -> list[tuple[Trial, ...]]:
    """Return the trials of each task, the best first: by macro F1, then accuracy, then the order of the candidates."""
    # All fits of all tasks are one list for one pool: the workers hold the matrix once, and none waits for the slowest
    # fit of a task. The answers come back in this order, so that each task takes as many as it gave.
    inner = [list(_inner_fits(matrix, task, options)) for task in tasks]
    answers = iter(_in_workers(partial(_fit_inner, matrix), [one for part in inner for one in part], matrix.jobs))
    found = []
    for part in inner:
        pairs = [(one, next(answers)) for one in part]
        tried = (_trial(matrix, name, pairs) for name in dict.fromkeys(one.candidate for one in part))
        found.append(tuple(sorted(tried, key=_best_first)))
    return found


def _best_first(trial: Trial) -> tuple[float, float]:
    return -trial.macro_f1, -trial.accuracy


def _inner_fits(matrix: TrainingMatrix, task: Task, options: tuple[Candidate, ...]) -> "Iterator[_InnerFit]":
    import numpy as np

    if options[0].name == "majority":
        return
    unit, label = matrix.unit[task.train], matrix.label[task.train]
    testable = matrix.testable[task.train]
    fold = make_folds(unit, label, testable, _INNER_FOLDS, matrix.seed)
    for candidate in options:
        for number in range(_INNER_FOLDS):
            test = task.train[(fold == number) & testable]
            train = task.train[fold != number]
            # Few or large units leave a fold with nothing to test, or with one class to learn: it tells nothing.
            if len(test) and len(np.unique(matrix.label[train])) > 1:
                yield _InnerFit(candidate, train, test)
        # Conditions that training has too little of are in the validation split, if anywhere: what is chosen on clean
        # samples alone may be the worse model for them.
        if task.validation is not None and len(task.validation):
            yield _InnerFit(candidate, task.train, task.validation)


def _trial(matrix: TrainingMatrix, candidate: Candidate, pairs: "list[tuple[_InnerFit, NDArray[np.float64]]]") -> Trial:
    import numpy as np

    mine = [(one.test, found) for one, found in pairs if one.candidate == candidate]
    # The folds are pooled before F1 is taken: a rare class is in one of them only, and a mean over folds would count
    # it as 0 in all others.
    truth = matrix.label[np.concatenate([test for test, _ in mine])]
    values = np.concatenate([found for _, found in mine])
    guess = values.argmax(axis=1)
    accuracy = float((guess == truth).mean())
    return Trial(candidate, macro_f1(truth, guess, matrix.classes), accuracy, fit_temperature(values, truth))


class Model(NamedTuple):
    """A fitted estimator.

    Attributes:
        estimator: Of scikit-learn.
        train: Indexes of the samples that it was fitted on.
        candidate: Which it is.
        saved: Whether its input is features, and not a shortcut of the matrix.
    """

    estimator: "Estimator"
    train: "Numbers"
    candidate: Candidate
    saved: bool


def fit_model(matrix: TrainingMatrix, candidate: Candidate, train: "Numbers", *, saved: bool = False) -> Model:
    """Return a model that was fitted on some samples.

    Args:
        matrix: What is to be learned.
        candidate: Which model.
        train: Indexes of the samples.
        saved: Whether it will be used without this matrix's shortcuts.
    """
    import warnings

    similarities = candidate.name == "svm" and matrix.kernel is not None and not saved
    estimator = build(candidate, len(train), matrix.seed, similarities=similarities)
    model = Model(estimator, train, candidate, saved)
    with _threads().limit(limits=1), warnings.catch_warnings():
        # A quick baseline that stops before it has converged is a baseline all the same.
        warnings.filterwarnings("ignore", message=".*converge", category=UserWarning)
        # Of half a training part some classes have one sample; scikit-learn then takes the labels for measurements.
        warnings.filterwarnings("ignore", message="The number of unique classes", category=UserWarning)
        estimator.fit(_input(matrix, model, train), matrix.label[train], **_weights(matrix, candidate, train))
    return model


def _weights(matrix: TrainingMatrix, candidate: Candidate, train: "Numbers") -> "dict[str, NDArray[np.float64]]":
    """Return what the samples weigh, where generated ones weigh less and the model can be told."""
    import numpy as np

    if matrix.generated is None or matrix.generated_weight == 1 or not candidate.weighs:
        return {}
    return {"sample_weight": np.where(matrix.generated[train], matrix.generated_weight, 1.0)}


def score_model(matrix: TrainingMatrix, model: Model, test: "Numbers") -> "NDArray[np.float64]":
    """Return the scores of some samples, float64 of shape (samples, classes)."""
    with _threads().limit(limits=1):
        return scores(model.estimator, _input(matrix, model, test), matrix.classes)


def _input(matrix: TrainingMatrix, model: Model, samples: "Numbers") -> "NDArray[np.float32] | NDArray[np.float64]":
    """Return what a model is given of some samples."""
    # Rows of the kernel are samples, columns those that the machine was fitted on. A model that is saved gets plain
    # features: who loads it has new samples, and none of these shortcuts.
    if not model.saved and model.candidate.name == "svm" and matrix.kernel is not None:
        return matrix.kernel[samples][:, model.train]
    if not model.saved and model.candidate.name in {"logistic", "knn"} and matrix.turned is not None:
        return matrix.turned[samples].astype("float64")
    return matrix.features[samples].astype("float64")


@cache
def _threads() -> "ThreadpoolController":
    """Return what holds numerical libraries to one thread; made once, as it looks through all loaded libraries.

    There is a process for each processor; and a process that is forked from one with a pool of OpenMP threads would
    wait for these threads for ever.
    """
    return cast("ThreadpoolController", import_module("threadpoolctl").ThreadpoolController())


def _fit_weighted(matrix: TrainingMatrix, one: _WeightFit) -> "Mask":
    """Return which of the tested samples are right."""
    import numpy as np

    weighted = replace(matrix, generated_weight=one.weight or 1.0)
    found = score_model(weighted, fit_model(weighted, one.candidate, one.train), one.test).argmax(axis=1)
    right: Mask = np.equal(found, matrix.label[one.test])
    return right


def _fit_inner(matrix: TrainingMatrix, one: _InnerFit) -> "NDArray[np.float64]":
    return score_model(matrix, fit_model(matrix, one.candidate, one.train), one.test)


def _fit_final(matrix: TrainingMatrix, last: _FinalFit) -> Fitted:
    import numpy as np

    # The accuracy on its own training samples costs one more prediction and shows high bias, of which `train` warns.
    train, test, save, _ = last.task
    model = fit_model(matrix, last.candidate, train, saved=save)
    right = score_model(matrix, model, train).argmax(axis=1) == matrix.label[train]
    found = np.zeros((0, matrix.classes))
    if len(test):
        found = probabilities(score_model(matrix, model, test), last.temperature)
    saved = bytes(import_module("skops.io").dumps(model.estimator)) if save else b""
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
        found[number] = score_model(other, fit_model(other, _able(other, drawn, last.candidate), drawn), test).argmax(
            axis=1
        )
    return found


def _in_workers(work: "Callable[[Item], Answer]", items: "Iterable[Item]", jobs: int | None) -> "list[Answer]":
    """Return the results in order; a model that could not be fitted ends it all."""
    found = []
    with closing(run(work, items, jobs=jobs, chunk_size=1, timeout_s=_DAY_S, preload=_PRELOAD)) as results:
        for result in results:
            if isinstance(result, Failure):
                raise BurnishError(f"a model could not be fitted: {result.detail}")
            found.append(result)
    return found
