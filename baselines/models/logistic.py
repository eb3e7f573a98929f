"""Logistic regression of fewer samples than numbers: the steps of scikit-learn's, on as many axes as there are samples.

With few samples of many numbers (900 photos of 4,812) nearly all time goes into products with the features, two a step.
The penalty is a length and the start is 0, so all coefficients that L-BFGS comes by are sums of samples, and turning
the samples onto as many axes as there are samples changes no step. Only where it stops depends on the axes, by the
largest element of the gradient: that is asked for in the axes of the features, so that it stops at the same step.
"""

from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from baselines.models.models import Estimator, Features

    Numbers = NDArray[np.int64]
    Matrix = NDArray[np.float64]

_FEWER = 2
"""The features have to be so many times as many as the samples; the inner products cost what three to five steps do."""
_PER_CLASS = 200
"""Most samples for each class: of two classes a step is cheap, and the inner products of many samples are not."""
_MOST = 3000
"""Samples: the inner products of more, their factor and the points of it take over 300 MB, in each worker."""
_AXES = 64
"""Of the gradient, those that were the largest when it was last looked at whole."""
_LINE_SEARCHES, _ROUNDING_STEPS = 50, 64
"""As scikit-learn calls L-BFGS: trials of a step's length, and the change of the loss, in units of rounding."""


class Regression(Protocol):
    """What is taken from scikit-learn's estimator, and what it is given."""

    C: float
    tol: float
    max_iter: int
    class_weight: str | None
    classes_: "Numbers"
    coef_: "Matrix"
    intercept_: "Matrix"
    n_iter_: "NDArray[np.int32]"
    n_features_in_: int


class _Axes(NamedTuple):
    """Samples on as many axes as they span.

    Attributes:
        points: float64, shape (samples, axes); with the inner products of the features.
        rows: The samples that span all others, one for each axis.
        triangle: Their points, shape (axes, axes), lower triangular.
    """

    points: "Matrix"
    rows: "Numbers"
    triangle: "Matrix"

    def shares(self, coefficients: "Matrix") -> "Matrix":
        """Return of how much of each spanning sample coefficients are made, shape (axes, columns)."""
        from scipy.linalg import solve_triangular

        return cast(
            "Matrix", solve_triangular(self.triangle, coefficients.T, lower=True, trans="T", check_finite=False)
        )


def is_worth_turning(features: "Features", label: "Numbers") -> bool:
    """Return whether `fit_turned` is faster than scikit-learn itself; by the sizes alone, never by the numbers."""
    import numpy as np

    samples, length = features.shape
    return bool(_FEWER * samples <= length and samples <= min(_MOST, _PER_CLASS * len(np.unique(label))))


def fit_turned(
    estimator: "Estimator", features: "Features", label: "Numbers", sample_weight: "Matrix | None" = None
) -> "Estimator":
    """Fit scikit-learn's logistic regression, penalized by the squares of its coefficients, and return it.

    Args:
        estimator: A `LogisticRegression` that is not fitted, with its intercept and solver as they are by default.
        features: Shape (samples, length), fewer samples than numbers.
        label: Of each sample, two classes at least.
        sample_weight: Of each sample; None: 1. Not together with balanced classes, of which versions differ.
    """
    import numpy as np
    from scipy.optimize import minimize

    model = cast("Regression", estimator)
    classes, place = np.unique(label, return_inverse=True)
    axes = _turn(features.astype("float64", copy=False))
    weights = np.ones(len(label)) if sample_weight is None else sample_weight
    if model.class_weight == "balanced":
        weights = weights * (len(label) / (len(classes) * np.bincount(place)))[place]
    loss = _Loss(axes, place, len(classes), weights, 1 / (model.C * weights.sum()))
    stop = _Stop(loss, features, model.tol)
    least = float(_ROUNDING_STEPS * np.finfo(float).eps)
    options = {"maxiter": model.max_iter, "maxls": _LINE_SEARCHES, "gtol": 0.0, "ftol": least}
    start = np.zeros(loss.columns * (axes.points.shape[1] + 1))
    found = minimize(loss, start, method="L-BFGS-B", jac=True, callback=stop, options=options)
    coefficients = loss.shaped(found.x)
    model.coef_ = axes.shares(coefficients[:, :-1]).T @ features[axes.rows]
    model.intercept_, model.classes_ = coefficients[:, -1].copy(), classes
    model.n_iter_, model.n_features_in_ = np.array([found.nit], np.int32), features.shape[1]
    return estimator


