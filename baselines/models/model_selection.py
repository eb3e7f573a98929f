"""Fitting: which candidate is the best on the training part, and what it says of the test part.

Everything runs in worker processes: first each candidate on each inner fold, then the winner of each task.
"""

from contextlib import closing
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar, cast

from baselines.data.folds import make_folds
from baselines.models.models import Candidate, build, candidates, fit_temperature, probabilities, scores
from baselines.models.training_matrix import Task, TrainingMatrix, with_shortcuts
from curate.engine import Failure, run
from curate.ground.errors import BurnishError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    import numpy as np
    from numpy.typing import NDArray

    from baselines.models.models import Estimator

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
        trials: All candidates, the best first; empty where there was nothing to choose by.
        probabilities: float64, shape (tested samples, classes).
        training_accuracy: Share of the training samples that the model gets right, 0 to 1.
        temperature: Its probabilities are softmax(scores / temperature).
        saved: The model as a .skops file, where that was asked for.
        features: Name of the feature set that it was given.
    """

    chosen: Candidate
    trials: tuple[Trial, ...]
    probabilities: "NDArray[np.float64]"
    training_accuracy: float
    temperature: float = 1.0
    saved: bytes = b""
    features: str = ""


class _InnerFit(NamedTuple):
    """One candidate on one inner fold."""

    candidate: Candidate
    train: "Numbers"
    test: "Numbers"


class _FinalFit(NamedTuple):
    """The winner of a task."""

    task: Task
    candidate: Candidate
    temperature: float


def fit_all(matrices: "Mapping[str, TrainingMatrix]", tasks: "list[Task]") -> list[Fitted]:
    """Return what came of each task; the choice of model and features sees nothing but its training part.

    Args:
        matrices: The same samples with different features, by the name of the feature set.
        tasks: What each model trains on and tests.

    Raises:
        BurnishError: A model could not be fitted.
    """
    # Each task chooses on its own training part, whatever the others chose: a model chosen on all samples would have
    # seen the test samples through the choice (nested cross-validation).
    quick = {name: with_shortcuts(matrix) for name, matrix in matrices.items()}
    trials = _merged([_choose(matrix, tasks, name if len(quick) > 1 else "") for name, matrix in quick.items()])
    lasts: dict[str, list[tuple[int, _FinalFit]]] = {name: [] for name in quick}
    for place, (task, tried) in enumerate(zip(tasks, trials, strict=True)):
        name = (tried[0].features if tried else "") or next(iter(quick))
        first = _options(quick[name], task)[0]
        chosen, temperature = (tried[0].candidate, tried[0].temperature) if tried else (first, 1.0)
        lasts[name].append((place, _FinalFit(task, chosen, temperature)))
    found: dict[int, Fitted] = {}
    for name, fits in lasts.items():
        if fits:
            results = _in_workers(partial(_fit_final, quick[name]), [fit for _, fit in fits], quick[name].jobs)
            for (place, _), one in zip(fits, results, strict=True):
                found[place] = one._replace(trials=trials[place], features=name)
    return [found[place] for place in range(len(tasks))]


def _merged(by_set: "list[list[tuple[Trial, ...]]]") -> "list[tuple[Trial, ...]]":
    """Return the trials of each task over all feature sets, the best first; of equal ones, those of the first set."""
    together = ([trial for one in task for trial in one] for task in zip(*by_set, strict=True))
    return [tuple(sorted(tried, key=lambda trial: (-trial.macro_f1, -trial.accuracy))) for tried in together]


def macro_f1(truth: "Numbers", guess: "Numbers", classes: int) -> float:
    """Return the mean F1, 2 TP / (2 TP + FP + FN), of the classes that occur, true or guessed."""
    import numpy as np

    right = np.bincount(truth[truth == guess], minlength=classes)
    both = np.bincount(truth, minlength=classes) + np.bincount(guess, minlength=classes)
    return float((2 * right[both > 0] / both[both > 0]).mean())


def _options(matrix: TrainingMatrix, task: Task) -> tuple[Candidate, ...]:
    import numpy as np

    return candidates(matrix.model, np.bincount(matrix.label[task.train], minlength=matrix.classes))


def _choose(matrix: TrainingMatrix, tasks: "list[Task]", features: str) -> list[tuple[Trial, ...]]:
    """Return the trials of each task, the best first: by macro F1, then accuracy, then the order of the candidates."""
    # All fits of all tasks are one list for one pool: the workers hold the matrix once, and none waits for the slowest
    # fit of a task. The answers come back in this order, so that each task takes as many as it gave.
    inner = [list(_inner_fits(matrix, task)) for task in tasks]
    answers = iter(_in_workers(partial(_fit_inner, matrix), [one for part in inner for one in part], matrix.jobs))
    found = []
    for part in inner:
        pairs = [(one, next(answers)) for one in part]
        tried = [_trial(matrix, name, pairs) for name in dict.fromkeys(one.candidate for one in part)]
        tried = [trial._replace(features=features) for trial in tried]
        found.append(tuple(sorted(tried, key=lambda trial: (-trial.macro_f1, -trial.accuracy))))
    return found


def _inner_fits(matrix: TrainingMatrix, task: Task) -> "Iterator[_InnerFit]":
    import numpy as np

    options = _options(matrix, task)
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
        estimator.fit(_input(matrix, model, train), matrix.label[train])
    return model


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


def _fit_inner(matrix: TrainingMatrix, one: _InnerFit) -> "NDArray[np.float64]":
    return score_model(matrix, fit_model(matrix, one.candidate, one.train), one.test)


def _fit_final(matrix: TrainingMatrix, last: _FinalFit) -> Fitted:
    import numpy as np

    # The accuracy on its own training samples costs one more prediction and shows high bias, of which `train` warns.
    train, test, save = last.task
    model = fit_model(matrix, last.candidate, train, saved=save)
    right = score_model(matrix, model, train).argmax(axis=1) == matrix.label[train]
    found = np.zeros((0, matrix.classes))
    if len(test):
        found = probabilities(score_model(matrix, model, test), last.temperature)
    saved = bytes(import_module("skops.io").dumps(model.estimator)) if save else b""
    return Fitted(last.candidate, (), found, float(right.mean()), last.temperature, saved)


def _in_workers(work: "Callable[[Item], Answer]", items: "Iterable[Item]", jobs: int | None) -> "list[Answer]":
    """Return the results in order; a model that could not be fitted ends it all."""
    found = []
    with closing(run(work, items, jobs=jobs, chunk_size=1, timeout_s=_DAY_S, preload=_PRELOAD)) as results:
        for result in results:
            if isinstance(result, Failure):
                raise BurnishError(f"a model could not be fitted: {result.detail}")
            found.append(result)
    return found
