"""Vectors of other programs: joined by path or digest, never by place."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from curate.embeddings.foreign import Named, read_foreign
from curate.ground.errors import InputError, UsageError
from tests.curate.embeddings.test_store import digest

SAMPLES = [Named(f"data/{name}.png", digest(name)) for name in "abc"]
VECTORS = np.array([[3, 30], [1, 10], [2, 20]], np.float64)
ORDER = "cab"


def written(tmp_path: Path, ending: str, key: str, order: str = ORDER, vectors: Any = VECTORS) -> str:
    names = [f"./data/{name}.png" if key == "path" else digest(name) for name in order]
    path = tmp_path / f"v{ending}"
    if ending == ".npz":
        np.savez(path, **{f"{key}s": np.array(names), "embedding": vectors})
    elif ending == ".csv":
        lines = [f"{key},e0,e1", *(f"{name},{a},{b}" for name, (a, b) in zip(names, vectors, strict=True))]
        path.write_text("\n".join(lines) + "\n")
    else:
        pa = pytest.importorskip("pyarrow")
        from pyarrow import parquet

        columns = {key: names, "e": [list(row) for row in vectors]}
        if ending == ".flat.parquet":
            columns = {key: names, "e0": vectors[:, 0], "e1": vectors[:, 1]}
        parquet.write_table(pa.table(columns), path)
    return str(path)


@pytest.mark.parametrize("ending", [".npz", ".csv", ".parquet", ".flat.parquet"])
@pytest.mark.parametrize("key", ["path", "digest"])
def test_rows_are_joined_by_name(tmp_path: Path, ending: str, key: str) -> None:
    found = read_foreign(written(tmp_path, ending, key), SAMPLES)
    assert found.rows([digest(name) for name in "abc"]).tolist() == [[1, 10], [2, 20], [3, 30]]


@pytest.mark.parametrize("ending", [".npz", ".csv", ".parquet"])
def test_a_missing_row_is_counted(tmp_path: Path, ending: str) -> None:
    path = written(tmp_path, ending, "path", "ca", VECTORS[:2])
    with pytest.raises(InputError, match=r"1 of 3 samples have no row of their path \(data/b.png\); its first row is"):
        read_foreign(path, SAMPLES)


def test_what_is_refused_in_one_line(tmp_path: Path) -> None:
    bare = tmp_path / "bare.npz"
    np.savez(bare, vectors=VECTORS)
    with pytest.raises(InputError, match="nobody can tell whose vectors"):
        read_foreign(str(bare), SAMPLES)
    with pytest.raises(InputError, match=r"1 paths stand there more than once"):
        read_foreign(written(tmp_path, ".npz", "path", "cca"), SAMPLES)
    with pytest.raises(InputError, match="not finite"):
        read_foreign(written(tmp_path, ".npz", "path", vectors=VECTORS * np.nan), SAMPLES)
    with pytest.raises(InputError, match="3 names for 2 vectors"):
        read_foreign(written(tmp_path, ".npz", "path", vectors=VECTORS[:2]), SAMPLES)
    (tmp_path / "v.csv").write_text("path,e0\na.png,one\n")
    with pytest.raises(InputError, match=r"v.csv:2: could not convert string to float: 'one'"):
        read_foreign(str(tmp_path / "v.csv"), SAMPLES)
    pickled = tmp_path / "p.npz"
    np.savez(pickled, paths=np.array(["a"]), v=np.array([{}], object))
    with pytest.raises(InputError, match=r"no \.npz of plain arrays"):
        read_foreign(str(pickled), SAMPLES)
    with pytest.raises(UsageError, match=r"read from \.npz, \.csv, \.parquet"):
        read_foreign("v.h5", SAMPLES)
    with pytest.raises(InputError, match="has no digest: scan without --shallow"):
        read_foreign(written(tmp_path, ".npz", "path"), [Named("data/a.png", None)])
