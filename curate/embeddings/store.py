"""Embeddings on disk: one .npz file with a row for each digest, and what model made them.

The file has three arrays: `digests`, uint8 of shape (samples, 32), sorted; `vectors`, float32 of shape (samples,
length); and `about`, one JSON text. Rows are found by digest and never by their place, so that a manifest which was
filtered, sorted or doubled since cannot be joined with the wrong rows.
"""

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from curate.ground.atomic import atomic_write
from curate.ground.command_line import call
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

STORE_VERSION = 1
MAX_LENGTH = 65_536
"""Numbers in a vector; more is a mistake, such as pixels or a whole layer."""
_PREFIX, _DIGEST_BYTES = "sha256:", 32
_SHOWN = 3


class About(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where embeddings come from.

    Attributes:
        source: The model, package or file that they were made by or read from, as a person would name it.
        model_digest: `sha256:…` of the model and its preprocessing; vectors of two models are never mixed.
        kind: `image` or `audio`, where all samples are of one kind.
        preprocessing: What was done to a file before the model saw it.
        version: Of this format.
        own_similarity: Cosine of a file and its own mild change, 1 % quantile; None where that was not measured.
        own_similarity_files: Of how many files.
    """

    source: str
    model_digest: str = ""
    kind: str = ""
    preprocessing: dict[str, Any] = {}
    version: int = STORE_VERSION
    own_similarity: float | None = None
    own_similarity_files: int = 0


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Vectors by digest.

    Attributes:
        digests: `sha256:…`, sorted, each once.
        vectors: float32, shape (samples, length), finite; in the order of the digests.
        about: Where they come from.
        path: The file that they were read from, for messages; empty if none.
    """

    digests: tuple[str, ...]
    vectors: "Vectors"
    about: About
    path: str = ""

    @property
    def length(self) -> int:
        """Numbers in a vector."""
        return int(self.vectors.shape[1])

    def rows(self, digests: "Sequence[str | None]", paths: "Sequence[str] | None" = None) -> "Vectors":
        """Return the vector of each sample, float32 of shape (samples, length).

        Args:
            digests: Of the samples, in the order that is wanted.
            paths: Theirs, for messages.

        Raises:
            InputError: Some have none; says how many, and names the first of them.
        """
        places = self.places(digests)
        missing = [index for index, place in enumerate(places.tolist()) if place < 0]
        if missing:
            shown = [(paths[i] if paths else digests[i]) or "a sample without a digest" for i in missing[:_SHOWN]]
            more = ", …" if len(missing) > _SHOWN else ""
            raise InputError(
                f"{self.path or 'the embeddings'}: {len(missing):,} of {len(digests):,} samples have no vector "
                f"({', '.join(shown)}{more}); make them for this manifest: burnish embed"
            )
        return self.vectors[places]

    def unit_rows(self, digests: "Sequence[str | None]", paths: "Sequence[str]") -> "Vectors":
        """Return the vector of each sample at length 1, float32 of shape (samples, length); arguments as `rows`'.

        Raises:
            InputError: Some have none, or are zero and have no direction.
        """
        from curate.embeddings.neighbours import unit

        return unit(self.rows(digests, paths), tuple(paths))

    def places(self, digests: "Sequence[str | None]") -> "NDArray[np.int64]":
        """Return the row of each digest, int64; -1 where it has none."""
        import numpy as np

        row = {digest: place for place, digest in enumerate(self.digests)}
        return np.array([row.get(digest or "", -1) for digest in digests], np.int64)


def make_embeddings(
    digests: "Sequence[str]", vectors: "NDArray[np.floating[Any]]", about: About, path: str = ""
) -> Embeddings:
    """Return embeddings that were checked: sorted by digest, equal rows of one digest once.

    Args:
        digests: `sha256:…` of each row.
        vectors: Shape (samples, length).
        about: Where they come from.
        path: Of the file, for messages.

    Raises:
        InputError: Shapes that do not fit, numbers that are not finite, or two different vectors of one digest.
    """
    import numpy as np

    name = path or about.source
    if vectors.ndim != 2 or not 0 < vectors.shape[1] <= MAX_LENGTH:
        raise InputError(f"{name}: vectors must have the shape (samples, length), not {vectors.shape}")
    if len(vectors) != len(digests):
        raise InputError(f"{name}: {len(vectors):,} vectors for {len(digests):,} samples")
    rows = np.ascontiguousarray(vectors, np.float32)
    check_vectors(rows, digests, name)
    order = sorted(range(len(digests)), key=digests.__getitem__)
    kept: list[int] = []
    for place in order:
        if kept and digests[kept[-1]] == digests[place]:
            # Copies of one file. The same model gives them the same vector; anything else is a wrong join.
            if not np.array_equal(rows[kept[-1]], rows[place]):
                raise InputError(f"{name}: two different vectors for {digests[place]}; are the rows in order?")
        else:
            kept.append(place)
    return Embeddings(tuple(digests[place] for place in kept), rows[kept], about, path)


def check_vectors(vectors: "Vectors", names: "Sequence[str]", source: str) -> None:
    """Refuse numbers that are not finite.

    Args:
        vectors: Shape (samples, length).
        names: Of the rows, for the message.
        source: What they were read from.

    Raises:
        InputError: A row has NaN or infinity; says how many rows, and names the first.
    """
    import numpy as np

    bad = np.flatnonzero(~np.isfinite(vectors).all(axis=1))
    if len(bad):
        raise InputError(
            f"{source}: {len(bad):,} of {len(vectors):,} vectors are not finite (NaN or infinite), the first of them "
            f"of {names[int(bad[0])]}; mend or leave out these rows"
        )


def write_embeddings(path: str, embeddings: Embeddings) -> None:
    """Write embeddings; equal ones give equal bytes.

    Raises:
        InputError: The file cannot be written.
    """
    import numpy as np

    keys = b"".join(bytes.fromhex(digest.removeprefix(_PREFIX)) for digest in embeddings.digests)
    arrays: dict[str, NDArray[Any]] = {
        "digests": np.frombuffer(keys, np.uint8).reshape(-1, _DIGEST_BYTES),
        "vectors": embeddings.vectors,
        "about": np.frombuffer(msgspec.json.encode(embeddings.about), np.uint8),
    }
    # numpy.savez writes the time of day into the archive; equal inputs must give equal bytes.
    with atomic_write(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def read_embeddings(path: str) -> Embeddings:
    """Return the embeddings that `burnish embed` wrote.

    Raises:
        InputError: The file is not there, is damaged, or was not written by `burnish embed`.
    """
    import numpy as np

    try:
        # Opened here, for numpy forgets to close a file whose archive is damaged.
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            keys, vectors, about = (arrays[name] for name in ("digests", "vectors", "about"))
            record = msgspec.json.decode(about.tobytes(), type=About)
    except FileNotFoundError:
        raise InputError(f"{path} is not there; make it: {call('embed', 'MANIFEST', '-o', path)}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except Exception as error:
        # Whatever a damaged or foreign archive raises (zipfile, zlib, numpy, msgspec), it is not ours.
        way = call("embed", "MANIFEST", "--from", path)
        raise InputError(f"{path} is not a file of `burnish embed` ({error}); vectors of your own: {way}") from None
    if record.version != STORE_VERSION:
        raise InputError(f"{path} has version {record.version}, and this burnish reads {STORE_VERSION}; embed again")
    if keys.dtype != np.uint8 or keys.ndim != 2 or keys.shape[1] != _DIGEST_BYTES or vectors.dtype != np.float32:
        raise InputError(f"{path}: its arrays have other types than `burnish embed` writes; embed again")
    return make_embeddings([_PREFIX + row.tobytes().hex() for row in keys], vectors, record, path)


def common(many: "Iterable[Embeddings]") -> None:
    """Check that embeddings can be compared with each other.

    Raises:
        InputError: They are of different models, or of different length.
    """
    first, *others = many
    for other in others:
        if (other.length, other.about.model_digest) != (first.length, first.about.model_digest):
            raise InputError(
                f"{other.path} was made by {other.about.source} ({other.length} numbers), {first.path} by "
                f"{first.about.source} ({first.length}); distances between two models mean nothing"
            )
