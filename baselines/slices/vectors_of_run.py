"""The vectors of a run's samples: an embedding, that of the run's own features, or the features themselves."""

import os
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from baselines.embeddings.embed import Model, embed, load_model
from baselines.features.cache import FeatureCache, default_folder
from baselines.features.choice import EMBEDDING, PACKAGE
from baselines.features.extract import extract
from baselines.features.families import FAMILIES, columns
from baselines.features.reading import Reading, Watcher
from curate.embeddings.neighbours import unit
from curate.embeddings.store import Embeddings, read_embeddings
from curate.ground.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from baselines.data.labelled_samples import LabelledSample
    from baselines.runs.run_record import Run
    from curate.facts.records import Kind

    Vectors = NDArray[np.float32]

BASE = "base"


class VectorSource(NamedTuple):
    """Where vectors come from.

    Attributes:
        stores: Embeddings, side by side.
        models: Whose embeddings are made on the way; with no stores and no models, features are computed.
        families: Of these features.
        kind: Of the files.
        said: In words.
    """

    stores: tuple[Embeddings, ...]
    models: tuple[Model, ...]
    families: tuple[str, ...]
    kind: "Kind"
    said: str


class Found(NamedTuple):
    """Vectors of samples.

    Attributes:
        values: float32, shape (samples, length); zeros where there is none.
        known: Whether there is one, bool, shape (samples,).
    """

    values: "Vectors"
    known: "NDArray[np.bool_]"


def choose_source(embeddings: str | None, run: "Run | None", kind: "Kind") -> VectorSource:
    """Return where the vectors of a run come from.

    Args:
        embeddings: A file of `burnish embed`, or `base` for computed features; None: what the run was trained with.
        run: Its record; None where there is none.
        kind: Of the tested files.

    Raises:
        InputError: The run's embedding is not where it was, or cannot be read.
        UsageError: The embedding is of files of the other kind.
    """
    features = run.model.features if run and run.model else ()
    paths = [embeddings] if embeddings and embeddings != BASE else []
    packages: list[str] = []
    if embeddings is None and run:
        packages = [name.removeprefix(PACKAGE) for name in features if name.startswith(PACKAGE)]
        named = [name.removeprefix(EMBEDDING) for name in features if name.startswith(EMBEDDING)]
        paths = [_where_it_is(name, run.directory) for name in named]
    if paths or packages:
        stores = tuple(read_embeddings(path) for path in paths)
        for store in stores:
            if store.about.kind not in {"", kind}:
                raise UsageError(f"{store.path} is of {store.about.kind} files, and the run of {kind}")
        how = "" if embeddings else ", which the run was trained with"
        models = tuple(load_model(name) for name in packages)
        return VectorSource(stores, models, (), kind, f"embedding {', '.join((*paths, *packages))}{how}")
    families = tuple(name for name in FAMILIES[kind] if name in features) or tuple(FAMILIES[kind])
    said = (
        f"no embedding: clusters are found in the features {', '.join(families)}; an embedding sees more: burnish embed"
    )
    return VectorSource((), (), families, kind, said)


def _where_it_is(name: str, directory: str) -> str:
    # As it was typed for `train`: relative to the folder where that was, which may not be the one of today.
    for path in (name, os.path.join(directory, name)):
        if os.path.isfile(path):
            return path
    raise InputError(
        f"{name}, which the run was trained with, is not there; name it: --embeddings FILE, or --embeddings {BASE} for "
        "features that are computed from the files"
    )


def read_vectors(
    source: VectorSource, samples: "Sequence[LabelledSample]", reading: Reading, watch: Watcher = iter, *, all_of: bool
) -> Found:
    """Return the vectors of samples.

    Args:
        source: Where they come from.
        samples: All of the kind of the source.
        reading: How files are read, where features are computed.
        watch: Passes on what was read, and shows how far it is.
        all_of: Whether a sample without a row in an embedding is an error; else it is told by `Found.known`.

    Raises:
        InputError: A sample has no vector, a vector is zero, or no file can be read.
    """
    if not (source.stores or source.models):
        return _computed(source, samples, reading, watch)
    stores = [
        *source.stores,
        *(embed(samples, model, reading, watch, own_similarity=False).embeddings for model in source.models),
    ]
    digests, paths = [one.digest for one in samples], [one.path for one in samples]
    if all_of:
        for store in stores:
            store.rows(digests, paths)
    places = [store.places(digests) for store in stores]
    known = np.all([place >= 0 for place in places], axis=0)
    names = [path for path, one in zip(paths, known.tolist(), strict=True) if one]
    parts = [unit(store.vectors[at[known]], names) for store, at in zip(stores, places, strict=True)]
    values = np.zeros((len(samples), sum(store.length for store in stores)), np.float32)
    values[known] = np.hstack(parts)
    return Found(values, known)


def _computed(source: VectorSource, samples: "Sequence[LabelledSample]", reading: Reading, watch: Watcher) -> Found:
    """Return features, from the cache by digest and else from the files."""
    kind, length = source.kind, sum(FAMILIES[source.kind].values())
    values, known = np.zeros((len(samples), length), np.float32), np.zeros(len(samples), np.bool_)
    # By digest alone: what was tested is the content of that time, whatever the file holds by now.
    if reading.cache != "":
        kept = FeatureCache(reading.cache or default_folder(), kind).load(one.digest for one in samples if one.digest)
        for at, one in enumerate(samples):
            if one.digest in kept:
                values[at], known[at] = kept[one.digest], True
    rest = np.flatnonzero(~known).tolist()
    if rest:
        extracted = extract([samples[at] for at in rest], kind, reading, watch)
        values[rest], known[rest] = extracted.features, [at not in extracted.failures for at in range(len(rest))]
        if not known.any():
            at, reason = next(iter(extracted.failures.items()))
            raise InputError(
                f"none of {len(rest):,} files can be read: {samples[rest[at]].path}: {reason}; paths are relative "
                "to --root, or to the working directory"
            )
    return Found(values[:, columns(kind, source.families)], known)
