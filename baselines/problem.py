"""What is to be learned, in numbers, and the tasks that it is cut into."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from baselines.models import GAMMA, MOST_FOR_SVM

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be learned.

    Attributes:
        features: float32, shape (samples, length).
        label: Class of each sample, from 0 on.
        unit: What each sample belongs to; units are never torn.
        testable: Which samples may be tested (generated ones may not).
        classes: How many classes there are.
        model: Value of `--model`.
        seed: Where chance begins.
        jobs: Worker processes; None: as many as there are processors.
        kernel: float32, shape (samples, samples): the similarity of all pairs, which all machines that are tried and
            not saved share; None where it is not worth its memory.
    """

    features: "NDArray[np.float32]"
    label: "Numbers"
    unit: "Numbers"
    testable: "Mask"
    classes: int
    model: str
    seed: int = 0
    jobs: int | None = None
    kernel: "NDArray[np.float32] | None" = None


class Task(NamedTuple):
    """One model to fit: indexes of the samples to train on and to test on, and whether to save it."""

    train: "Numbers"
    test: "Numbers"
    save: bool = False


def with_kernel(problem: Problem) -> Problem:
    """Return the problem with the kernel exp(-gamma |x - y|²) of all pairs, if a machine will be tried on it.

    One product of matrices serves all folds: a machine that computes it anew for each takes ten times as long.
    """
    import numpy as np

    if problem.model not in {"auto", "svm"} or len(problem.label) > MOST_FOR_SVM:
        return problem
    centred = problem.features - problem.features.mean(axis=0)
    length = np.square(centred).sum(axis=1)
    kernel = centred @ centred.T
    kernel *= 2
    kernel -= length[:, None]
    kernel -= length
    np.minimum(kernel, 0, out=kernel)
    kernel *= GAMMA
    np.exp(kernel, out=kernel)
    return replace(problem, kernel=kernel)
