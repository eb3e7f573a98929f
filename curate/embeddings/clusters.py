"""Clusters of vectors by k-means: how many to look for, who is in which, and how typical each is of its own."""

import math
import warnings
from typing import TYPE_CHECKING, NamedTuple

from curate.ground.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

LEAST = 5
"""Clusters at least, where there are samples enough: fewer are too coarse to tell anything of a dataset."""
_BLOCK = 4096
_MINI_BATCH_ABOVE = 20_000
"""Vectors above which k-means goes over batches: of 100,000 x 512 all of them took minutes for each start."""


class Clusters(NamedTuple):
    """Centres, and the cluster of each vector.

    Attributes:
        centre: float32, shape (clusters, length): means of their vectors; none is empty.
        cluster: int64, shape (vectors,): the nearest centre of each, from 0 on.
        distance: float32, shape (vectors,): to that centre, Euclidean; the smallest is the most typical.
    """

    centre: "Vectors"
    cluster: "NDArray[np.int64]"
    distance: "NDArray[np.float32]"


def counts_to_try(vectors: int, steps: int = 4) -> tuple[int, ...]:
    """Return numbers of clusters from 5 to the root of the number of vectors, evenly spaced by ratio, rising.

    Args:
        vectors: How many there are; of few, the only number is what their root allows, 1 at least.
        steps: How many numbers at most.
    """
    most = max(1, math.isqrt(vectors))
    if most <= LEAST:
        return (most,)
    ratios = (place / max(1, steps - 1) for place in range(steps))
    return tuple(sorted({round(LEAST * (most / LEAST) ** ratio) for ratio in ratios}))


def find_clusters(vectors: "Vectors", count: int, seed: int = 0, starts: int = 3) -> Clusters:
    """Return clusters by k-means (Lloyd; k-means++ starts, the best of some).

    Args:
        vectors: float32, shape (samples, length), finite; for cosine distances, at length 1 (`unit`).
        count: Of clusters; fewer come out where fewer vectors differ.
        seed: Where chance begins; equal input and seed give equal clusters.
        starts: From which the clusters with the smallest distances are taken.

    Raises:
        InputError: There are no vectors.
    """
    import numpy as np
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from sklearn.exceptions import ConvergenceWarning

    if not len(vectors):
        raise InputError("there are no vectors to find clusters in")
    count = max(1, min(count, len(vectors)))
    if len(vectors) > _MINI_BATCH_ABOVE:
        model = MiniBatchKMeans(count, n_init=starts, batch_size=_BLOCK, random_state=seed)
    else:
        model = KMeans(count, n_init=starts, random_state=seed)
    with warnings.catch_warnings():
        # Fewer different vectors than clusters: the empty ones are left out below.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(vectors)
    cluster, _ = nearest_centre(vectors, np.asarray(model.cluster_centers_, np.float32))
    _, cluster = np.unique(cluster, return_inverse=True)
    centre = np.stack([vectors[cluster == one].mean(axis=0) for one in range(int(cluster.max()) + 1)])
    own = vectors - centre[cluster]
    return Clusters(centre, np.asarray(cluster, np.int64), np.sqrt(np.einsum("ij,ij->i", own, own)))


def nearest_centre(vectors: "Vectors", centre: "Vectors") -> "tuple[NDArray[np.int64], NDArray[np.float32]]":
    """Return for each vector the nearest centre (of equally near ones the first), and the distance to it.

    Args:
        vectors: float32, shape (samples, length).
        centre: float32, shape (clusters, length).

    Returns:
        int64 and float32 (Euclidean), both of shape (samples,).
    """
    import numpy as np

    index, distance = np.empty(len(vectors), np.int64), np.empty(len(vectors), np.float32)
    # |v - c|² = |v|² - 2 v·c + |c|²: |v|² is the same for all centres, and added to the smallest only.
    squares = np.einsum("ij,ij->i", centre, centre)
    for low in range(0, len(vectors), _BLOCK):
        rows = vectors[low : low + _BLOCK]
        part = squares - 2 * (rows @ centre.T)
        best = part.argmin(axis=1)
        least = part[np.arange(len(rows)), best] + np.einsum("ij,ij->i", rows, rows)
        index[low : low + _BLOCK], distance[low : low + _BLOCK] = best, np.sqrt(np.maximum(least, 0))
    return index, distance
