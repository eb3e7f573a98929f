"""From what a model says to probabilities that keep their word: coupling of pairs, and a temperature.

The temperature is fitted on scores of samples that the model was not trained on, so that 0.8 means right in 8 of 10
cases. How near that comes on real sets is in docs/concepts.md; `benchmarks/confidence.py` measures it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STEEPNESS = 4.0
"""Of the sigmoid over a margin. From 1 to 4 the logarithmic loss sank on five sets, and with 4 the best temperature of
digits, clothes and photos was within 15 % of 1."""
_STEEPEST = 50.0  # exp of more is of no use and near the end of a float
_LEAST = 1e-9


def couple(margins: "NDArray[np.float64]", classes: int) -> "NDArray[np.float64]":
    """Return the score of each class from the margins between all pairs of classes.

    A support vector machine of several classes votes, one machine a pair. A count of votes is all but constant: it says
    which class won, never by how much. So each margin d of i against j becomes r_ij = 1 / (1 + exp(-4 d)), and the
    score is log p_i with p_i = 1 / (Σ_j≠i 1/r_ij - (classes - 2)) (Price et al. 1995, pairwise coupling).

    Args:
        margins: Shape (samples, classes · (classes - 1) / 2), the pairs in the order (0, 1), (0, 2), …, (1, 2), …;
            positive where the first of a pair is the likelier.
        classes: Two or more.

    Returns:
        float64, shape (samples, classes); its softmax is a probability.
    """
    import numpy as np

    # Class by class: a cube of (samples, classes, classes) of 500 classes would take 2 MB a sample.
    total, start = np.zeros((len(margins), classes)), 0
    for one in range(classes - 1):
        block = np.clip(_STEEPNESS * margins[:, start : start + classes - 1 - one], -_STEEPEST, _STEEPEST)
        total[:, one] += (1 + np.exp(-block)).sum(axis=1)
        total[:, one + 1 :] += 1 + np.exp(block)
        start += classes - 1 - one
    return np.asarray(-np.log(np.maximum(total - (classes - 2), _LEAST)))


def probabilities(scores: "NDArray[np.float64]", temperature: float) -> "NDArray[np.float64]":
    """Return softmax(scores / temperature), rows that sum to 1."""
    import numpy as np

    # Less the maximum, which changes no share and keeps exp within a float.
    shifted = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def fit_temperature(scores: "NDArray[np.float64]", truth: "NDArray[np.int64]") -> float:
    """Return the temperature under which scores of samples that were not trained on are the likeliest.

    The least mean logarithmic loss over a grid of 41 values from 0.05 to 20 (temperature scaling, Guo et al. 2017).
    """
    import numpy as np

    def loss(temperature: float) -> float:
        right = probabilities(scores, temperature)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(right, 1e-12)).mean())

    return min((float(value) for value in np.geomspace(0.05, 20, 41)), key=loss) if len(truth) else 1.0
