"""Fitting: one model on some samples, what it says of others, and many such fits in worker processes."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar, cast

from baselines.data.folds import make_folds
from baselines.models.logistic import fit_turned, is_worth_turning
from baselines.models.models import GAMMA, MOST_FOR_SVM, Candidate, build, fit_machine, scores, similarities
from baselines.models.training_matrix import Task, TrainingMatrix
from curate.engine import Failure, run
from curate.ground.errors import BurnishError

if TYPE_CHECKING:
    from collections.abc import Sequence
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


class Model(NamedTuple):
    """A fitted estimator.

    Attributes:
        estimator: Of scikit-learn.
        train: Indexes of the samples that it was fitted on, in the order in which it got them.
        candidate: Which it is.
        saved: Whether its input is features, and not a shortcut of the matrix.
    """

    estimator: "Estimator"
    train: "Numbers"
    candidate: Candidate
    saved: bool


def able_candidate(matrix: TrainingMatrix, train: "Numbers", chosen: Candidate) -> Candidate:
    """Return what can be fitted to some samples: the model that was chosen, or a guess where they have one class."""
    import numpy as np

    return chosen if len(np.unique(matrix.label[train])) > 1 else Candidate("majority")


def fit_model(matrix: TrainingMatrix, candidate: Candidate, train: "Numbers", *, saved: bool = False) -> Model:
    """Return a model that was fitted on some samples.

    Args:
        matrix: What is to be learned.
        candidate: Which model.
        train: Indexes of the samples.
        saved: Whether it will be used without this matrix's shortcuts.
    """
    import warnings

    import numpy as np

    size = {"classes": matrix.classes, "length": matrix.features.shape[1]}
    if candidate.name == "svm":
        # Class by class: for each two classes libsvm goes through their samples, and finds them side by side in a fifth
        # less time. What it learns is the same, as it keeps their order within a class.
        train = train[np.argsort(matrix.label[train], kind="stable")]
    shared = _shares_pairs(matrix, candidate, saved=saved)
    estimator = build(candidate, len(train), matrix.seed, **size, pairs=shared)
    model = Model(estimator, train, candidate, saved)
    with _threads().limit(limits=1), warnings.catch_warnings():
        # A quick baseline that stops before it has converged is a baseline all the same.
        warnings.filterwarnings("ignore", message=".*converge", category=UserWarning)
        # Of half a training part some classes have one sample; scikit-learn then takes the labels for measurements.
        warnings.filterwarnings("ignore", message="The number of unique classes", category=UserWarning)
        features, label, weights = _input(matrix, model, train), matrix.label[train], _weights(matrix, candidate, train)
        if candidate.name == "svm" and not shared and len(train) <= MOST_FOR_SVM:
            taught = build(candidate, len(train), matrix.seed, **size, pairs=True)
            # The machine that is saved learns from the numbers that those learned from which were tried and scored.
            known = matrix.distance is not None
            similar = _pairs(matrix, candidate, train, train) if known else similarities(features, features)
            fit_machine((taught, estimator), features, similar, label, **weights)
        elif (
            candidate.name == "logistic" and is_worth_turning(features, label) and not (candidate.balanced and weights)
        ):
            fit_turned(estimator, features, label, **weights)
        else:
            estimator.fit(features, label, **weights)
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
        pairs = _shares_pairs(matrix, model.candidate, saved=model.saved)
        return scores(model.estimator, _input(matrix, model, test), matrix.classes, pairs=pairs)


def _shares_pairs(matrix: TrainingMatrix, candidate: Candidate, *, saved: bool) -> bool:
    # A model that is saved gets plain features: who loads it has new samples, and none of these shortcuts.
    return candidate.name in {"svm", "knn"} and matrix.distance is not None and not saved


def _input(matrix: TrainingMatrix, model: Model, samples: "Numbers") -> "NDArray[np.float32] | NDArray[np.float64]":
    """Return what a model is given of some samples."""
    if _shares_pairs(matrix, model.candidate, saved=model.saved):
        return _pairs(matrix, model.candidate, samples, model.train)
    if not model.saved and model.candidate.name == "logistic" and matrix.turned is not None:
        return matrix.turned[samples].astype("float64")
    return matrix.features[samples].astype("float64")


def _pairs(
    matrix: TrainingMatrix, candidate: Candidate, samples: "Numbers", others: "Numbers"
) -> "NDArray[np.float32]":
    """Return what the matrix knows of pairs: how similar they are, for a machine, or how far apart, for neighbours."""
    import numpy as np

    assert matrix.distance is not None
    found = matrix.distance[np.ix_(samples, others)]
    if candidate.name == "knn":
        return np.sqrt(found, out=found)
    found *= -GAMMA
    return np.exp(found, out=found)


@cache
def _threads() -> "ThreadpoolController":
    """Return what holds numerical libraries to one thread; made once, as it looks through all loaded libraries.

    There is a process for each processor; and a process that is forked from one with a pool of OpenMP threads would
    wait for these threads for ever.
    """
    return cast("ThreadpoolController", import_module("threadpoolctl").ThreadpoolController())


class InnerFit(NamedTuple):
    """One candidate on one inner fold: indexes of the samples that it learns from, and of those that it is tried on."""

    candidate: Candidate
    train: "Numbers"
    test: "Numbers"


def inner_fits(matrix: TrainingMatrix, task: Task, options: tuple[Candidate, ...]) -> "Iterator[InnerFit]":
    """Yield each candidate on each fold of the training part that tells something, and on validation where it is.

    A fold trains on nothing that was made from what it tests: a unit is never torn.
    """
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
                yield InnerFit(candidate, train, test)
        # Conditions that training has too little of are in the validation split, if anywhere: what is chosen on clean
        # samples alone may be the worse model for them.
        if task.validation is not None and len(task.validation):
            yield InnerFit(candidate, task.train, task.validation)


WatchFits = Callable[[Iterable[Any], int], Iterator[Any]]
"""Passes on what fits came to, of which there will be so many, and shows how far it is."""


def unwatched(results: Iterable[Any], _count: int) -> Iterator[Any]:
    """Pass on what fits came to."""
    return iter(results)


def in_workers(
    work: "Callable[[Item], Answer]", items: "Sequence[Item]", jobs: int | None, watch: WatchFits = unwatched
) -> "list[Answer]":
    """Return what the fits came to, in order, from worker processes.

    Args:
        work: One fit.
        items: Of what, one by one.
        jobs: Processes; None: as many as there are processors.
        watch: Shows how far it is.

    Raises:
        BurnishError: A model could not be fitted, which ends it all.
    """
    found = []
    with closing(run(work, items, jobs=jobs, chunk_size=1, timeout_s=_DAY_S, preload=_PRELOAD)) as results:
        for result in watch(results, len(items)):
            if isinstance(result, Failure):
                raise BurnishError(f"a model could not be fitted: {result.detail}")
            found.append(result)
    return found
