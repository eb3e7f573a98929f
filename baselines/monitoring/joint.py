"""All facts together: can a classifier tell the new samples from those of the reference?

Sees what no fact shows alone: two of them that no longer go together. It is one more test of the same family.
"""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec import Struct

from baselines.metrics.significance import Z_95
from baselines.metrics.two_sample import tell_apart
from curate.drift.comparisons import column_of, is_known
from curate.drift.tests import OneTest
from curate.facts.fact_schema import CATEGORIES, NUMBERS
from curate.ground.errors import InputError
from curate.statistics.needed import POWER

if TYPE_CHECKING:
    from baselines.metrics.two_sample import TwoSample
    from curate.drift.rows import Rows
    from curate.drift.verdicts import Judge
    from curate.embeddings.store import Embeddings

    Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]

MOST = 20_000
"""Samples of a side that the classifier sees; of more, some are drawn."""
NAME = "all facts together"
_NEWEST, _STRONGEST, _FEWEST_STRONG = 20, 5, 0.1
_NAMES = 12


class Strong(Struct, frozen=True):
    """A fact that goes with what the classifier goes by.

    Attributes:
        name: Of the fact.
        correlation: Spearman's, of the fact with the score, -1 to 1; above 0, the new samples have more of it.
    """

    name: str
    correlation: float


class Newest(Struct, frozen=True):
    """A new sample that looks least like the reference.

    Attributes:
        path: Of the sample.
        kind: Of the sample.
        score: Log-odds of being new, by a model that had not seen it.
    """

    path: str
    kind: str | None
    score: float


class Joint(NamedTuple):
    """What all facts say together.

    Attributes:
        test: To be judged with the others.
        strongest: The facts that go most with the score; empty where nothing does.
        newest: Those of the new samples that look newest, the newest first.
    """

    test: OneTest
    strongest: tuple[Strong, ...]
    newest: tuple[Newest, ...]


def joint_test(reference: "Rows", new: "Rows", judge: "Judge", embeddings: "Embeddings | None" = None) -> Joint:
    """Return whether a classifier tells two sets apart.

    The effect is 2 · AUC - 1, not below 0: never more than the distance D of its scores, and as that it is a lower
    bound of how far the sets are apart. Facts enter by their ranks among both, and by the squares of these, so that no
    outlier decides and a spread that changed is seen; names as one column each.

    Args:
        reference: One side.
        new: The other.
        judge: Its seed, its level and its groups.
        embeddings: Vectors to be used instead of the facts; samples without one are left out.

    Raises:
        InputError: There are too few samples, or groups, or nothing to tell them by.
    """
    chosen = [_choose(side, embeddings, judge.seed) for side in (reference, new)]
    sides = [side.at(some) for side, some in zip((reference, new), chosen, strict=True)]
    if embeddings is not None:
        place = {digest: at for at, digest in enumerate(embeddings.digests)}
        matrix = np.concatenate([embeddings.vectors[[place[one] for one in side.columns["digest"]]] for side in sides])
        matrix = matrix.astype(np.float64)
    else:
        matrix = _facts_of(sides[0], sides[1])
    groups = None
    if judge.units is not None:
        names = [name for side in sides for name in side.columns["group"].tolist()]
        groups = np.unique(names, return_inverse=True)[1].astype(np.int64)
    found = tell_apart(matrix[: sides[0].kept], matrix[sides[0].kept :], groups, judge.seed)
    effect = max(0.0, 2 * found.auc - 1)
    upper = _upper(found.auc, found.interval[1], judge.alpha)
    bound = max(effect, min(1.0, 2 * upper - 1))
    needed = None if judge.units is not None else _needed(found, judge)
    test = OneTest(NAME, "features", effect, found.p, 1.0, "cannot tell", found.samples, needed, bound, auc=found.auc)
    order = np.argsort(-found.scores[sides[0].kept :], kind="stable")[:_NEWEST].tolist()
    paths, kinds = column_of(sides[1], "path"), column_of(sides[1], "kind")
    scores = found.scores[sides[0].kept :]
    newest = tuple(Newest(str(paths[at]), _text(kinds[at]), round(float(scores[at]), 4)) for at in order)
    return Joint(test, _strongest(sides[0], sides[1], found.scores), newest)


