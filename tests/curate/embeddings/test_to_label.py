"""What to label next: margin and entropy exactly, typical samples of clusters, doubt, and copies once."""

import numpy as np
import pytest

from curate.embeddings.neighbours import unit
from curate.embeddings.to_label import choose_typical, choose_uncertain, entropies, margins
from curate.ground.errors import InputError


def test_margin_and_entropy() -> None:
    given = np.array([[0.5, 0.3, 0.2], [1, 0, 0]])
    assert margins(given).tolist() == pytest.approx([0.2, 1])
    assert entropies(given).tolist() == pytest.approx([1.029653, 0], abs=1e-6)


@pytest.fixture
def clouds() -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Three clouds of 60, 40 and 20 samples, in that order."""
    rng = np.random.default_rng(0)
    parts = [rng.normal(0, 0.05, (size, 3)) + np.eye(3)[axis] for axis, size in enumerate((60, 40, 20))]
    return unit(np.vstack(parts).astype(np.float32))


def test_a_sample_of_each_cloud_the_largest_first(clouds: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    open_ = np.ones(120, np.bool_)
    found = choose_typical(clouds, open_, np.arange(120), 3)
    assert [int(np.searchsorted([60, 100, 120], one.row, "right")) for one in found] == [0, 1, 2]
    assert [one.alike for one in found] == [60, 40, 20]
    # Typical: nearer to the middle of its cloud than most.
    middle = np.linalg.norm(clouds[:60] - clouds[:60].mean(axis=0), axis=1)
    assert middle[found[0].row] < np.median(middle)


def test_a_cloud_with_a_label_comes_last(clouds: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    open_ = np.ones(120, np.bool_)
    open_[5] = False
    first, second = choose_typical(clouds, open_, np.arange(120), 2)
    assert first.row >= 60 or first.labelled == 0
    assert second.labelled == 0
    assert not {first.row, second.row} & {5}


def test_of_copies_one_is_chosen_and_none_of_a_labelled_one() -> None:
    vectors = unit(np.repeat(np.eye(3, dtype=np.float32), 4, axis=0))
    group = np.repeat(np.arange(3), 4)
    open_ = np.ones(12, np.bool_)
    open_[0] = False
    assert sorted(group[one.row] for one in choose_typical(vectors, open_, group, 12)) == [1, 2]
    probabilities = np.full((12, 2), 0.5)
    assert sorted(group[one.row] for one in choose_uncertain(vectors, open_, group, probabilities, 12)) == [1, 2]


def test_doubt_comes_first_where_samples_are_dense(clouds: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    sure = np.tile([0.98, 0.01, 0.01], (120, 1))
    sure[[7, 70]] = [0.1, 0.46, 0.44]
    found = choose_uncertain(clouds, np.ones(120, np.bool_), np.arange(120), sure, 2)
    assert {one.row for one in found} == {7, 70}
    assert found[0].margin == pytest.approx(0.02)
    assert found[0].classes == (1, 2)


def test_nothing_is_left_to_label(clouds: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> None:
    with pytest.raises(InputError, match="nothing to label next"):
        choose_typical(clouds, np.zeros(120, np.bool_), np.arange(120), 1)
