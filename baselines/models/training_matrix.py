"""What is to be learned, in numbers, and the tasks that it is cut into."""

from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, cast

from baselines.models.models import MOST_FOR_SVM

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Mask = NDArray[np.bool_]

_MOST_TURNED = 1500
_SMALLEST = 1e-9


@dataclass(frozen=True, slots=True)
class TrainingMatrix:
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
        generated: Which samples a recipe made; None: none.
        generated_weight: What one of these weighs beside a real one.
        names: Digest or path of each sample, which draws go by; empty: by their place.
        distance: float32, shape (samples, samples): the squared distances of all pairs, which all machines and
            neighbours that are tried and not saved share; None where they are not worth their memory.
        turned: float32, shape (samples, axes): the features in fewer numbers, with the same distances; likewise.
    """

    features: "NDArray[np.float32]"
    label: "Numbers"
    unit: "Numbers"
    testable: "Mask"
    classes: int
    model: str
    seed: int = 0
    jobs: int | None = None
    generated: "Mask | None" = None
    generated_weight: float = 1.0
    names: tuple[str, ...] = ()
    distance: "NDArray[np.float32] | None" = None
    turned: "NDArray[np.float32] | None" = None


class Task(NamedTuple):
    """One model to fit.

    Attributes:
        train: Indexes of the samples to train on.
        test: Of those to test on.
        save: Whether to save it.
        validation: Of those that are asked, beside the training part, when there is something to choose; None: none.
    """

    train: "Numbers"
    test: "Numbers"
    save: bool = False
    validation: "Numbers | None" = None


def with_shortcuts(matrix: TrainingMatrix) -> TrainingMatrix:
    """Return the matrix with what makes trying many models on the same samples fast; one that has it, as it is.

    One product of matrices serves all machines and neighbours; with distances computed anew, each of them takes ten
    times as long. And of fewer samples than numbers, the samples can be turned onto as many axes as there are samples:
    that changes no distance and no angle, and so no model that knows only these.
    """
    import numpy as np

    # Both shortcuts are square in the samples: of more, the distances take too much memory, eigh too long.
    samples, length = matrix.features.shape
    near = matrix.model in {"auto", "svm", "knn"} and samples <= MOST_FOR_SVM
    turned = matrix.model in {"auto", "logistic"} and samples <= min(_MOST_TURNED, length)
    if not (near and matrix.distance is None) and not (turned and matrix.turned is None):
        return matrix
    # Centred first: distances stay, and inner products of points far from 0 lose digits that distances need.
    centred = matrix.features - matrix.features.mean(axis=0)
    # Threads that wait for each other at each of eigh's thousands of steps took 12 s for 600 clips where other programs
    # wanted the processors too, and .02 s without them.
    with cast("AbstractContextManager[object]", import_module("threadpoolctl").threadpool_limits(limits=1)):
        products = centred @ centred.T
        return replace(
            matrix,
            turned=_turned(products.astype(np.float64)) if turned else None,
            distance=_distance(products) if near else None,
        )


def _distance(products: "NDArray[np.float32]") -> "NDArray[np.float32]":
    """Return |x - y|² of all pairs from their inner products, whose place it takes."""
    import numpy as np

    # |x - y|² = |x|² + |y|² - 2xy; of equal samples rounding makes it a little less than 0.
    square = products.diagonal().copy()
    products *= -2
    products += square[:, None] + square
    return np.asarray(np.maximum(products, 0, out=products))


def _turned(products: "NDArray[np.float64]") -> "NDArray[np.float32]":
    """Return points with these inner products, shape (samples, axes)."""
    import numpy as np

    # X Xᵀ = V Λ Vᵀ, so V √Λ has the same inner products. Axes whose value is rounding only would be noise.
    values, axes = np.linalg.eigh(products)
    kept = values > _SMALLEST * values.max()
    return np.asarray(axes[:, kept] * np.sqrt(values[kept]), np.float32)
