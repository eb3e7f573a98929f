"""Vectors of many files: each is read once in a worker process, goes through the model, or comes from the cache."""

import os
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from baselines.embeddings.network import Network, read_network
from baselines.embeddings.packages import PACKAGES, load_package
from baselines.embeddings.preprocessing import ImagePreprocessing, Preprocessing, read_preprocessing
from baselines.embeddings.torch_models import is_hub_name, load_hub_model
from baselines.features.cache import Computed, FeatureCache, Keeping, default_folder
from baselines.features.reading import Reading, with_bytes
from curate.embeddings.store import About, Embeddings, make_embeddings
from curate.engine import Failure, Ready, run_anywhere
from curate.engine.worker import hold_threads
from curate.facts.records import Finding, Kind
from curate.ground.errors import InputError, UsageError
from curate.ground.json import encode_for_digest
from curate.media.storage import Status, read_paths_ahead, unchanged
from curate.media.storage.address import join
from curate.records.sample import View

if TYPE_CHECKING:
    import mmap
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

_PRELOAD = ("numpy", "cv2", "curate.media.image", "curate.media.audio")
_CHANGED, _OWN_QUANTILE = 100, 0.01
_AT_ONCE = 32
"""Windows of a recording in one call of the network: more take memory and no less time on one thread."""


class Embedded(View):
    """The part of a sample that embedding looks at."""

    path: str
    kind: str | None = None
    bytes: int | None = None
    mtime_ns: int | None = None
    digest: str | None = None
    findings: tuple[Finding, ...] = ()
    etag: str | None = None


class Embeddable(Protocol):
    """What embedding looks at, of any view of a sample."""

    @property
    def path(self) -> str: ...
    @property
    def kind(self) -> str | None: ...
    @property
    def bytes(self) -> int | None: ...
    @property
    def mtime_ns(self) -> int | None: ...
    @property
    def etag(self) -> str | None: ...
    @property
    def digest(self) -> str | None: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...


@dataclass(frozen=True, slots=True)
class Model:
    """A network and what it is given; travels to workers.

    Attributes:
        source: In words.
        network: The file.
        preprocessing: From a file to its input.
    """

    source: str
    network: Network
    preprocessing: Preprocessing

    @property
    def kind(self) -> Kind:
        """What it embeds."""
        return "image" if isinstance(self.preprocessing, ImagePreprocessing) else "audio"

    @property
    def digest(self) -> str:
        """`sha256:…` of the network and the preprocessing: vectors with the same one can be compared."""
        import hashlib

        content = [self.network.digest, type(self.preprocessing).__name__, self.preprocessing]
        return f"sha256:{hashlib.sha256(encode_for_digest(content)).hexdigest()}"

    def about(self) -> About:
        """Return where vectors of it come from."""
        import msgspec

        return About(self.source, self.digest, self.kind, msgspec.to_builtins(self.preprocessing))

    def vector(self, data: "bytes | mmap.mmap", *, changed: bool = False) -> "Vector":
        """Return the vector of a file's bytes, float32 of shape (length,).

        Args:
            data: Of the file.
            changed: Whether to change it mildly first (`mild_change`).

        Raises:
            InputError: It cannot be decoded without a finding, or the model makes no numbers of it.
        """
        import numpy as np

        from baselines.embeddings.mild_change import change_audio, change_image

        network = _loaded(self.network)
        if isinstance(self.preprocessing, ImagePreprocessing):
            from curate.media.image import load_pixels

            pixels = load_pixels(data)
            batch = self.preprocessing.apply(change_image(pixels) if changed else pixels)
        else:
            from curate.media.audio import load_audio

            samples, rate = load_audio(data)
            batch = self.preprocessing.apply(change_audio(samples, rate) if changed else samples, rate)
        parts = [network(batch[start : start + _AT_ONCE]) for start in range(0, len(batch), _AT_ONCE)]
        found: Vector = np.concatenate(parts).mean(axis=0)
        if not np.isfinite(found).all():
            raise InputError("the model makes values of it that are no numbers")
        return found


