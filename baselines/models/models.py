"""The models: what a person would call quick and dirty, fitted in seconds, the same on every run.

The features are scaled already (`baselines.features`), so a model is one estimator of scikit-learn with fixed settings.
"""

import math
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, Self, cast

from msgspec import Struct

from baselines.models.calibration import couple
from curate.ground.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Features = NDArray[np.float32] | NDArray[np.float64]

MODELS = ("auto", "logistic", "svm", "knn", "trees", "majority")
"""Values of `--model`."""

_AUTO = ("svm", "logistic", "knn")
"""What `auto` tries; not trees: ten times as slow, and never the best on speech, words or photos."""
MOST_FOR_SVM = 5000
"""Training samples above which `auto` does not try the support vector machine: its time grows with their square."""
MOST_CLASSES_FOR_SVM = 200
"""Above, it is not fitted: it makes a machine of every two classes, 497,503 of 998, and eight minutes did not do."""
GAMMA = 0.5
"""Of its kernel exp(-gamma |x - y|²)."""
_UNEVEN = 1.5
_SMALLEST = 1e-3
_SMALLEST_VOTE = 0.01
_NEIGHBOURS = 5
_BALANCED = ", balanced"

_ROWS = 2048
"""Samples whose similarities to the support vectors are in memory together."""
_CLASSES = 10
"""For so many the tolerance of logistic regression was chosen."""
_WORK, _FEWEST_STEPS = 1e12, 10
"""Multiplications of a fit, about a minute, and the fewest steps that it takes however large each is."""


class Estimator(Protocol):
    """What all of scikit-learn's classifiers have; those with probabilities have `predict_proba`, others do not."""

    classes_: "NDArray[np.int64]"
    decision_function_shape: str
    break_ties: bool

    def fit(self, features: "Features", label: "NDArray[np.int64]") -> Self: ...

    def decision_function(self, features: "Features") -> "NDArray[np.float64]": ...

    def predict_proba(self, features: "Features") -> "NDArray[np.float64]": ...


class _Machine(Estimator, Protocol):
    """What a support vector machine has besides."""

    kernel: str
    support_: "NDArray[np.int32]"
    support_vectors_: "NDArray[np.float64]"
    n_support_: "NDArray[np.int32]"
    dual_coef_: "NDArray[np.float64]"
    intercept_: "NDArray[np.float64]"
    shape_fit_: tuple[int, ...]
    n_features_in_: int
    _gamma: float

    def fit(self, features: "Features", label: "NDArray[np.int64]", **weights: object) -> Self: ...


class _Recipe(NamedTuple):
    """A class of scikit-learn, and how it is made; imported only when it is needed."""

    module: str
    name: str
    settings: dict[str, object]
    weighs: bool = False
    draws: bool = False


# The strengths were chosen in cross-validation on spoken digits, on words and on photos of clothes: one for all.
_ESTIMATORS = {
    "knn": _Recipe(
        "sklearn.neighbors",
        "KNeighborsClassifier",
        {"n_neighbors": _NEIGHBOURS, "weights": "distance", "algorithm": "brute"},
    ),
    "logistic": _Recipe(
        "sklearn.linear_model", "LogisticRegression", {"C": 10.0, "max_iter": 200, "tol": 1e-3}, weighs=True, draws=True
    ),
    "majority": _Recipe("sklearn.dummy", "DummyClassifier", {"strategy": "prior"}),
    "svm": _Recipe(
        "sklearn.svm",
        "SVC",
        {"C": 10.0, "gamma": GAMMA, "break_ties": True, "cache_size": 500},
        weighs=True,
        draws=True,
    ),
    "trees": _Recipe("sklearn.ensemble", "ExtraTreesClassifier", {"n_estimators": 200}, weighs=True, draws=True),
}


class Candidate(Struct, frozen=True, order=True):
    """A model that can be fitted.

    Attributes:
        name: `logistic`, `svm`, `knn`, `trees` or `majority`.
        balanced: Whether each class weighs the same, however many samples it has.
    """

    name: str
    balanced: bool = False

    def __str__(self) -> str:
        return f"{self.name}{_BALANCED}" if self.balanced else self.name

    @property
    def weighs(self) -> bool:
        """Whether samples can weigh more or less than others."""
        return _ESTIMATORS[self.name].weighs

    @classmethod
    def named(cls, text: str) -> Self:
        """Return the candidate that `str` made the text of.

        Raises:
            ValueError: There is no such model.
        """
        name = text.removesuffix(_BALANCED)
        if name not in _ESTIMATORS or (name != text and not _ESTIMATORS[name].weighs):
            raise ValueError(text)
        return cls(name, name != text)


