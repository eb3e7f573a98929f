"""Similar samples by embedding: pairs nearer than a cosine. They are candidates for a person, not duplicates."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from curate.embeddings.neighbours import pairs_above
from curate.ground.errors import InputError, UsageError
from curate.records.sample import View

if TYPE_CHECKING:
    from curate.embeddings.store import Embeddings

AUTO = "auto"


class SimilarItem(View):
    """The part of a sample that is looked at."""

    path: str
    label: str | None = None
    split: str | None = None
    digest: str | None = None


class SimilarPair(Struct, frozen=True):
    """Two samples that are similar enough.

    Attributes:
        first: Path of one, the earlier in the manifest.
        second: Path of the other.
        cosine: Of their vectors.
        labels: Their labels, where they differ.
        splits: Their splits, where they differ.
    """

    first: str
    second: str
    cosine: float
    labels: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()


class Similar(Struct, frozen=True):
    """What was found.

    Attributes:
        threshold: Cosine.
        source: Where that comes from, in words.
        samples: That were compared.
        pairs: The most similar first. Not groups of them: similarity is passed on from neighbour to neighbour, and of
            600 spoken digits 578 made one group, though the two ends of it had nothing in common.
    """

    threshold: float
    source: str
    samples: int
    pairs: tuple[SimilarPair, ...]


def threshold_of(text: str, store: "Embeddings") -> tuple[float, str]:
    """Return the cosine that `--similar` asks for, and where it comes from.

    A cosine of 0.95 means nothing across models: one puts all photos above it, another hardly two of one thing. `auto`
    is how similar a file is to its own mild change (1 % quantile), which `burnish embed` measures.

    Raises:
        UsageError: It is neither `auto` nor a cosine above 0 and up to 1; or the embeddings do not know.
    """
    if text == AUTO:
        if store.about.own_similarity is None:
            raise UsageError(
                f"--similar auto: {store.path} does not say how similar a file is to its own mild change; embed with "
                "burnish embed --package or --model, or give a cosine"
            )
        return store.about.own_similarity, f"1 % quantile of {store.about.own_similarity_files} files beside their own"
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1:
        raise UsageError(f"--similar {text!r} is neither auto nor a cosine above 0 and up to 1")
    return value, "given"


def find_similar(items: Sequence[SimilarItem], store: "Embeddings", threshold: float, source: str) -> Similar:
    """Return the pairs of samples with a cosine of the threshold or more; of each content one sample counts.

    Args:
        items: Of a manifest.
        store: Vectors of all of them.
        threshold: Cosine.
        source: Where that comes from.

    Raises:
        InputError: A sample has no vector, or so many pairs are similar that the threshold tells nothing.
    """
    import numpy as np

    first_of: dict[str, SimilarItem] = {}
    for one in items:
        first_of.setdefault(one.digest or one.path, one)
    unique = list(first_of.values())
    if not unique:
        raise InputError("the manifest has no samples")
    vectors = store.unit_rows([one.digest for one in unique], [one.path for one in unique])
    first, second, cosine = pairs_above(vectors, threshold)
    pairs = []
    # Of equally similar ones in the order of the manifest, as they came.
    for place in np.argsort(-cosine, kind="stable").tolist():
        one, other = unique[first[place]], unique[second[place]]
        labels, splits = (one.label, other.label), (one.split, other.split)
        pairs.append(
            SimilarPair(one.path, other.path, round(float(cosine[place]), 4), _different(labels), _different(splits))
        )
    return Similar(round(threshold, 4), source, len(unique), tuple(pairs))


def _different(values: tuple[str | None, str | None]) -> tuple[str, ...]:
    """Return both values where both are known and differ."""
    known = [value for value in values if value is not None]
    return tuple(known) if len(set(known)) > 1 else ()