def load_model(package: str | None, path: str | None = None, preprocessing: str | None = None) -> Model:
    """Return the model that the options of `burnish embed` name.

    Args:
        package: One of `packages.PACKAGES`, or `timm:NAME`, `hf:NAME`; or None.
        path: An .onnx or .tflite file; or None.
        preprocessing: The YAML file that says what it is given; None: beside the model, with its name.

    Raises:
        UsageError: The package is unknown or not installed.
        InputError: A file cannot be read, or says something that there is not.
    """
    if package is not None and is_hub_name(package):
        return Model(package, *load_hub_model(package))
    if package is not None:
        return Model(PACKAGES[package].source if package in PACKAGES else "", *load_package(package))
    path = path or ""
    described = read_preprocessing(preprocessing or f"{os.path.splitext(path)[0]}.yaml")
    return Model(os.path.basename(path), read_network(path, described.output), described)


def load_again(about: About, path: str) -> Model:
    """Return the model that made embeddings, for files that have none yet.

    Args:
        about: What is known of it.
        path: Of the embeddings, for messages.

    Raises:
        UsageError: It cannot be found by what is known, or is another one by now.
    """
    packages = [name for name, one in PACKAGES.items() if one.source == about.source]
    if not packages and not is_hub_name(about.source):
        raise UsageError(
            f"{path} was made by {about.source}, which cannot be found again for new files; train the run on base "
            "features, or on embeddings of a package"
        )
    model = load_model(packages[0] if packages else about.source, None, None)
    if model.digest != about.model_digest:
        raise UsageError(f"{path} was made by another version of {about.source} than is installed: burnish embed again")
    return model


@lru_cache(maxsize=2)
def _loaded(network: Network) -> "Callable[[NDArray[np.float32]], NDArray[np.float32]]":
    return network.load()


@dataclass(slots=True)
class Result:
    """What came of embedding a manifest.

    Attributes:
        embeddings: Of every file that has a vector.
        samples: Of the manifest that are of the model's kind.
        reused: How many came from the cache.
        changed: How many files have other bytes than the manifest says; what they hold now was embedded.
        left_out: Samples without a vector, by reason.
        examples: One of them, by reason.
        digests: Of what was embedded of each path.
    """

    embeddings: Embeddings
    samples: int
    reused: int = 0
    changed: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)


class _Worker:
    """Reads a file and embeds it; runs in a worker process."""

    def __init__(self, model: Model, *, changed: bool = False) -> None:
        self.model, self.changed = model, changed

    def __call__(self, path: str) -> "Computed | str":
        return with_bytes(path, self._embed)

    def _embed(self, data: "bytes | mmap.mmap") -> Computed:
        import hashlib

        return Computed(f"sha256:{hashlib.sha256(data).hexdigest()}", self.model.vector(data, changed=self.changed))


def embed(
    samples: "Iterable[Embeddable]",
    model: Model,
    reading: Reading,
    watch: "Callable[[Iterable[Any]], Iterator[Any]]" = iter,
    *,
    own_similarity: bool = True,
) -> Result:
    """Return a vector for each file of the model's kind.

    The model is tried before any file is opened. Files that cannot be read, and those with an error finding, have no
    vector and are counted.

    Args:
        samples: Of a manifest.
        model: What makes the vectors.
        reading: How files are read, and where vectors are kept between calls.
        watch: Passes the results on, and shows how far it is.
        own_similarity: Whether to measure how alike a file and its own mild change are, on 100 files.

    Raises:
        InputError: OpenCV cannot run the model; no sample is of its kind; no file could be embedded.
    """
    hold_threads()
    length = _try(model)
    counted = Result(Embeddings((), _empty(length), model.about()), 0)
    chosen = list(_usable(samples, model.kind, counted))
    if not chosen:
        what = {"image": "pictures", "audio": "recordings"}[model.kind]
        raise InputError(f"no sample can be embedded: {model.source} takes {what}; has the manifest been scanned?")
    # Beside the features, in a folder of their own; or in the one that was named.
    usual = os.path.join(os.path.dirname(default_folder()), "embeddings")
    cache = None if reading.cache == "" else _Cache(reading.cache or usual, model, length)
    known: dict[str, Vector] = {}
    if cache:
        same = unchanged((join(reading.root, one.path), Status(one.bytes, one.mtime_ns, one.etag)) for one in chosen)
        known = cache.load([one.digest for one, is_same in zip(chosen, same, strict=True) if one.digest and is_same])
    items = [
        Ready(Computed(one.digest, known[one.digest])) if one.digest in known else join(reading.root, one.path)
        for one in chosen
    ]
    found: dict[str, Vector] = {}
    options: Any = {"jobs": reading.jobs, "chunk_size": 8, "timeout_s": reading.timeout_s, "preload": _PRELOAD}
    options["ahead"] = read_paths_ahead
    keeping = Keeping(cache)
    options["arrived"] = keeping.add
    try:
        with closing(run_anywhere(_Worker(model), items, **options)) as results:
            for one, result in zip(chosen, watch(results), strict=True):
                if isinstance(result, Computed):
                    found[result.digest] = result.vector
                    counted.digests[one.path] = result.digest
                    counted.changed += one.digest not in {None, result.digest}
                else:
                    _leave_out(counted, result.detail if isinstance(result, Failure) else result, one.path)
    finally:
        # Interrupted too: the same command goes on with what there is.
        keeping.flush()
    if not found:
        reason, path = next(iter(counted.examples.items()))
        raise InputError(f"none of {len(chosen):,} files can be embedded: {path}: {reason}; is --root right?")
    import numpy as np

    counted.reused = len(known)
    about = model.about()
    if own_similarity:
        about = _with_own_similarity(model, [join(reading.root, one.path) for one in chosen], found, options)
    counted.embeddings = make_embeddings(list(found), np.stack(list(found.values())), about)
    return counted


