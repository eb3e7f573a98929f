"""Samples far from each other, and samples far from all others: k-centre and outlier scores."""

from typing import TYPE_CHECKING, NamedTuple

from curate.embeddings.neighbours import nearest_by_distance
from curate.ground.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

NEIGHBOURS = 10
"""Others that an outlier score looks at (Ramaswamy et al., SIGMOD 2000, take the k-th; the mean is less jumpy)."""
UNUSUAL_Z = 3.5
"""Modified z above which a score is an outlier (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993)."""
_MAD_TO_SIGMA = 0.6745
_LEAST_AWAY = 0.2231  # log 1.25


class Spread(NamedTuple):
    """Samples in the order in which they were taken.

    Attributes:
        order: int64, shape (taken,): rows of the vectors.
        radius: float64, shape (taken,): the largest distance of any vector to the nearest of those taken so far.
    """

    order: "NDArray[np.int64]"
    radius: "NDArray[np.float64]"


class Outliers(NamedTuple):
    """How far each vector is from its neighbours.

    Attributes:
        score: float32, shape (vectors,): mean distance to the nearest others.
        threshold: Above it a score is unusual among these; infinite where nothing can be said.
    """

    score: "NDArray[np.float32]"
    threshold: float


def spread(vectors: "Vectors", count: int) -> Spread:
    """Return samples that cover all vectors: each is the farthest from those before (greedy k-centre).

    The greedy radius is at most twice the best one (Gonzalez 1985). The first sample is the one nearest the mean; of
    equally far ones the first is taken.

    Args:
        vectors: float32, shape (samples, length), finite.
        count: How many to take; all where there are fewer.

    Raises:
        InputError: There are no vectors.
    """
    import numpy as np

    if not len(vectors):
        raise InputError("there are no vectors to choose from")
    count = min(count, len(vectors))
    order, radius = np.zeros(count, np.int64), np.zeros(count)
    nearest = np.full(len(vectors), np.inf)
    square = np.einsum("ij,ij->i", vectors - vectors.mean(axis=0), vectors - vectors.mean(axis=0))
    place = int(square.argmin())
    for taken in range(count):
        order[taken] = place
        apart = vectors - vectors[place]
        np.minimum(nearest, np.sqrt(np.einsum("ij,ij->i", apart, apart)), out=nearest)
        # Taken ones stay taken, though a copy of theirs is as near.
        nearest[place] = -1
        radius[taken] = max(0.0, float(nearest.max()))
        place = int(nearest.argmax())
    return Spread(order, radius)


def find_outliers(vectors: "Vectors", k: int = NEIGHBOURS) -> Outliers:
    """Return the mean distance of each vector to its k nearest others, and above what it is unusual.

    The threshold lies where the modified z of the score's logarithm is 3.5: distances are skewed, their logarithms
    hardly. With fewer than k + 2 vectors, or more than half of the scores equal, it is infinite.

    Args:
        vectors: float32, shape (samples, length), finite; for cosine distances, at length 1 (`unit`).
        k: Others to look at; fewer where there are fewer.
    """
    import numpy as np

    found = nearest_by_distance(vectors, k).distance
    if not found.shape[1]:
        return Outliers(np.zeros(len(vectors), np.float32), np.inf)
    score = found.mean(axis=1)
    known = score[score > 0]
    if len(vectors) < k + 2 or not len(known):
        return Outliers(score, np.inf)
    logs = np.log(known)
    middle = float(np.median(logs))
    deviation = float(np.median(np.abs(logs - middle)))
    # However alike the others are: what is less than a quarter farther away than the median is not unusual.
    away = max(UNUSUAL_Z / _MAD_TO_SIGMA * deviation, _LEAST_AWAY)
    threshold = np.exp(middle + away) if deviation else np.inf
    return Outliers(score, float(threshold))
