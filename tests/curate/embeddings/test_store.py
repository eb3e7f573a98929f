"""Embeddings on disk: joined by digest, whatever the order; equal bytes; and what is refused in one line."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from curate.embeddings.store import About, common, make_embeddings, read_embeddings, write_embeddings
from curate.ground.errors import InputError


def digest(name: str) -> str:
    return f"sha256:{hashlib.sha256(name.encode()).hexdigest()}"


NAMES = ("c", "a", "b")
VECTORS = np.array([[3, 30], [1, 10], [2, 20]], np.float32)
ABOUT = About("a model", model_digest="sha256:00", kind="image")


def test_rows_are_found_by_digest_in_any_order(tmp_path: Path) -> None:
    path = str(tmp_path / "set.npz")
    write_embeddings(path, make_embeddings([digest(name) for name in NAMES], VECTORS, ABOUT))
    found = read_embeddings(path)
    assert found.about == ABOUT
    assert found.rows([digest("b"), digest("c"), digest("b")]).tolist() == [[2, 20], [3, 30], [2, 20]]
    assert found.rows([digest("a")]).dtype == np.float32


def test_equal_embeddings_are_equal_bytes(tmp_path: Path) -> None:
    for name, order in (("one", [0, 1, 2]), ("two", [2, 0, 1])):
        made = make_embeddings([digest(NAMES[i]) for i in order], VECTORS[order], ABOUT)
        write_embeddings(str(tmp_path / name), made)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_missing_vector_is_counted_and_named() -> None:
    made = make_embeddings([digest(name) for name in NAMES], VECTORS, ABOUT, "set.npz")
    with pytest.raises(InputError, match=r"^set.npz: 2 of 3 samples have no vector \(x.png, a sample without a digest"):
        made.rows([digest("x"), digest("a"), None], ["x.png", "a.png", ""])


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (np.array([[1, 2], [np.nan, 2], [np.inf, 0]]), "2 of 3 vectors are not finite"),
        (VECTORS[:2], "2 vectors for 3 samples"),
        (VECTORS.ravel(), r"not \(6,\)"),
        (np.zeros((3, 0)), r"not \(3, 0\)"),
    ],
)
def test_what_is_refused(vectors: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", message: str) -> None:
    with pytest.raises(InputError, match=message):
        make_embeddings([digest(name) for name in NAMES], vectors, ABOUT)


def test_two_vectors_of_one_file_are_a_wrong_join() -> None:
    same = [digest("a"), digest("a"), digest("b")]
    assert len(make_embeddings(same, np.array([[1.0], [1.0], [2.0]]), ABOUT).digests) == 2
    with pytest.raises(InputError, match="two different vectors"):
        make_embeddings(same, np.array([[1.0], [2.0], [2.0]]), ABOUT)


def test_vectors_of_two_models_are_not_compared() -> None:
    one = make_embeddings([digest("a")], np.ones((1, 2)), ABOUT, "one.npz")
    common([one, one])
    with pytest.raises(InputError, match="distances between two models mean nothing"):
        common([one, make_embeddings([digest("a")], np.ones((1, 2)), About("another", "sha256:11"), "two.npz")])


def test_a_foreign_or_damaged_file_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "set.npz"
    with pytest.raises(InputError, match="is not there"):
        read_embeddings(str(path))
    np.savez(path, vectors=VECTORS)
    with pytest.raises(InputError, match="burnish embed MANIFEST --from"):
        read_embeddings(str(path))
    write_embeddings(str(path), make_embeddings([digest(name) for name in NAMES], VECTORS, ABOUT))
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(InputError, match="is not a file of"):
        read_embeddings(str(path))
    np.savez(path, digests=np.array([{}], object), vectors=VECTORS, about=VECTORS)
    with pytest.raises(InputError, match="is not a file of"):
        read_embeddings(str(path))