def _with_own_similarity(
    model: Model, paths: "Sequence[str]", found: "Mapping[str, Vector]", options: dict[str, Any]
) -> About:
    """Return where the vectors come from, with how similar a file is to its own mild change: the 1 % quantile.

    Of 100 files, evenly spaced over the manifest: what it takes is seconds, and the same on every call.
    """
    import msgspec
    import numpy as np

    from curate.embeddings.neighbours import unit

    step = max(1, len(paths) // _CHANGED)
    with closing(run_anywhere(_Worker(model, changed=True), paths[::step][:_CHANGED], **options)) as results:
        pairs = [
            (found[one.digest], one.vector) for one in results if isinstance(one, Computed) and one.digest in found
        ]
    pairs = [pair for pair in pairs if all(vector.any() for vector in pair)]
    if not pairs:
        return model.about()
    own, changed = (unit(np.stack(side)) for side in zip(*pairs, strict=True))
    similarity = float(np.quantile(np.einsum("ij,ij->i", own, changed), _OWN_QUANTILE))
    return msgspec.structs.replace(
        model.about(), own_similarity=round(min(similarity, 1.0), 4), own_similarity_files=len(pairs)
    )


def _usable(samples: "Iterable[Embeddable]", kind: Kind, counted: Result) -> "Iterator[Embeddable]":
    """Yield the samples that a model is for, one for each content; count the others."""
    seen: set[str] = set()
    for one in samples:
        if one.kind != kind:
            _leave_out(counted, "of another kind", one.path)
        elif any(finding.severity == "error" for finding in one.findings):
            _leave_out(counted, "with an error finding", one.path)
        else:
            counted.samples += 1
            if one.digest is None or one.digest not in seen:
                seen.add(one.digest or "")
                yield one


def _leave_out(counted: Result, reason: str, path: str) -> None:
    counted.left_out[reason] += 1
    counted.examples.setdefault(reason, path)


def _try(model: Model) -> int:
    """Return how many numbers the model makes, by running it on nothing: on grey, or on silence."""
    import numpy as np

    if isinstance(model.preprocessing, ImagePreprocessing):
        batch = model.preprocessing.apply(np.full((64, 64, 3), 127, np.uint8))
    else:
        batch = model.preprocessing.apply(np.full((1600, 1), 1e-4, np.float32), 16_000)
    return int(_loaded(model.network)(batch).shape[1])


def _empty(length: int) -> "Vector":
    import numpy as np

    return np.zeros((0, length), np.float32)


class _Cache(FeatureCache):
    """Vectors of one model: kept as features are, in a folder of its own."""

    def __init__(self, folder: str, model: Model, length: int) -> None:
        super().__init__(folder, model.kind)
        self.folder = os.path.join(folder, model.digest.removeprefix("sha256:")[:32])
        self.length = length