def _choose(side: "Rows", embeddings: "Embeddings | None", seed: int) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """Return the rows that take part."""
    places = np.arange(side.kept)
    if embeddings is not None:
        known = set(embeddings.digests)
        places = np.flatnonzero([digest in known for digest in column_of(side, "digest")])
        if not len(places):
            raise InputError("no sample has a vector in the embeddings; make them for both sets: burnish embed")
    if len(places) > MOST:
        places = np.sort(np.random.default_rng(seed).choice(places, MOST, replace=False))
    return places


def _facts_of(reference: "Rows", new: "Rows") -> "Matrix":
    """Return the facts of both as numbers without units, shape (samples of both, columns)."""
    columns = []
    for name in NUMBERS:
        values = np.concatenate([column_of(side, name) for side in (reference, new)]).astype(np.float64)
        known = np.isfinite(values)
        if known.any() and len(np.unique(values[known])) > 1:
            # Ranks of both together: which sample is of which side changes none. A missing one is in the middle.
            ranks = np.where(known, _ranks(np.where(known, values, np.nan)), 0.0)
            columns += [ranks, ranks**2]
        if known.any() and not known.all():
            columns.append((~known).astype(np.float64))
    for name in CATEGORIES:
        names = np.concatenate([column_of(side, name) for side in (reference, new)])
        texts = np.array(["" if one is None else str(one) for one in names])
        found, counts = np.unique(texts, return_counts=True)
        if name not in {"split", "kind"} and len(found) > 1:
            columns += [(texts == one).astype(np.float64) for one in found[np.argsort(-counts)][:_NAMES]]
    if not columns:
        raise InputError("all facts are the same in all samples: there is nothing to tell the sets apart by")
    return np.stack(columns, axis=1)


def _ranks(values: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return mid-ranks, -1 to 1; not-a-number stays."""
    from scipy.stats import rankdata

    found = rankdata(values, nan_policy="omit")
    return np.asarray(2 * (found - 0.5) / np.isfinite(values).sum() - 1)


def _strongest(
    reference: "Rows", new: "Rows", scores: "np.ndarray[tuple[int], np.dtype[np.float64]]"
) -> tuple[Strong, ...]:
    """Return the facts that go with the scores: the weights of facts that say the same would share it by chance."""
    by_score = _ranks(scores)
    found = []
    for name in NUMBERS:
        values = np.concatenate([column_of(side, name) for side in (reference, new)]).astype(np.float64)
        known = is_known(values)
        if known.sum() > 2 and len(np.unique(values[known])) > 1:
            correlation = float(np.corrcoef(_ranks(values[known]), by_score[known])[0, 1])
            if math.isfinite(correlation) and abs(correlation) >= _FEWEST_STRONG:
                found.append(Strong(name, round(correlation, 4)))
    return tuple(sorted(found, key=lambda one: -abs(one.correlation))[:_STRONGEST])


def _upper(auc: float, upper: float, alpha: float) -> float:
    """Return the upper end of the interval at another level than its 95 %."""
    from scipy.stats import norm

    return min(1.0, auc + (upper - auc) * float(norm.isf(alpha)) / Z_95)


def _needed(found: "TwoSample", judge: "Judge") -> int:
    """Return how many samples of each side call unchanged sets steady in 8 of 10 calls: errors fall with √n."""
    from scipy.stats import norm

    error = (found.interval[1] - found.auc) / Z_95
    width = 2 * (float(norm.isf(judge.alpha)) + float(norm.isf(1 - POWER))) * error
    return math.ceil(max(found.samples) * (width / judge.margin) ** 2)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
