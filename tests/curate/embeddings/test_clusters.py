"""Clusters: exact ones of a few points, copies, and what is nearest."""

import numpy as np
import pytest

from curate.embeddings.clusters import counts_to_try, find_clusters, nearest_centre
from curate.ground.errors import InputError

LINE = np.array([[0], [1], [10], [11], [12]], np.float32)


def test_two_heaps_on_a_line_have_their_means_for_centres() -> None:
    found = find_clusters(LINE, 2)
    order = np.argsort(found.centre[:, 0])
    assert found.centre[order].tolist() == [[0.5], [11]]
    assert (found.cluster == order[0]).tolist() == [True, True, False, False, False]
    assert found.distance.tolist() == [0.5, 0.5, 1, 0, 1]
    assert [one.dtype.name for one in found] == ["float32", "int64", "float32"]


def test_fewer_different_vectors_than_clusters_leave_none_empty() -> None:
    found = find_clusters(np.ones((9, 3), np.float32), 5)
    assert found.centre.shape == (1, 3)
    assert set(found.cluster.tolist()) == {0}
    assert find_clusters(LINE, 99).centre.shape == (5, 1)


def test_equal_seeds_give_equal_clusters() -> None:
    vectors = np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32)
    first, again = find_clusters(vectors, 7, seed=3), find_clusters(vectors, 7, seed=3)
    assert first.cluster.tobytes() == again.cluster.tobytes()
    assert first.centre.tobytes() == again.centre.tobytes()


def test_a_vector_goes_to_the_nearest_centre_and_of_equal_ones_to_the_first() -> None:
    index, distance = nearest_centre(LINE, np.array([[0], [2], [11]], np.float32))
    assert index.tolist() == [0, 0, 2, 2, 2]
    assert distance.tolist() == [0, 1, 1, 0, 1]


def test_blocks_are_the_whole() -> None:
    vectors = np.random.default_rng(1).normal(size=(9000, 3)).astype(np.float32)
    centre = vectors[:20]
    index, _ = nearest_centre(vectors, centre)
    assert index.tolist() == np.linalg.norm(vectors[:, None] - centre, axis=2).argmin(axis=1).tolist()


@pytest.mark.parametrize(
    ("vectors", "counts"), [(0, (1,)), (3, (1,)), (30, (5,)), (100, (5, 6, 8, 10)), (10_000, (5, 14, 37, 100))]
)
def test_numbers_of_clusters_go_from_five_to_the_root(vectors: int, counts: tuple[int, ...]) -> None:
    assert counts_to_try(vectors) == counts


def test_no_vectors_are_said() -> None:
    with pytest.raises(InputError, match="no vectors"):
        find_clusters(np.empty((0, 3), np.float32), 2)
