"""Greedy k-centre and outlier scores: exact values on a line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.embeddings.neighbours import nearest_by_distance
from curate.embeddings.spread import find_outliers, spread
from curate.ground.errors import InputError

LINE = np.array([[0], [1], [2], [10]], np.float32)


def test_k_centre_on_a_line() -> None:
    found = spread(LINE, 3)
    assert LINE[found.order, 0].tolist() == [2, 10, 0]
    assert found.radius.tolist() == [8, 2, 1]
    assert found.order.dtype == np.dtype(np.int64)
    assert found.radius.dtype == np.dtype(np.float64)


def test_copies_are_taken_once_each_and_last() -> None:
    found = spread(np.array([[0], [0], [5], [0]], np.float32), 9)
    assert sorted(found.order.tolist()) == [0, 1, 2, 3]
    assert found.radius.tolist() == [5, 0, 0, 0]


def test_nothing_to_choose_from() -> None:
    with pytest.raises(InputError, match="no vectors"):
        spread(np.zeros((0, 3), np.float32), 1)


def test_outlier_scores_on_a_line() -> None:
    found = find_outliers(LINE, 2)
    assert found.score.tolist() == [1.5, 1, 1.5, 8.5]
    assert found.score.dtype == np.float32
    # Logarithms .405, 0, .405, 2.140: median .405, median deviation .203; exp(.405 + 3.5 / .6745 * .203).
    assert found.threshold == pytest.approx(4.295, abs=1e-3)


def test_one_far_point_is_unusual_and_none_of_a_cloud() -> None:
    cloud = np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32)
    found = find_outliers(cloud)
    assert not (found.score > found.threshold).any()
    far = find_outliers(np.vstack([cloud, np.full((1, 8), 30, np.float32)]))
    assert np.flatnonzero(far.score > far.threshold).tolist() == [300]


@pytest.mark.parametrize("count", [0, 1, 2], ids=str)
def test_too_few_have_no_threshold(count: int) -> None:
    found = find_outliers(LINE[:count])
    assert len(found.score) == count
    assert found.threshold == np.inf


@given(st.integers(1, 40), st.integers(1, 5), st.booleans(), st.integers(0, 1000))
def test_distances_are_those_of_all_pairs(count: int, k: int, apart: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = (rng.normal(size=(count, 3)) + 1000).astype(np.float32)
    others = (rng.normal(size=(7, 3)) + 1000).astype(np.float32) if apart else None
    found = nearest_by_distance(vectors, k, others)
    every = np.linalg.norm(vectors[:, None].astype(float) - (vectors if others is None else others)[None], axis=2)
    if others is None:
        every = np.sort(np.where(np.eye(count, dtype=bool), np.inf, every), axis=1)[:, : min(k, count - 1)]
    else:
        every = np.sort(every, axis=1)[:, :k]
    assert found.distance.shape == every.shape
    assert np.allclose(found.distance, every, atol=1e-3)


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(1).normal(size=(50, 4)).astype(np.float32)
    whole = nearest_by_distance(vectors, 3)
    monkeypatch.setattr("curate.embeddings.neighbours.BLOCK", 8)
    parts = nearest_by_distance(vectors, 3)
    assert (whole.row == parts.row).all()
    assert np.allclose(whole.distance, parts.distance)
    assert (nearest_by_distance(vectors, 1, vectors).distance == 0).all()


def test_what_is_hardly_farther_than_the_rest_is_not_unusual_however_alike_they_are() -> None:
    chance = np.random.default_rng(0)
    even = np.linspace(0, 100, 101)[:, None] + chance.normal(0, 1e-3, (101, 1))
    wider = np.concatenate([even, even[-1:] + np.arange(1, 12)[:, None] * 1.15]).astype(np.float32)
    found = find_outliers(wider, 2)
    median = float(np.median(found.score))
    assert found.threshold >= 1.2499 * median
