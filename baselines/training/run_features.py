"""What the model of a run is given of other files than its own: the same features, computed again."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from baselines.data.labelled_samples import LabelledSample
from baselines.embeddings.embed import Model as EmbeddingModel
from baselines.embeddings.embed import embed, load_again, load_model
from baselines.features.choice import EMBEDDING, PACKAGE
from baselines.features.extract import extract
from baselines.features.families import FAMILIES, columns
from baselines.features.reading import Reading
from baselines.features.side_data import TABLE, TAGS
from baselines.training.like import HeldStill
from curate.embeddings.neighbours import unit
from curate.embeddings.store import read_embeddings
from curate.ground.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Mask = NDArray[np.bool_]


class FeatureReader(NamedTuple):
    """Makes of files what the run's model is given.

    Attributes:
        held: Which features it learned from.
        models: That made its embeddings, in their order.
        reading: How files are read.
    """

    held: HeldStill
    models: tuple[EmbeddingModel, ...]
    reading: Reading

    def read(self, samples: Sequence[LabelledSample], *, cached: bool = True) -> "tuple[Vectors, Mask]":
        """Return the features of one or more samples, and which of them could be read."""
        reading = self.reading if cached else replace(self.reading, cache="")
        readable = np.ones(len(samples), np.bool_)
        parts: list[Vectors] = []
        kind = self.held.kind
        if families := tuple(name for name in self.held.families if name in FAMILIES[kind]):
            extracted = extract(samples, kind, reading)
            readable[list(extracted.failures)] = False
            parts.append(extracted.features[:, columns(kind, families)])
        for model in self.models:
            result = embed(samples, model, reading, own_similarity=False)
            made = result.embeddings
            # By what the files hold now: a manifest of another program need not have digests.
            places = made.places([result.digests.get(one.path, one.digest) for one in samples])
            vectors, known = np.zeros((len(samples), made.length), np.float32), places >= 0
            vectors[known] = unit(made.vectors[places[known]])
            readable &= known
            parts.append(vectors)
        return np.hstack(parts), readable


def make_feature_reader(held: HeldStill, reading: Reading) -> FeatureReader:
    """Return what reads the features of a run off other files.

    Args:
        held: Model and features of the run.
        reading: How files are read.

    Raises:
        InputError: An embedding is not where it was, or its model cannot be loaded.
        UsageError: The run learned from more than the files, or an embedding was made by another model.
    """
    if side := [name for name in held.families if name == TAGS or name.startswith(TABLE)]:
        raise UsageError(
            f"the run {held.run} learned from {side[0]}, which these files have not; train one on files alone"
        )
    models = tuple(_embedding_models(held.families))
    names = [name for name in held.families if name.startswith((EMBEDDING, PACKAGE))]
    held.check_embeddings([(name, model.digest) for name, model in zip(names, models, strict=True)])
    return FeatureReader(held, models, reading)


def _embedding_models(families: Sequence[str]) -> "Iterator[EmbeddingModel]":
    """Yield what made the embeddings that a run learned from, files before packages."""
    for name in families:
        if name.startswith(EMBEDDING):
            store = read_embeddings(name.removeprefix(EMBEDDING))
            yield load_again(store.about, store.path)
    yield from (load_model(name.removeprefix(PACKAGE)) for name in families if name.startswith(PACKAGE))
