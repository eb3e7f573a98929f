"""The features of many files: read once each, in worker processes, or taken from the cache."""

from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from baselines.features.cache import Computed, FeatureCache, Keeping, default_folder
from baselines.features.families import FAMILIES
from baselines.features.reading import Reading, Watcher, with_bytes
from curate.engine import Failure, Ready, available_processors, run_anywhere
from curate.ground.errors import InputError
from curate.media.sniff import format_of_name
from curate.media.storage import Status, read_paths_ahead, unchanged
from curate.media.storage.address import join

if TYPE_CHECKING:
    from collections.abc import Sequence
    from mmap import mmap

    import numpy as np
    from numpy.typing import NDArray

    from baselines.data.labelled_samples import LabelledSample
    from curate.facts.records import Kind

_PRELOAD: "dict[Kind, tuple[str, ...]]" = {
    "image": ("baselines.features.image", "cv2", "curate.media.image"),
    "audio": ("baselines.features.audio", "curate.media.audio"),
}
_LARGEST_CHUNK = 64


@dataclass(slots=True)
class Extracted:
    """The features of some samples.

    Attributes:
        features: float32, shape (samples, length); zeros for a sample that failed.
        digests: Of each file as it is now, `sha256:…`; None where it could not be read.
        failures: By index of the sample, why its file could not be used.
        changed: How many files have other bytes than the manifest says.
        reused: How many were taken from the cache.
    """

    features: "NDArray[np.float32]"
    digests: list[str | None]
    failures: dict[int, str] = field(default_factory=dict)
    changed: int = 0
    reused: int = 0


def extract(
    examples: "Sequence[LabelledSample]",
    kind: "Kind",
    reading: Reading,
    watch: Watcher = iter,
) -> Extracted:
    """Return the features of all samples.

    What the cache knows of a digest is used only while size and time of change of the file are those of the manifest.

    Args:
        examples: All of one kind.
        kind: Theirs.
        reading: How to read.
        watch: Passes the results on, and shows how far it is.
    """
    import numpy as np

    cache = None if reading.cache == "" else FeatureCache(reading.cache or default_folder(), kind)
    known = _known(examples, reading.root, cache)
    # What the cache knows goes along as it is, so that results come in the order of the samples, without sorting.
    items = [
        Ready(Computed(one.digest or "", known[i])) if i in known else join(reading.root, one.path)
        for i, one in enumerate(examples)
    ]
    found = Extracted(np.zeros((len(examples), sum(FAMILIES[kind].values())), np.float32), [None] * len(examples))
    found.reused = len(known)
    jobs = reading.jobs or available_processors()
    # Four chunks for each worker at least, so that none is idle while another works off a last large one.
    chunk = max(1, min(_LARGEST_CHUNK, (len(items) - len(known)) // (4 * jobs)))
    work = partial(_read, kind=kind)
    options: dict[str, Any] = {"timeout_s": reading.timeout_s, "preload": _PRELOAD[kind], "ahead": read_paths_ahead}
    keeping = Keeping(cache)
    options["arrived"] = keeping.add
    try:
        with closing(run_anywhere(work, items, jobs=jobs, chunk_size=chunk, **options)) as results:
            for index, result in enumerate(watch(results)):
                if isinstance(result, Computed):
                    found.features[index] = result.vector
                    found.digests[index] = result.digest
                    found.changed += examples[index].digest not in (None, result.digest)
                else:
                    found.failures[index] = result.detail if isinstance(result, Failure) else str(result)
    finally:
        # Interrupted too: the same command goes on with what there is.
        keeping.flush()
    return found


def _known(
    examples: "Sequence[LabelledSample]", root: str, cache: FeatureCache | None
) -> "dict[int, NDArray[np.float32]]":
    """Return, by index, the features of the files that are in the cache and did not change since the scan."""
    if cache is None:
        return {}
    # Size and time of change, as the manifest has them, stand for the bytes: to make sure, every file would have to be
    # read, which is most of the work that the cache saves.
    same = unchanged((join(root, one.path), Status(one.bytes, one.mtime_ns, one.etag)) for one in examples)
    digests = {i: one.digest for i, one in enumerate(examples) if one.digest and same[i]}
    features = cache.load(digests.values())
    return {i: features[digest] for i, digest in digests.items() if digest in features}


def _read(path: str, *, kind: "Kind") -> Computed | str:
    """Return the digest and the features of a file, or why it has none; runs in a worker."""
    import hashlib

    import numpy as np

    # One read for digest and features, so that both are of the same bytes even if the file changes meanwhile.
    def describe(data: "bytes | mmap") -> Computed:
        found = _describe(data, kind, path)
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        return Computed(digest, np.concatenate([found[name] for name in FAMILIES[kind]]))

    return with_bytes(path, describe)


def _describe(data: "bytes | mmap", kind: "Kind", path: str) -> "dict[str, NDArray[np.float32]]":
    if kind == "audio":
        from baselines.features.audio import describe_audio
        from curate.media.audio import load_audio

        return describe_audio(*load_audio(data))
    from baselines.features.image import describe_image
    from curate.media.image import decode_image

    promised = format_of_name(path)
    # Reduced while decoding: 192 pixels are more than the features look at.
    decoded = decode_image(data, promised.name if promised else None)
    if decoded.pixels is None or decoded.findings:
        raise InputError("; ".join(found.detail for found in decoded.findings))
    return describe_image(decoded.pixels)