def check_model(name: str) -> None:
    """Check the value of `--model`.

    Raises:
        UsageError: There is no such model.
    """
    if name not in MODELS:
        raise UsageError(f"--model {name!r} is unknown{did_you_mean(name, MODELS)}")


def settings_of(candidate: Candidate) -> dict[str, str | float | bool | None]:
    """Return the hyperparameters that a model is fitted with, for the record of a run."""
    return {name: cast("str | float | bool | None", one) for name, one in _ESTIMATORS[candidate.name].settings.items()}


def candidates(name: str, counts: "NDArray[np.int64]") -> tuple[Candidate, ...]:
    """Return what to choose from: for `auto` several models, and balanced ones where the classes are uneven.

    Args:
        name: Value of `--model`.
        counts: Training samples of each class.

    Raises:
        UsageError: There are too many classes for a support vector machine.
    """
    # Counted over the training part only: there a class of the test part may be missing, and weights of none are 1/0.
    present = counts[counts > 0]
    if len(present) < 2:
        return (Candidate("majority"),)
    names: tuple[str, ...] = (name,)
    if name == "auto":
        machine = counts.sum() <= MOST_FOR_SVM and len(present) <= MOST_CLASSES_FOR_SVM
        names = tuple(one for one in _AUTO if one != "svm" or machine)
    elif name == "svm" and len(present) > MOST_CLASSES_FOR_SVM:
        raise UsageError(
            f"--model svm makes a machine of every two classes, {math.comb(len(present), 2):,} of {len(present):,}, "
            f"and takes {MOST_CLASSES_FOR_SVM} classes at most; take --model logistic or knn"
        )
    uneven = present.max() > _UNEVEN * present.min()
    weights = (False, True) if uneven else (False,)
    return tuple(Candidate(one, way) for one in names for way in (weights if _ESTIMATORS[one].weighs else (False,)))


def build(
    candidate: Candidate, samples: int, seed: int, *, classes: int = 2, length: int = 1, pairs: bool = False
) -> Estimator:
    """Return the estimator, not fitted yet.

    Args:
        candidate: Which.
        samples: How many it will be fitted on.
        seed: Of the models that draw.
        classes: How many there are.
        length: Numbers of each sample.
        pairs: Whether a machine is given the similarities of its samples instead of their features, neighbours the
            distances.
    """
    estimator = _ESTIMATORS[candidate.name]
    settings = dict(estimator.settings)
    if estimator.draws:
        settings["random_state"] = seed
    if estimator.weighs:
        settings["class_weight"] = "balanced" if candidate.balanced else None
    if candidate.name == "knn":
        # scikit-learn refuses more neighbours than it was given samples, which a fold of a small set may have.
        settings["n_neighbors"] = min(_NEIGHBOURS, samples)
    if candidate.name == "logistic":
        # It stops where no element of the gradient is larger than the tolerance. The more classes, the smaller all of
        # them: 400 classes of unit vectors stopped before the first step, with a model that had learned nothing.
        settings["tol"] = 1e-3 * min(1.0, _CLASSES / classes)
        # A step takes some four products of samples, numbers and classes.
        settings["max_iter"] = max(_FEWEST_STEPS, min(200, int(_WORK / (4 * samples * length * classes))))
    if pairs:
        settings["metric" if candidate.name == "knn" else "kernel"] = "precomputed"
    return cast("Estimator", getattr(import_module(estimator.module), estimator.name)(**settings))


