"""Regions of an embedding where a model is wrong: clusters of embedding and error, and whom they take in.

Domino (Eyuboglu et al., ICLR 2022) finds slices as clusters of embedding, label and prediction together. Here the loss
is one more coordinate of k-means, so that centres move to where errors are. Whom a region takes in is decided by the
embedding alone, the nearest centre without that coordinate: with it, a sample would be taken in because it is wrong,
and nothing could be tested any more. Samples that no model was tested on have a region in the same way.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from curate.embeddings.clusters import counts_to_try, find_clusters, nearest_centre

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

DIRECTIONS = 32
"""Directions of most variance that distances are taken in: of 8, 16, 32 and 64, planted slices were found best here."""
SCALES = (0.0, 0.5, 1.0, 2.0)
"""Spreads of the loss beside the spread 1 of the embedding; which one is best is decided by the half that finds."""


class Space(NamedTuple):
    """The directions in which samples differ most.

    Attributes:
        mean: Of the vectors, shape (length,).
        axes: What they are multiplied by, shape (length, directions).
    """

    mean: "Vectors"
    axes: "Vectors"

    def project(self, vectors: "Vectors") -> "Vectors":
        """Return vectors of shape (samples, length) in these directions, float32 of shape (samples, directions)."""
        return np.asarray((vectors - self.mean) @ self.axes, np.float32)


class Region(NamedTuple):
    """A cluster among others.

    Attributes:
        centre: Of all clusters, in the directions of the space; shape (clusters, directions).
        place: Which of them this is.
        evidence: How much more the model is wrong in it (`evidence`), among the samples that it was found on.
    """

    centre: "Vectors"
    place: int
    evidence: float

    def members(self, projected: "Vectors") -> "NDArray[np.bool_]":
        """Return which samples are nearest to this cluster, of shape (samples, directions)."""
        return np.asarray(nearest_centre(projected, self.centre)[0] == self.place)


def find_space(vectors: "Vectors", *, standardize: bool) -> Space:
    """Return the directions of the largest variance (principal components), at a mean squared length of 1.

    Args:
        vectors: float32, shape (samples, length).
        standardize: Whether columns have units of their own, and are brought to a spread of 1 first.
    """
    mean = vectors.mean(axis=0, dtype=np.float64)
    centred = (vectors - mean).astype(np.float64)
    spread = centred.std(axis=0) if standardize else np.ones(vectors.shape[1])
    # A column that never changes has no spread, and nothing to say.
    weights = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 1e-9)
    centred *= weights
    # The smaller of both products: the axes are the same, and a few thousand hand-made features stay cheap.
    if len(centred) < centred.shape[1]:
        values, left = np.linalg.eigh(centred @ centred.T)
        axes = centred.T @ (left / np.sqrt(np.maximum(values, 1e-12)))
    else:
        values, axes = np.linalg.eigh(centred.T @ centred)
    kept = axes[:, np.argsort(-values, kind="stable")[:DIRECTIONS]]
    length = np.sqrt(np.square(centred @ kept).sum(axis=1).mean()) or 1.0
    return Space(mean.astype(np.float32), (kept * weights[:, None] / length).astype(np.float32))


def find_regions(
    projected: "Vectors", loss: "NDArray[np.float64]", wrong: "NDArray[np.bool_]", *, most: int, least: int, seed: int
) -> list[Region]:
    """Return the regions in which a model is wrong more often than elsewhere, those of most evidence first.

    Args:
        projected: Samples to find on, float32, shape (samples, directions).
        loss: 1 - probability of the true class of each, 0 to 1; or 1 where it is wrong, else 0.
        wrong: Of each, whether the model is wrong.
        most: How many to return; of two that share half of their samples or more, the one of more evidence.
        least: Samples that a region has at least.
        seed: Where chance begins.
    """
    spread = float(loss.std()) or 1.0
    column = ((loss - loss.mean()) / spread).astype(np.float32)[:, None]
    found: list[Region] = []
    for scale in SCALES:
        for count in counts_to_try(len(projected)):
            # One start each: there are many scales and counts, and a poor one of them is only a poor candidate.
            clusters = find_clusters(np.hstack([projected, scale * column]), count, seed, starts=1)
            centre = np.ascontiguousarray(clusters.centre[:, :-1])
            place, _ = nearest_centre(projected, centre)
            size = np.bincount(place, minlength=len(centre)).astype(np.float64)
            bad = np.bincount(place, wrong, minlength=len(centre)).astype(np.float64)
            scores = evidence(bad, size, float(wrong.sum()), len(wrong))
            found += [
                Region(centre, int(at), float(scores[at])) for at in np.flatnonzero((size >= least) & (scores > 0))
            ]
    kept: list[Region] = []
    masks: list[NDArray[np.bool_]] = []
    for region in sorted(found, key=lambda one: -one.evidence):
        mask = region.members(projected)
        if all(2 * (mask & other).sum() < (mask | other).sum() for other in masks):
            kept.append(region)
            masks.append(mask)
        if len(kept) == most:
            break
    return kept


def evidence(
    wrong_inside: "NDArray[np.float64]", inside: "NDArray[np.float64]", wrong: float, samples: int
) -> "NDArray[np.float64]":
    """Return the log likelihood ratio of two error rates against one; 0 where the inside is not the worse.

    Kulldorff's scan statistic for counts of yes and no (1997): Σ k ln(k / n) + (n - k) ln((n - k) / n) over inside and
    outside, less the same of all together.

    Args:
        wrong_inside: Of each part, those that are wrong.
        inside: Of each part, its samples.
        wrong: Of all samples.
        samples: All.
    """
    every_wrong, every = np.full(1, wrong), np.full(1, float(samples))
    outside = _likelihood(every_wrong - wrong_inside, every - inside)
    ratio = _likelihood(wrong_inside, inside) + outside - _likelihood(every_wrong, every)
    return np.asarray(np.where(wrong_inside * samples > inside * wrong, ratio, 0.0), np.float64)


def _likelihood(wrong: "NDArray[np.float64]", size: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Return the log likelihood of counts at their own rate; that of none, and of all, is 0."""
    total = np.zeros_like(size)
    for count in (wrong, size - wrong):
        total += count * np.log(np.where(count > 0, count, 1) / np.where(size > 0, size, 1))
    return total
