"""Samples that are picked by their embeddings, each with why: those far apart, and those to label next."""

from typing import TYPE_CHECKING

from msgspec import Struct

from baselines.slices.label_next import choose
from curate.embeddings.spread import spread
from curate.embeddings.store import Embeddings
from curate.ground.errors import InputError, UsageError
from curate.ground.union_find import join_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from baselines.data.predictions import ExternalPrediction
    from curate.records.sample import Sample


class PickedSample(Struct, frozen=True, omit_defaults=True):
    """A sample and why it was picked.

    Attributes:
        path: Of the sample.
        why: In words.
        score: What decided: the radius before it was taken, typicality, or (1 - margin) x density.
        kind: `image` or `audio`.
        alike: Samples of its cluster.
        margin: Between the two likeliest classes, 0 to 1; where that decided.
        classes: These two.
    """

    path: str
    why: str
    score: float
    kind: str | None = None
    alike: int | None = None
    margin: float | None = None
    classes: tuple[str, ...] = ()


class Picked(Struct, frozen=True):
    """What was picked, the best first.

    Attributes:
        by: `spread`, `typical` or `uncertain`.
        samples: Out of how many.
        labelled: Of these, how many have a label.
        classes: How many classes those have.
        radius: After the last one, the largest cosine distance chord of any sample to the nearest picked one; None
            where it was not asked for.
        picked: Each with why.
    """

    by: str
    samples: int
    labelled: int
    classes: int
    radius: float | None
    picked: tuple[PickedSample, ...]


def pick_spread(samples: "Sequence[Sample]", store: Embeddings, count: int) -> tuple[Picked, list[int]]:
    """Return samples that cover all, each the farthest from those before it, and their places.

    Raises:
        InputError: A sample has no vector, or there is none.
    """
    found = spread(_vectors(samples, store), count)
    picked = []
    for number, (row, radius) in enumerate(zip(found.order.tolist(), found.radius.tolist(), strict=True)):
        before = float(found.radius[number - 1]) if number else radius
        why = f"the farthest from those before: {before:.3f}" if number else "the nearest to the mean of all"
        picked.append(PickedSample(samples[row].path, why, round(before, 4), samples[row].kind))
    known = [one.label for one in samples if one.label]
    last = float(found.radius[-1]) if len(found.radius) else 0.0
    return Picked(
        "spread", len(samples), len(known), len(set(known)), round(last, 4), tuple(picked)
    ), found.order.tolist()


def pick_to_label(
    samples: "Sequence[Sample]",
    store: Embeddings,
    count: int,
    predictions: "Mapping[str, ExternalPrediction] | None" = None,
    seed: int = 0,
) -> tuple[Picked, list[int]]:
    """Return samples without a label that a model learns most from, and their places.

    Args:
        samples: Those with a label and those without.
        store: Their vectors.
        count: How many to pick.
        predictions: With probabilities, by path, of every sample without a label; None: a model is fitted.
        seed: Where chance begins.

    Raises:
        InputError: A sample has no vector, none is without a label, or one has no probabilities.
    """
    import numpy as np

    vectors = _vectors(samples, store)
    names = sorted({one.label for one in samples if one.label})
    number = {name: place for place, name in enumerate(names)}
    label = np.array([number.get(one.label or "", -1) for one in samples], np.int64)
    predicted = None
    if predictions is not None:
        names = sorted({name for one in predictions.values() for name in one.probabilities})
        predicted = _predicted(samples, predictions, names)
    found = choose(vectors, label, _copies(samples), count, predicted=predicted, seed=seed)
    picked = []
    for one in found.choices:
        sample = samples[one.row]
        classes = tuple(names[place] for place in one.classes) if one.margin is not None else ()
        if one.margin is None:
            have = f"{one.labelled:,} of them with a label or chosen" if one.labelled else "none with a label yet"
            why = f"the most typical of {one.alike:,} alike, {have}"
        else:
            why = f"{' or '.join(classes)}: margin {one.margin:.2f}, where samples are dense"
        margin = None if one.margin is None else round(one.margin, 4)
        picked.append(PickedSample(sample.path, why, round(one.score, 4), sample.kind, one.alike, margin, classes))
    summed = Picked(found.by, len(samples), found.labelled, found.classes, None, tuple(picked))
    return summed, [one.row for one in found.choices]


def _vectors(samples: "Sequence[Sample]", store: Embeddings) -> "NDArray[np.float32]":
    if not samples:
        raise InputError("no sample is left to pick from; is a condition too narrow?")
    return store.unit_rows([one.digest for one in samples], [one.path for one in samples])


def _copies(samples: "Sequence[Sample]") -> "NDArray[np.int64]":
    """Return the group of copies of each sample: the same bytes, or what `dedup --report` named."""
    import numpy as np

    numbers: dict[str, int] = {}
    places, keys = [], []
    for place, one in enumerate(samples):
        for name in filter(None, (one.path, one.digest, one.duplicate_of)):
            places.append(place)
            keys.append(numbers.setdefault(name, len(numbers)))
    return np.asarray(join_keys(len(samples), np.array(places, np.int64), np.array(keys, np.int64)), np.int64)


def _predicted(
    samples: "Sequence[Sample]", predictions: "Mapping[str, ExternalPrediction]", names: list[str]
) -> "NDArray[np.float64]":
    """Return the probabilities of each sample, float64 of shape (samples, classes); zeros of those with a label."""
    import numpy as np

    if len(names) < 2:
        raise UsageError("--predictions has no probabilities of two classes: add them, or leave the option out")
    wanted = [place for place, one in enumerate(samples) if not one.label]
    missing = [samples[place].path for place in wanted if not _has(predictions, samples[place].path)]
    if missing:
        raise InputError(
            f"--predictions has no probabilities of {len(missing):,} of {len(wanted):,} samples without a label, "
            f"such as {missing[0]}"
        )
    found = np.zeros((len(samples), len(names)))
    for place in wanted:
        given = predictions[samples[place].path].probabilities
        found[place] = [given.get(name, 0.0) for name in names]
    return found


def _has(predictions: "Mapping[str, ExternalPrediction]", path: str) -> bool:
    return path in predictions and bool(predictions[path].probabilities)