def scores(model: Estimator, features: "Features", classes: int, *, pairs: bool = False) -> "NDArray[np.float64]":
    """Return for each sample and class a score: the larger, the likelier; its softmax is a probability.

    Args:
        model: Fitted on classes that are numbers from 0 on.
        features: Shape (samples, length); or similarities to the samples that a machine was trained on, distances from
            those that are neighbours.
        classes: How many there are, also those that the model never saw.
        pairs: Whether they are similarities or distances.

    Returns:
        float64, shape (samples, classes): of a support vector machine the coupled margins of all pairs, of other models
        logarithms of their probabilities; a class that the model never saw is far below all others.
    """
    import numpy as np

    # What was not learned stays far below all others under any temperature: e^-50 of them at 20, the highest one.
    found = np.full((len(features), classes), -1e3)
    if hasattr(model, "predict_proba"):
        # Shares of votes are steps of a fifth, and none of five is no thousandth: with a hundredth the logarithmic loss
        # of neighbours and trees sank or stayed on five sets of five.
        least = _SMALLEST if hasattr(model, "decision_function") else _SMALLEST_VOTE
        found[:, model.classes_] = np.log(np.maximum(model.predict_proba(features), least))
        return found
    machine = cast("_Machine", model)
    blocks = (features[begin : begin + _ROWS] for begin in range(0, len(features), _ROWS))
    margins = np.concatenate([_margins(machine, block, similar=pairs) for block in blocks])
    # Of two classes scikit-learn has the margin of the second, of more that of the first.
    found[:, model.classes_] = couple(-margins if len(model.classes_) == 2 else margins, len(model.classes_))
    return found


def _margins(machine: "_Machine", features: "Features", *, similar: bool) -> "NDArray[np.float64]":
    """Return the margins of a support vector machine between all pairs of classes, a row for each sample."""
    import numpy as np

    # libsvm takes samples one by one and each support vector one by one, and for each pair of classes again; products
    # of matrices say the same in a tenth of the time, to the fifteenth digit.
    if similar:
        near = features[:, machine.support_].astype("float64")
    else:
        near = similarities(features.astype("float64"), machine.support_vectors_, machine._gamma)
    classes = len(machine.n_support_)
    margins = np.zeros((len(near), classes * (classes - 1) // 2))
    margins += machine.intercept_
    # The pairs are (0, 1), (0, 2), …, (1, 2), …: that of the classes a < b is the one at first[a] + b.
    first = np.cumsum([0, *range(classes - 2, -1, -1)]) - 1
    ends = np.cumsum(machine.n_support_)
    for own, (begin, end) in enumerate(zip(ends - machine.n_support_, ends, strict=True)):
        # Of the support vectors of a class, a row for each other class: what they weigh in the machine of both.
        found = near[:, begin:end] @ machine.dual_coef_[:, begin:end].T
        margins[:, first[:own] + own] += found[:, :own]
        margins[:, first[own] + own + 1 : first[own] + classes] += found[:, own:]
    return margins


def similarities(features: "Features", others: "Features", gamma: float = GAMMA) -> "NDArray[np.float64]":
    """Return exp(-gamma |x - y|²) of all pairs, the kernel of a support vector machine.

    Args:
        features: float64, shape (samples, length).
        others: float64, shape (others, length); of the same array each is as similar to itself as can be, exactly 1.
        gamma: Of the kernel.

    Returns:
        float64, shape (samples, others).
    """
    import numpy as np

    found = features @ others.T
    square = found.diagonal().copy() if features is others else np.einsum("ij,ij->i", features, features)
    other = square if features is others else np.einsum("ij,ij->i", others, others)
    # |x - y|² = |x|² + |y|² - 2xy, in place: of 5,000 samples a copy takes 200 MB. Rounding makes of 0 a little less.
    found *= -2
    found += square[:, None]
    found += other
    np.maximum(found, 0, out=found)
    found *= -gamma
    return np.asarray(np.exp(found, out=found))


def fit_machine(
    machines: tuple[Estimator, Estimator],
    features: "Features",
    similar: "Features",
    label: "NDArray[np.int64]",
    **weights: object,
) -> Estimator:
    """Return a support vector machine of features, fitted on their similarities, which are computed all at once.

    libsvm computes each of them when it asks for it, ten times as slow. It keeps them as float32, so that the last
    of 16 digits changes nothing.

    Args:
        machines: One of similarities, which is fitted; one of features, which gets what the other learned.
        features: float64, shape (samples, length).
        similar: Their similarities, shape (samples, samples).
        label: Of each sample.
        **weights: As `fit` of the machine takes them.
    """
    taught, machine = (cast("_Machine", one) for one in machines)
    taught.fit(similar, label, **weights)
    own = {"kernel": machine.kernel, "_gamma": GAMMA, "shape_fit_": features.shape, "n_features_in_": features.shape[1]}
    machine.__dict__.update(taught.__dict__ | own | {"support_vectors_": features[taught.support_]})
    return machine
