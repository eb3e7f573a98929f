"""Packing: the best of all ways where they can be tried, and near it where they cannot."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.split import group_assignment
from curate.split.group_assignment import Groups, Improvement, make_groups, pack

SHARES = np.array([0.8, 0.1, 0.1])


def groups_of(table: np.ndarray) -> Groups:
    owners, classes = (np.repeat(axis, table.ravel()) for axis in (x.ravel() for x in np.indices(table.shape)))
    return make_groups(owners, classes, table.shape[1])


def distance(table: np.ndarray, where: tuple[int, ...], wished: np.ndarray) -> float:
    reached = np.stack([table[np.array(where) == split].sum(axis=0) for split in range(wished.shape[1])], axis=1)
    whole = reached.sum(axis=0) - wished.sum(axis=0)
    return float(((reached - wished) ** 2).sum() + (whole**2).sum())


def best_of(table: np.ndarray, wished: np.ndarray, needy: np.ndarray) -> tuple[int, float]:
    splits = wished.shape[1]
    return min(
        (sum(bool(needy[s]) and s not in where for s in range(splits)), distance(table, where, wished))
        for where in itertools.product(range(splits), repeat=len(table))
    )


def test_entries_of_groups_end_with_the_whole() -> None:
    groups = groups_of(np.array([[2, 0, 1], [0, 3, 0]]))
    assert [part.tolist() for part in groups.entries(0)] == [[0, 2, 3], [2, 1, 3]]
    assert [part.tolist() for part in groups.entries(1)] == [[1, 3], [3, 3]]
    assert groups.table(4).tolist() == [[2, 0, 1, 3], [0, 3, 0, 3]]


tables = st.integers(1, 3).flatmap(
    lambda classes: st.lists(
        st.lists(st.integers(0, 9), min_size=classes, max_size=classes).filter(any), min_size=1, max_size=6
    )
)


@given(tables, st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_few_groups_are_packed_as_well_as_can_be(rows: list[list[int]], needs: tuple[bool, ...]) -> None:
    table, needy = np.array(rows), np.array(needs)
    wished = table.sum(axis=0)[:, None] * SHARES
    where = tuple(pack(groups_of(table), wished, needy).tolist())
    empty = sum(bool(needy[s]) and s not in where for s in range(3))
    assert (empty, distance(table, where, wished)) == pytest.approx(best_of(table, wished, needy), abs=0.1)


@settings(max_examples=50)
@given(tables)
def test_moves_and_exchanges_come_near_to_the_best(rows: list[list[int]]) -> None:
    table = np.array(rows)
    wished = table.sum(axis=0)[:, None] * SHARES
    needy = np.array([True] * 3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group_assignment, "EXACT_CHOICES", 0)
        where = tuple(pack(groups_of(table), wished, needy).tolist())
    assert len(set(where)) == min(3, len(table)), "no split is empty while there is a group for it"
    size = float((table.sum(axis=1) ** 2).max())
    assert distance(table, where, wished) <= best_of(table, wished, needy)[1] + 4 * size


@pytest.mark.parametrize("number", [60, 2000])
def test_many_groups_reach_the_shares_of_each_class(number: int) -> None:
    table = np.random.default_rng(1).integers(0, 30, (number, 5))
    wished = table.sum(axis=0)[:, None] * SHARES
    where = pack(groups_of(table), wished, np.array([True] * 3))
    reached = np.stack([table[where == split].sum(axis=0) for split in range(3)], axis=1)
    limit = {60: 20, 2000: 2}[number]
    assert np.abs(reached - wished).max() <= limit


def test_a_split_of_one_percent_gets_a_group_all_the_same() -> None:
    table = np.full((30, 1), 10)
    where = pack(groups_of(table), 300 * np.array([[0.98, 0.01, 0.01]]), np.array([True] * 3))
    assert np.bincount(where).tolist() == [28, 1, 1]


def test_exchanges_mend_what_moves_cannot() -> None:
    """6 + 7 against 5 + 6: to move one is worse, to exchange the 6 and the 5 is right."""
    packed = Improvement(groups_of(np.array([[6], [7], [5], [6]])), np.full((2, 2), -12_000.0), np.array([True] * 2))
    order = np.arange(4)
    for group in order:
        packed._put(int(group), int(group >= 2))
    assert packed.move(order) == 0
    assert packed.exchange(order) == 1
    assert packed.where.tolist() == [1, 0, 0, 1]
    assert np.abs(packed.excess).max() == 0
