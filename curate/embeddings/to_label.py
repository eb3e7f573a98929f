"""What to label next: typical samples while labels are few, uncertain ones of dense regions once there are more.

With few labels a model's doubt says little, and typical samples teach most (TypiClust: Hacohen, Dekel and Weinshall,
ICML 2022); with many it is the other way round.
"""

from typing import TYPE_CHECKING, NamedTuple

from curate.embeddings.clusters import find_clusters
from curate.embeddings.neighbours import nearest_by_distance
from curate.ground.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Numbers = NDArray[np.int64]

FEW = 20
"""Labels a class, on average, below which typical samples are chosen."""
_MOST_CLUSTERS = 500
_NEIGHBOURS = 20
"""Others that typicality and density look at; as TypiClust's authors, who found 5 to 50 alike."""
_SMALL = 5
"""A cluster of fewer is rather a few odd samples than a kind of them; it comes after all others (TypiClust)."""
_POOL = 10
"""Uncertain samples from which one is chosen, for each that is wanted."""


class Choice(NamedTuple):
    """A sample to label.

    Attributes:
        row: Of the vectors.
        score: Typicality (1 / mean distance to its neighbours), or (1 - margin) x density; higher is better.
        cluster: Which cluster it stands for, from 0 on.
        alike: How many samples are in that cluster.
        labelled: How many of these had a label, or were chosen before.
        margin: Between the two likeliest classes, 0 to 1; None where typicality decided.
        classes: These two, as indexes of the columns of the probabilities.
    """

    row: int
    score: float
    cluster: int
    alike: int
    labelled: int
    margin: float | None = None
    classes: tuple[int, int] = (-1, -1)


def margins(probabilities: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Return the difference of the two largest of each row, float64 of shape (samples,), 0 to 1.

    Args:
        probabilities: Shape (samples, classes), two classes or more; rows sum to 1.
    """
    import numpy as np

    two = np.partition(probabilities, -2, axis=1)[:, -2:]
    return np.asarray(two[:, 1] - two[:, 0])


def entropies(probabilities: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Return -Σ p ln p of each row in nats, float64 of shape (samples,); 0 ln 0 is 0."""
    import numpy as np

    logs = np.log(probabilities, where=probabilities > 0, out=np.zeros_like(probabilities))
    return np.asarray(-(probabilities * logs).sum(axis=1))


def choose_typical(
    vectors: "Vectors", open_: "NDArray[np.bool_]", group: "Numbers", count: int, seed: int = 0
) -> "list[Choice]":
    """Return the most typical sample of each of the clusters that have the fewest labels, the largest cluster first.

    Args:
        vectors: float32, shape (samples, length); of all samples, those with labels among them.
        open_: Shape (samples,): which have no label yet.
        group: Shape (samples,): near-duplicates have the same number; of each at most one is chosen, and none of a
            group of which one has a label.
        count: How many to choose.
        seed: Where chance begins.

    Raises:
        InputError: No sample is without a label.
    """
    import numpy as np

    free = _free(open_, group)
    clusters = find_clusters(vectors, min(int((~open_).sum()) + count, _MOST_CLUSTERS, len(vectors)), seed)
    members = [np.flatnonzero(clusters.cluster == one) for one in range(len(clusters.centre))]
    typical = {one: _typicality(vectors[rows]) for one, rows in enumerate(members)}
    # Best first in each cluster; what is chosen from it counts as labelled, so that the others come next.
    queues = {
        one: [int(row) for row in rows[np.argsort(-typical[one], kind="stable")] if free[row]]
        for one, rows in enumerate(members)
    }
    labelled = [int((~open_[rows]).sum()) for rows in members]
    chosen: list[Choice] = []
    taken: set[int] = set()
    while len(chosen) < count:
        left = [one for one, queue in queues.items() if queue]
        if not left:
            break
        best = min(left, key=lambda one: (len(members[one]) < _SMALL, labelled[one], -len(members[one]), one))
        row = queues[best].pop(0)
        if int(group[row]) in taken:
            continue
        taken.add(int(group[row]))
        score = float(typical[best][members[best] == row][0])
        chosen.append(Choice(row, score, best, len(members[best]), labelled[best]))
        labelled[best] += 1
    return chosen


def choose_uncertain(
    vectors: "Vectors",
    open_: "NDArray[np.bool_]",
    group: "Numbers",
    probabilities: "NDArray[np.float64]",
    count: int,
    seed: int = 0,
) -> "list[Choice]":
    """Return uncertain samples of dense regions, one of each of as many clusters of the most uncertain ones.

    The score is (1 - margin) x density, with density relative to the densest sample. Clusters of the best ten times as
    many keep a batch from being the same doubt many times over (Zhdanov, Diverse mini-batch Active Learning, 2019).

    Args:
        vectors: As `choose_typical`.
        open_: As there.
        group: As there.
        probabilities: float64, shape (samples, classes); only rows of samples without a label are looked at.
        count: How many to choose.
        seed: Where chance begins.

    Raises:
        InputError: No sample is without a label.
    """
    import numpy as np

    rows = np.flatnonzero(_free(open_, group))
    # The first of each group: near-duplicates are alike uncertain, and one label serves them all.
    rows = rows[np.sort(np.unique(group[rows], return_index=True)[1])]
    margin = margins(probabilities[rows])
    density = _typicality(vectors)[rows]
    score = (1 - margin) * density / density.max()
    pool = np.argsort(-score, kind="stable")[: _POOL * count]
    clusters = find_clusters(vectors[rows[pool]], count, seed)
    best = [pool[clusters.cluster == one][0] for one in range(len(clusters.centre))]
    # Fewer clusters than wanted where vectors are equal: the rest by score.
    rest = [place for place in pool.tolist() if place not in set(best)]
    cluster_of = dict(zip(pool.tolist(), clusters.cluster.tolist(), strict=True))
    sizes = np.bincount(clusters.cluster)
    ordered = sorted([*best, *rest[: max(0, count - len(best))]], key=lambda place: (-score[place], place))
    chosen = []
    for place in map(int, ordered[:count]):
        first, second = np.argsort(-probabilities[rows[place]], kind="stable")[:2].tolist()
        one = cluster_of[place]
        alike = int(sizes[one])
        chosen.append(
            Choice(int(rows[place]), float(score[place]), one, alike, 0, float(margin[place]), (first, second))
        )
    return chosen


def _free(open_: "NDArray[np.bool_]", group: "Numbers") -> "NDArray[np.bool_]":
    """Return which samples can be chosen: without a label, and not the copy of one that has a label."""
    import numpy as np

    free = open_ & ~np.isin(group, group[~open_])
    if not free.any():
        raise InputError("every sample has a label, or is a copy of one that has; there is nothing to label next")
    return np.asarray(free)


def _typicality(vectors: "Vectors") -> "NDArray[np.float64]":
    """Return 1 / mean distance to the nearest others, float64; of a sample alone, 0."""
    import numpy as np

    found = nearest_by_distance(vectors, _NEIGHBOURS).distance
    if not found.shape[1]:
        return np.zeros(len(vectors))
    # Copies only around it: as typical as can be, and still a number.
    return np.asarray(1 / np.maximum(found.mean(axis=1, dtype=np.float64), 1e-6))
