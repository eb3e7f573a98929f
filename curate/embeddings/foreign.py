"""Vectors that another program made: an .npz, a CSV or a Parquet file, joined with a manifest by path or by digest.

Rows are never joined by their place. A file without paths or digests is refused, because nobody can tell whether its
rows are in the order of this manifest.
"""

import os
from typing import TYPE_CHECKING, NamedTuple

from curate.embeddings.store import MAX_LENGTH, About, Embeddings, check_vectors, make_embeddings, read_embeddings
from curate.ground.csv import read_table
from curate.ground.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

KEYS = ("digest", "path")
"""Columns, or arrays (`digests`, `paths`), that rows are known by; the first that is there."""
_SHOWN = 3


class Named(NamedTuple):
    """A sample, as far as a row has to be found for it."""

    path: str
    digest: str | None


class _Rows(NamedTuple):
    key: str
    names: "list[str]"
    vectors: "Vectors"


def read_foreign(path: str, samples: "Iterable[Named]") -> Embeddings:
    """Return the vectors of a manifest's samples from a file of another program.

    Args:
        path: `.npz`: an array `digests` or `paths` and one of shape (samples, length); `.csv` or `.parquet`: a column
            `digest` or `path` and one column for each number (Parquet: or one column of lists).
        samples: Of the manifest; each needs a digest.

    Raises:
        UsageError: The file's format is none of these, or needs a package that is not installed.
        InputError: It cannot be read; its rows are known by nothing; two rows have one name; numbers are not finite; a
            sample has no row, or no digest.
    """
    ending = os.path.splitext(path)[1].lower()
    readers = {".npz": _read_npz, ".csv": _read_csv, ".parquet": _read_parquet}
    if ending not in readers:
        raise UsageError(f"--from {path}: vectors are read from {', '.join(readers)}")
    rows = readers[ending](path)
    if rows.vectors.ndim != 2 or not 0 < rows.vectors.shape[1] <= MAX_LENGTH:
        raise InputError(f"{path}: vectors must have the shape (samples, length), not {rows.vectors.shape}")
    if len(rows.names) != len(rows.vectors):
        raise InputError(f"{path}: {len(rows.names):,} names for {len(rows.vectors):,} vectors")
    check_vectors(rows.vectors, rows.names, path)
    row_of = {_normal(name, rows.key): place for place, name in enumerate(rows.names)}
    if len(row_of) < len(rows.names):
        raise InputError(f"{path}: {len(rows.names) - len(row_of):,} {rows.key}s stand there more than once")
    digests: list[str] = []
    places: list[int] = []
    missing: list[str] = []
    for sample in samples:
        if sample.digest is None:
            raise InputError(f"{sample.path} has no digest: scan without --shallow, so that vectors stay with contents")
        place = row_of.get(_normal(sample.digest if rows.key == "digest" else sample.path, rows.key))
        if place is None:
            missing.append(sample.path)
        else:
            digests.append(sample.digest)
            places.append(place)
    if missing:
        shown = ", ".join(missing[:_SHOWN]) + (", …" if len(missing) > _SHOWN else "")
        raise InputError(
            f"{path}: {len(missing):,} of {len(missing) + len(digests):,} samples have no row of their {rows.key} "
            f"({shown}); its first row is {rows.names[0] if rows.names else 'missing'}"
        )
    return make_embeddings(digests, rows.vectors[places], About(os.path.basename(path)), path)


def _normal(name: str, key: str) -> str:
    """Return a name as it is compared: paths without `./`, digests with the name of their hash."""
    if key == "digest":
        return name if name.startswith("sha256:") else f"sha256:{name}"
    return os.path.normpath(name)


def _read_npz(path: str) -> _Rows:
    import numpy as np

    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files}
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except Exception as error:
        # numpy, zipfile and zlib have an exception each for a damaged or foreign archive; pickled arrays are refused.
        raise InputError(f"{path} is no .npz of plain arrays: {error}") from None
    if "about" in found:  # a file of burnish's own
        own = read_embeddings(path)
        return _Rows("digest", list(own.digests), own.vectors)
    key = next((key for key in KEYS if f"{key}s" in found or key in found), None)
    if key is None:
        raise InputError(f"{path} has no array `paths` or `digests`, so nobody can tell whose vectors these are")
    names = found.pop(f"{key}s", None)
    names = found.pop(key) if names is None else names
    tables = [name for name, array in found.items() if array.ndim == 2 and array.dtype.kind in "fiu"]
    if names.ndim != 1 or names.dtype.kind not in "US" or len(tables) != 1:
        raise InputError(
            f"{path}: it takes one array of texts, {key}s, and one of numbers of shape (samples, length); numbers: "
            f"{', '.join(tables) or 'none'}"
        )
    texts = [name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else str(name) for name in names]
    return _Rows(key, texts, np.asarray(found[tables[0]], np.float32))


def _read_csv(path: str) -> _Rows:
    import numpy as np

    rows = read_table(path, (), exact=True)
    columns = list(rows[0].cells) if rows else []
    key = next((key for key in KEYS if key in columns), None)
    if key is None:
        raise InputError(f"{path} has no column `path` or `digest`, so nobody can tell whose vectors these are")
    numbers = [column for column in columns if column not in KEYS]
    vectors = np.empty((len(rows), len(numbers)), np.float32)
    for place, row in enumerate(rows):
        try:
            vectors[place] = [float(row.cells[column]) for column in numbers]
        except ValueError as error:
            raise InputError(f"{path}:{row.line}: {error}") from None
    return _Rows(key, [row.cells[key] for row in rows], vectors)


def _read_parquet(path: str) -> _Rows:
    import numpy as np

    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise UsageError(f"--from {path}: Parquet needs pyarrow: pip install pyarrow") from None
    try:
        table = parquet.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"cannot read {path}: {error}") from None
    key = next((key for key in KEYS if key in table.column_names), None)
    if key is None:
        raise InputError(f"{path} has no column `path` or `digest`, so nobody can tell whose vectors these are")
    others = [name for name in table.column_names if name not in KEYS]
    if any(table.column(name).null_count for name in (key, *others)):
        raise InputError(f"{path} has empty cells")
    if len(others) == 1 and pa.types.is_list(table.schema.field(others[0]).type):
        vectors = _stacked(table.column(others[0]).to_pylist(), path)
    else:
        vectors = np.stack([np.asarray(table.column(name), np.float32) for name in others], axis=1)
    return _Rows(key, [str(name) for name in table.column(key).to_pylist()], vectors)


def _stacked(lists: "Sequence[Sequence[float]]", path: str) -> "Vectors":
    import numpy as np

    lengths = {len(one) for one in lists}
    if len(lengths) > 1:
        raise InputError(f"{path}: its vectors have {min(lengths)} to {max(lengths)} numbers")
    return np.array(lists, np.float32)
