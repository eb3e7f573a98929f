"""Nearest neighbours: equal to the plain computation, at every size of block, with ties by index."""

import numpy as np
import pytest

from curate.embeddings import neighbours
from curate.embeddings.neighbours import nearest, nearest_of, unit
from curate.ground.errors import InputError


def plain(vectors: "np.ndarray[tuple[int, ...], np.dtype[np.float32]]", k: int) -> "list[list[int]]":
    table = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    np.fill_diagonal(table, -np.inf)
    return [sorted(range(len(row)), key=lambda i, row=row: (-row[i], i))[:k] for row in table.tolist()]  # type: ignore[misc]


@pytest.mark.parametrize("block", [3, 7, 64, 4096])
@pytest.mark.parametrize("k", [1, 4])
def test_it_finds_what_the_plain_way_finds(monkeypatch: pytest.MonkeyPatch, block: int, k: int) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", block)
    vectors = unit(np.random.default_rng(block).standard_normal((60, 16)).astype(np.float32))
    found = nearest(vectors, k)
    assert found.row.tolist() == plain(vectors, k)
    assert found.similarity == pytest.approx(np.take_along_axis(vectors @ vectors.T, found.row, axis=1), abs=1e-6)
    assert [str(one.dtype) for one in found] == ["int64", "float32"]


def test_of_equally_near_ones_the_lower_index_comes_first() -> None:
    vectors = unit(np.array([[1, 0], [1, 1], [1, -1], [1, 1], [0, 1]], np.float32))
    assert nearest(vectors, 3).row[0].tolist() == [1, 2, 3]


def test_fewer_others_than_asked_for() -> None:
    assert nearest(unit(np.eye(3, dtype=np.float32)), 10).row.shape == (3, 2)
    assert nearest(unit(np.ones((1, 4), np.float32)), 2).row.shape == (1, 0)


def test_neighbours_in_another_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "BLOCK", 5)
    generator = np.random.default_rng(1)
    here, there = (unit(generator.standard_normal((n, 8)).astype(np.float32)) for n in (12, 31))
    found = nearest_of(here, there, 2)
    assert found.row.tolist() == np.argsort(-(here @ there.T), axis=1, kind="stable")[:, :2].tolist()


def test_zero_vectors_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match=r"2 of 3 vectors are zero, the first of them of b"):
        unit(np.array([[1, 0], [0, 0], [0, 0]], np.float32), ["a", "b", "c"])
    assert unit(np.array([[3e30, 4e30]], np.float32)).tolist() == [[pytest.approx(0.6), pytest.approx(0.8)]]
    monkeypatch.setattr(neighbours, "MOST", 2)
    with pytest.raises(InputError, match="3 vectors"):
        nearest(unit(np.eye(3, dtype=np.float32)), 1)
