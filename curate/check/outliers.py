"""Outliers: samples that are far from all others in an embedding, as findings."""

from typing import TYPE_CHECKING

from curate.check.checks import EMBEDDING_CHECKS
from curate.embeddings.neighbours import unit
from curate.embeddings.spread import find_outliers
from curate.facts.records import Finding
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from curate.embeddings.store import Embeddings

OUTLIER = "outlier"


def outlier_findings(digests: "Iterable[str | None]", store: "Embeddings") -> tuple[dict[str, Finding], int]:
    """Return the finding of each outlier by digest, and how many samples have no vector.

    A content counts once, however many copies there are: two copies of an odd picture are each other's neighbours.

    Args:
        digests: Of the samples of a manifest.
        store: Vectors.

    Raises:
        InputError: No sample has a vector, or one of them is zero.
    """
    asked = list(digests)
    known = sorted({one for one in asked if one})
    places = store.places(known)
    names = [digest for digest, place in zip(known, places.tolist(), strict=True) if place >= 0]
    if not names:
        raise InputError(f"{store.path}: no sample has a vector; make them for this manifest: burnish embed")
    found = find_outliers(unit(store.vectors[places[places >= 0]], names))
    check = EMBEDDING_CHECKS[OUTLIER]
    odd = {
        name: Finding(OUTLIER, check.severity, round(score, 4), round(found.threshold, 4), check.meaning)
        for name, score in zip(names, found.score.tolist(), strict=True)
        if score > found.threshold
    }
    there = set(names)
    return odd, sum(one not in there for one in asked)
