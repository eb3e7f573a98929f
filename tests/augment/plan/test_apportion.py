"""Dividing whole numbers, with exact expected values and properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.plan.apportion import apportion, fill, missing, spread


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (10, [0.5, 0.3, 0.2], [5, 3, 2]),
        (7, [0.6, 0.4], [4, 3]),
        (5, [0, 0], [3, 2]),
        (5, [1, 0], [5, 0]),
        (0, [3, 4], [0, 0]),
        (3, [], []),
    ],
    ids=str,
)
def test_apportion(total: int, weights: list[float], expected: list[int]) -> None:
    assert apportion(total, weights) == expected


@pytest.mark.parametrize(
    ("total", "counts", "expected"),
    [
        (0, {"a": 3, "b": 1}, {"a": 0, "b": 0}),
        (1, {"a": 3, "b": 1}, {"a": 0, "b": 1}),
        (2, {"a": 3, "b": 1}, {"a": 0, "b": 2}),
        (5, {"a": 3, "b": 1}, {"a": 2, "b": 3}),
        (6, {"a": 10, "b": 1, "c": 2}, {"a": 0, "b": 4, "c": 2}),
        (7, {"a": 0, "b": 0, "c": 0}, {"a": 3, "b": 2, "c": 2}),
        (3, {}, {}),
    ],
    ids=str,
)
def test_fill(total: int, counts: dict[str, int], expected: dict[str, int]) -> None:
    assert fill(total, counts) == expected


def test_of_level_classes_those_with_fewer_elsewhere_get_the_rest() -> None:
    assert fill(1, {"a": 0, "b": 0}, {"a": 5, "b": 4}) == {"a": 0, "b": 1}


@given(st.integers(0, 500), st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 100), min_size=1))
def test_fill_gives_all_and_leaves_no_class_below_one_that_got_something(total: int, counts: dict[str, int]) -> None:
    added = fill(total, counts)
    assert sum(added.values()) == total
    after = {name: counts[name] + added[name] for name in counts}
    raised = [after[name] for name in counts if added[name]]
    assert not raised or max(raised) <= min(after.values()) + 1


def test_missing() -> None:
    assert missing({"a": 3, "b": 5, "c": 9}, 5) == 2


@given(
    st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 60), min_size=1), st.lists(st.floats(0, 5), min_size=1)
)
def test_spread_gives_every_class_whole_and_keeps_the_proportion(counts: dict[str, int], weights: list[float]) -> None:
    parts = spread(counts, weights)
    assert {name: sum(part[name] for part in parts) for name in counts} == counts
    total, whole = sum(counts.values()), sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        ideal = total * (weight / whole if whole else 1 / len(weights))
        assert abs(sum(part.values()) - ideal) <= len(weights)