def _turn(features: "Matrix") -> _Axes:
    """Return the samples on the axes of the Cholesky factor of their inner products."""
    import numpy as np
    from scipy.linalg import lapack

    # With pivots, because samples that are copies or sums of others span nothing new, and have no factor without.
    factor, pivots, rank, _ = lapack.dpstrf(features @ features.T, lower=1, overwrite_a=1)
    lower, order = np.tril(factor)[:, :rank], pivots.astype(np.int64) - 1
    points = np.empty_like(lower)
    points[order] = lower
    return _Axes(np.ascontiguousarray(points), order[:rank], np.asfortranarray(lower[:rank]))


class _Loss:
    """The mean logarithmic loss and the penalty, with its gradient; of two classes one column, as scikit-learn has it.

    Args:
        axes: The samples.
        place: The class of each, from 0 on.
        classes: How many there are.
        weights: Of each sample.
        penalty: Of half the sum of squares of the coefficients.
    """

    def __init__(self, axes: _Axes, place: "Numbers", classes: int, weights: "Matrix", penalty: float) -> None:
        import numpy as np

        self.axes, self.penalty = axes, penalty
        self.columns = classes if classes > 2 else 1
        self.slope: Matrix | None = None
        self._place, self._share = place, weights / weights.sum()
        self._truth = np.eye(classes)[place]

    def shaped(self, values: "Matrix") -> "Matrix":
        """Return coefficients, and last the intercept, of each column: shape (columns, axes + 1)."""
        # A class's numbers are not next to each other, as in scikit-learn: L-BFGS adds them up in this order.
        return values.reshape(self.columns, -1, order="F")

    def __call__(self, values: "Matrix") -> tuple[float, "Matrix"]:
        import numpy as np

        shaped = self.shaped(values)
        coefficients = shaped[:, :-1]
        margins = self.axes.points @ coefficients.T + shaped[:, -1]
        if self.columns == 1:
            margins = np.hstack([np.zeros_like(margins), margins])
        margins -= margins.max(axis=1, keepdims=True)
        shares = np.exp(margins)
        total = shares.sum(axis=1, keepdims=True)
        losses = np.log(total[:, 0]) - margins[np.arange(len(margins)), self._place]
        slope = (shares / total - self._truth) * self._share[:, None]
        if self.columns == 1:
            slope = slope[:, 1:]
        self.slope = slope
        gradient = np.empty_like(shaped, order="F")
        gradient[:, :-1] = slope.T @ self.axes.points + self.penalty * coefficients
        gradient[:, -1] = slope.sum(axis=0)
        loss = float(self._share @ losses + self.penalty / 2 * np.square(coefficients).sum())
        return loss, gradient.ravel(order="F")


class _Stop:
    """Ends the steps where no element of the gradient, in the axes of the features, is above the tolerance."""

    def __init__(self, loss: _Loss, features: "Features", tolerance: float) -> None:
        self._loss, self._features, self._tolerance = loss, features, tolerance
        self._largest: Features | None = None

    def __call__(self, values: "Matrix") -> None:
        import numpy as np

        # By sample and class, from the last call: L-BFGS reports a step when it has taken it, where it asked last.
        slope, axes = self._loss.slope, self._loss.axes
        assert slope is not None
        if np.abs(slope.sum(axis=0)).max() > self._tolerance:
            return
        # The gradient is a sum of samples too: of their slopes, and of what the coefficients are made of.
        slope = slope.copy()
        slope[axes.rows] += self._loss.penalty * axes.shares(self._loss.shaped(values)[:, :-1])
        # A whole one costs as much as all else of a step. While one of its largest elements is too large, so is it.
        if self._largest is not None and np.abs(slope.T @ self._largest).max() > self._tolerance:
            return
        largest = np.abs(slope.T @ self._features).max(axis=0)
        if largest.max() <= self._tolerance:
            raise StopIteration
        kept = min(_AXES, len(largest))
        self._largest = self._features[:, np.argpartition(largest, -kept)[-kept:]]
