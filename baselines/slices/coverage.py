"""Coverage: how much of a test set lies farther from training than training samples lie from each other."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.metrics.significance import wilson
from curate.embeddings.neighbours import nearest_by_distance
from curate.embeddings.store import Embeddings
from curate.ground.errors import InputError
from curate.records.sample import View

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

QUANTILE = 0.99
"""Of training's own nearest distances: beyond it lies 1 % of what is like the training set."""
LEAST = 20
"""Training samples below which a 99th percentile says nothing."""


class CoveredSample(View):
    """The part of a sample that coverage looks at."""

    path: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    kind: str | None = None
    digest: str | None = None


class Hole(Struct, frozen=True):
    """A test sample that no training sample is near to.

    Attributes:
        path: Of it.
        distance: To the nearest training sample: the chord of unit vectors, 0 to 2.
        nearest: The path of that sample.
        label: Of the test sample.
        tags: Of it.
        kind: `image` or `audio`.
    """

    path: str
    distance: float
    nearest: str
    label: str | None = None
    tags: tuple[str, ...] = ()
    kind: str | None = None


class Part(Struct, frozen=True):
    """The samples of a label or a tag.

    Attributes:
        name: Of it.
        samples: Of the test set.
        outside: Of these, how many lie outside of training.
        share: 0 to 1.
        interval: Of 95 % (Wilson).
        trained: Training samples with that label or tag.
    """

    name: str
    samples: int
    outside: int
    share: float
    interval: tuple[float, float]
    trained: int


class Coverage(Struct, frozen=True):
    """What of the test set training does not cover.

    Attributes:
        train: Training samples.
        test: Test samples.
        threshold: The 99th percentile of the distance of a training sample to the nearest other.
        outside: Test samples that are farther than that from training.
        share: Of the test set, 0 to 1.
        interval: Of 95 % (Wilson).
        expected: Up to what share would be outside of samples like the training set: the upper end of the 95 % interval
            of 1 % in so many training samples, for the percentile is an estimate too.
        has_holes: Whether the test set has more outside than that, by the lower end of its interval.
        copies: Test samples that lie on a training sample: the same bytes, or the same vector.
        labels: By label, the largest share first.
        tags: By tag, likewise.
        holes: The samples outside, the farthest first.
    """

    train: int
    test: int
    threshold: float
    outside: int
    share: float
    interval: tuple[float, float]
    expected: float
    has_holes: bool
    copies: int
    labels: tuple[Part, ...]
    tags: tuple[Part, ...]
    holes: tuple[Hole, ...]


def measure_coverage(train: Sequence[CoveredSample], test: Sequence[CoveredSample], store: Embeddings) -> Coverage:
    """Return what of a test set lies outside of a training set.

    Args:
        train: The training samples.
        test: The others.
        store: Vectors of all of them.

    Raises:
        InputError: A sample has no vector, there is no test sample, or there are fewer than 20 training samples that
            differ.
    """
    import numpy as np

    if not test:
        raise InputError("the test set has no samples")
    # Copies would make training's own distances 0, and everything else a hole.
    unique = list({one.digest: one for one in train}.values())
    if len(unique) < LEAST:
        raise InputError(
            f"{len(unique):,} different training samples: a 99th percentile of their distances takes {LEAST} or more"
        )
    known, asked = (_vectors(samples, store) for samples in (unique, test))
    threshold = float(np.quantile(nearest_by_distance(known, 1).distance[:, 0], QUANTILE))
    found = nearest_by_distance(asked, 1, known)
    distance, row = found.distance[:, 0], found.row[:, 0]
    outside = distance > threshold
    order = [int(place) for place in np.argsort(-distance, kind="stable") if outside[place]]
    holes = tuple(
        Hole(one.path, round(float(distance[place]), 4), unique[row[place]].path, one.label, one.tags, one.kind)
        for place, one in ((place, test[place]) for place in order)
    )
    interval = wilson(len(holes), len(test))
    expected = wilson((1 - QUANTILE) * len(unique), len(unique))[1]
    return Coverage(
        train=len(train),
        test=len(test),
        threshold=round(threshold, 4),
        outside=len(holes),
        share=len(holes) / len(test),
        interval=interval,
        expected=expected,
        has_holes=interval[0] > expected,
        copies=int((distance == 0).sum()),
        labels=_parts(test, train, outside, lambda one: (one.label,) if one.label else ()),
        tags=_parts(test, train, outside, lambda one: one.tags),
        holes=holes,
    )


def _vectors(samples: Sequence[CoveredSample], store: Embeddings) -> "NDArray[np.float32]":
    return store.unit_rows([one.digest for one in samples], [one.path for one in samples])


def _parts(
    test: Sequence[CoveredSample],
    train: Sequence[CoveredSample],
    outside: "NDArray[np.bool_]",
    names_of: Callable[[CoveredSample], Iterable[str]],
) -> tuple[Part, ...]:
    """Return the share outside by name, the largest first; of equal ones that of more samples."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(test):
        for name in names_of(one):
            places[name].append(place)
    trained = Counter(name for one in train for name in names_of(one))
    parts = []
    for name, mine in places.items():
        count = int(outside[mine].sum())
        parts.append(Part(name, len(mine), count, count / len(mine), wilson(count, len(mine)), trained[name]))
    return tuple(sorted(parts, key=lambda part: (-part.share, -part.samples, part.name)))
