"""Conjunctions of terms that are wrong more often than the whole: SliceLine's score and its pruned search.

Sagadeeva and Boehm, "SliceLine: Fast, Linear-Algebra-based Slice Finding for ML Model Debugging", SIGMOD 2021:

    score(S) = alpha · (error rate of S / error rate of all - 1) - (1 - alpha) · (samples / size of S - 1)

The whole set scores 0; what is above 0 is worse than the whole, and large enough for that.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ALPHA = 0.95
"""Weight of the error rate against the size: the paper's default."""
MOST_TERMS = 3
_MOST_PAIRS = 2_000
"""Pairs that are extended to three terms, of the highest bound: of a thousand tags there are half a million pairs."""


class Conjunction(NamedTuple):
    """Terms that all hold.

    Attributes:
        terms: Rows of the matrix of terms, rising.
        score: SliceLine's.
    """

    terms: tuple[int, ...]
    score: float


class _Scale(NamedTuple):
    samples: int
    wrong: float
    alpha: float
    least: int

    def score(self, size: "Floats", wrong: "Floats") -> "Floats":
        """Return the scores of slices; both of one shape."""
        rate = np.divide(wrong, size, out=np.zeros_like(wrong), where=size > 0) * self.samples / self.wrong
        cost = np.divide(self.samples, size, out=np.full_like(size, np.inf), where=size > 0)
        return self.alpha * (rate - 1) - (1 - self.alpha) * (cost - 1)

    def bound(self, size: "Floats", wrong: "Floats") -> "Floats":
        """Return what no part of a slice with that size and so many wrong can score more than.

        A part of s samples has min(wrong, s) wrong at most. Up to s = wrong the score rises with s; from there on it
        is a - b + (…)/s, which is monotone: the best is at one of both ends.
        """
        end = np.clip(wrong, self.least, np.maximum(size, self.least))
        return np.maximum(self.score(end, np.minimum(wrong, end)), self.score(size, np.minimum(wrong, size)))


def find_conjunctions(
    members: "NDArray[np.bool_]",
    wrong: "NDArray[np.bool_]",
    *,
    most: int,
    least: int,
    alpha: float = ALPHA,
    overlap: float = 1.0,
) -> list[Conjunction]:
    """Return the conjunctions of one to three terms with the highest scores above 0, the highest first.

    Args:
        members: Of each term, which samples it holds for; bool, shape (terms, samples).
        wrong: Which samples are wrong; bool, shape (samples,).
        most: How many to return.
        least: Samples that a slice has at least.
        alpha: Weight of the error rate, 0 to 1.
        overlap: Leaves out what shares so much (Jaccard, 0 to 1) with one that scores higher; 1: only equal slices.
    """
    if not wrong.any() or not len(members):
        return []
    scale = _Scale(members.shape[1], float(wrong.sum()), alpha, least)
    # float32 products are exact below 2^24 samples, and ten times as fast as those of bool.
    table, error = members.astype(np.float32), wrong.astype(np.float32)
    size, bad = table.sum(axis=1, dtype=np.float64), (table @ error).astype(np.float64)
    kept = np.flatnonzero((size >= least) & (bad > 0) & (scale.bound(size, bad) > 0))
    found = [
        Conjunction((int(at),), float(score))
        for at, score in zip(kept, scale.score(size[kept], bad[kept]), strict=True)
    ]
    pairs = _pairs(table[kept], error, scale)
    found += [Conjunction((int(kept[i]), int(kept[j])), score) for i, j, score, _ in pairs]
    triples = _triples(table[kept], error, scale, pairs)
    found += [Conjunction((int(kept[i]), int(kept[j]), int(kept[k])), score) for i, j, k, score in triples]
    ranked = sorted((one for one in found if one.score > 0), key=lambda one: (-one.score, len(one.terms), one.terms))
    return _apart(ranked, members, most, overlap)


def _pairs(
    table: "NDArray[np.float32]", error: "NDArray[np.float32]", scale: _Scale
) -> list[tuple[int, int, float, float]]:
    """Return pairs of terms that are large enough, with their scores and bounds, those of the highest bound first."""
    size = (table @ table.T).astype(np.float64)
    bad = ((table * error) @ table.T).astype(np.float64)
    # A pair that is no smaller than one of its terms says nothing that this term does not say alone.
    alone = np.minimum(np.diag(size)[:, None], np.diag(size)[None, :])
    bound = scale.bound(size, bad)
    first, second = np.nonzero(np.triu((size >= scale.least) & (size < alone) & (bad > 0) & (bound > 0), 1))
    score = scale.score(size[first, second], bad[first, second])
    order = np.argsort(-bound[first, second], kind="stable")
    return [(int(first[at]), int(second[at]), float(score[at]), float(bound[first[at], second[at]])) for at in order]


def _triples(
    table: "NDArray[np.float32]",
    error: "NDArray[np.float32]",
    scale: _Scale,
    pairs: list[tuple[int, int, float, float]],
) -> list[tuple[int, int, int, float]]:
    """Return triples that score more than each of the pairs that they extend."""
    found: list[tuple[int, int, int, float]] = []
    best = max((score for _, _, score, _ in pairs), default=0.0)
    for i, j, score, bound in pairs[:_MOST_PAIRS]:
        # Pairs come by falling bound: below what the best pair has, no triple could come first.
        if bound <= max(0.0, best / 2) or j + 1 >= len(table):
            continue
        both = table[i] * table[j]
        size = (table[j + 1 :] @ both).astype(np.float64)
        bad = (table[j + 1 :] @ (both * error)).astype(np.float64)
        scores = scale.score(size, bad)
        good = np.flatnonzero((size >= scale.least) & (size < both.sum()) & (scores > max(0.0, score)))
        found += [(i, j, j + 1 + int(at), float(scores[at])) for at in good]
    return found


def _apart(ranked: list[Conjunction], members: "NDArray[np.bool_]", most: int, overlap: float) -> list[Conjunction]:
    kept: list[Conjunction] = []
    masks: list[NDArray[np.bool_]] = []
    for one in ranked:
        mask = np.asarray(members[list(one.terms)].all(axis=0), np.bool_)
        if all((mask & other).sum() < overlap * (mask | other).sum() for other in masks):
            kept.append(one)
            masks.append(mask)
        if len(kept) == most:
            break
    return kept
