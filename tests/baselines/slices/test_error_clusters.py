"""Regions: the axes of a space, the evidence of counts, and a heap of errors that is found by embedding alone."""

import numpy as np
import pytest

from baselines.slices.error_clusters import evidence, find_regions, find_space


def test_a_space_has_the_directions_of_most_variance_at_unit_length() -> None:
    chance = np.random.default_rng(0)
    vectors = (chance.normal(size=(400, 60)) * np.r_[5.0, 3.0, np.full(58, 0.1)] + 7).astype(np.float32)
    space = find_space(vectors, standardize=False)
    projected = space.project(vectors)
    assert (projected.dtype.name, projected.shape) == ("float32", (400, 32))
    assert np.square(projected).sum(axis=1).mean() == pytest.approx(1, rel=1e-4)
    spreads = projected.std(axis=0)
    assert spreads[0] / spreads[1] == pytest.approx(5 / 3, rel=0.15)
    assert np.abs(projected.mean(axis=0)).max() < 1e-4


def test_few_vectors_of_many_numbers_have_the_same_distances_as_before() -> None:
    vectors = np.random.default_rng(1).normal(size=(20, 500)).astype(np.float32)
    projected = find_space(vectors, standardize=False).project(vectors)
    before = np.linalg.norm(vectors[:, None] - vectors, axis=2)
    after = np.linalg.norm(projected[:, None] - projected, axis=2)
    ratio = after[before > 0] / before[before > 0]
    assert ratio.std() / ratio.mean() < 1e-3, "20 points lie in 19 directions, and all of them are kept"


def test_units_of_columns_do_not_count_where_they_are_standardized() -> None:
    chance = np.random.default_rng(2)
    vectors = chance.normal(size=(300, 3)).astype(np.float32)
    scaled = vectors * np.array([1000, 1, 0], np.float32)
    spread = find_space(scaled, standardize=True).project(scaled).std(axis=0)
    assert spread[0] == pytest.approx(spread[1], rel=0.1)
    assert np.isfinite(spread).all(), "a column that never changes"


def test_equal_vectors_are_no_error() -> None:
    same = np.ones((50, 4), np.float32)
    assert np.isfinite(find_space(same, standardize=True).project(same)).all()


def test_evidence_is_a_log_likelihood_ratio() -> None:
    # 3 of 4 inside, 1 of 12 outside, 4 of 16 together
    expected = 3 * np.log(3 / 4) + np.log(1 / 4) + np.log(1 / 12) + 11 * np.log(11 / 12)
    expected -= 4 * np.log(4 / 16) + 12 * np.log(12 / 16)
    found = evidence(np.array([3.0, 1.0, 0.0, 4.0]), np.array([4.0, 12.0, 0.0, 16.0]), 4, 16)
    assert found[0] == pytest.approx(expected)
    assert found[1:].tolist() == [0, 0, 0], "fewer wrong than outside, nobody, and everybody"


def test_a_heap_of_errors_is_a_region_of_the_embedding_alone() -> None:
    chance = np.random.default_rng(3)
    points = chance.normal(size=(400, 2)).astype(np.float32)
    points[:50] += [5, 5]
    wrong = chance.random(400) < np.where(np.arange(400) < 50, 0.5, 0.05)
    found = find_regions(points, wrong.astype(np.float64), wrong, most=3, least=10, seed=0)
    inside = found[0].members(points)
    assert inside[:50].mean() > 0.9
    assert inside[50:].mean() < 0.1
    assert [one.evidence for one in found] == sorted((one.evidence for one in found), reverse=True)
    # The same place with other errors: who is in does not depend on who is wrong.
    assert found[0].members(points[::-1].copy()).tolist() == inside[::-1].tolist()
