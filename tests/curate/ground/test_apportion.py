"""Apportioning: exact numbers, and the properties that make it fair."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.ground.apportion import apportion, apportion_classes, apportion_rest, fill_classes, water_filling

EIGHT = (0.8, 0.1, 0.1)


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
    assert fill_classes(total, counts) == expected


def test_of_level_classes_those_with_fewer_elsewhere_get_the_rest() -> None:
    assert fill_classes(1, {"a": 0, "b": 0}, {"a": 5, "b": 4}) == {"a": 0, "b": 1}


@given(st.integers(0, 500), st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 100), min_size=1))
def test_fill_gives_all_and_leaves_no_class_below_one_that_got_something(total: int, counts: dict[str, int]) -> None:
    added = fill_classes(total, counts)
    assert sum(added.values()) == total
    after = {name: counts[name] + added[name] for name in counts}
    raised = [after[name] for name in counts if added[name]]
    assert not raised or max(raised) <= min(after.values()) + 1


@given(
    st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 60), min_size=1), st.lists(st.floats(0, 5), min_size=1)
)
def test_spread_gives_every_class_whole_and_keeps_the_proportion(counts: dict[str, int], weights: list[float]) -> None:
    parts = apportion_classes(counts, weights)
    assert {name: sum(part[name] for part in parts) for name in counts} == counts
    total, whole = sum(counts.values()), sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        ideal = total * (weight / whole if whole else 1 / len(weights))
        assert abs(sum(part.values()) - ideal) <= len(weights)


@pytest.mark.parametrize(
    ("shares", "held", "count", "expected"),
    [
        ((0.6, 0.2, 0.2), (0, 0, 0), 30, [18, 6, 6]),
        (EIGHT, (0, 0, 0), 1, [1, 0, 0]),
        (EIGHT, (0, 0, 0), 2, [2, 0, 0]),
        (EIGHT, (0, 0, 0), 3, [1, 1, 1]),
        (EIGHT, (0, 0, 0), 4, [2, 1, 1]),
        (EIGHT, (0, 0, 0), 10, [8, 1, 1]),
        (EIGHT, (0, 0, 0), 15, [12, 2, 1]),
        (EIGHT, (8, 0, 0), 2, [0, 1, 1]),
        (EIGHT, (10, 0, 0), 10, [6, 2, 2]),
        (EIGHT, (0, 5, 0), 5, [4, 0, 1]),
        (EIGHT, (90, 0, 0), 10, [0, 5, 5]),
        ((0.5, 0.5), (0, 0), 0, [0, 0]),
    ],
)
def test_what_is_held_already_counts(
    shares: tuple[float, ...], held: tuple[int, ...], count: int, expected: list[int]
) -> None:
    assert apportion_rest(shares, held, count, [0.0] * len(shares)) == expected


def test_the_odd_sample_goes_to_the_split_that_is_behind() -> None:
    assert apportion_rest(EIGHT, (0, 0, 0), 15, [0, 0.5, -0.5]) == [12, 1, 2]


@pytest.mark.parametrize(
    ("count", "carry", "expected"),
    [
        (1, [0.2, -0.1, -0.1], [1, 0, 0]),
        (1, [0.5, -0.3, -0.2], [0, 1, 0]),
        (2, [0.5, -0.2, -0.3], [1, 0, 1]),
        (2, [9.0, -8.0, -1.0], [1, 1, 0]),
        (2, [-9.0, 8.0, 1.0], [2, 0, 0]),
    ],
)
def test_of_a_class_too_small_for_all_parts_the_odd_sample_goes_where_classes_before_left_a_gap(
    count: int, carry: list[float], expected: list[int]
) -> None:
    assert apportion_rest(EIGHT, (0, 0, 0), count, carry) == expected


def test_what_is_lacking_is_shared_out_evenly() -> None:
    assert water_filling([8.0, 1.0, 1.0], 10) == [8.0, 1.0, 1.0]
    assert water_filling([6.0, 2.0, -4.0], 4) == [4.0, 0.0, 0.0]
    assert water_filling([3.0, 3.0, -4.0], 2) == [1.0, 1.0, 0.0]
    assert water_filling([3.0, 0.5, -1.5], 2) == [2.0, 0.0, 0.0]


cases = st.integers(2, 4).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(1, 20), min_size=n, max_size=n),
        st.lists(st.integers(0, 6), min_size=n, max_size=n),
        st.integers(0, 9),
    )
)


@given(cases)
def test_no_other_way_is_nearer_to_the_shares(case: tuple[list[int], list[int], int]) -> None:
    weights, held, count = case
    shares = [weight / sum(weights) for weight in weights]
    total = sum(held) + count

    def distance(ways: tuple[int, ...] | list[int]) -> float:
        return sum((h + w - total * share) ** 2 for h, w, share in zip(held, ways, shares, strict=True))

    def empty(ways: tuple[int, ...] | list[int]) -> int:
        return sum(h + w == 0 for h, w in zip(held, ways, strict=True)) if total >= len(held) else 0

    found = apportion_rest(shares, held, count, [0.0] * len(held))
    ways = [way for way in itertools.product(range(count + 1), repeat=len(held)) if sum(way) == count]
    assert sum(found) == count
    best = min((empty(way), distance(way)) for way in ways)
    assert (empty(found), distance(found)) == pytest.approx(best)


@given(st.lists(st.integers(1, 20), min_size=2, max_size=5), st.integers(0, 5000))
def test_every_class_is_within_one_sample_of_its_share(weights: list[int], count: int) -> None:
    shares = [weight / sum(weights) for weight in weights]
    found = apportion_rest(shares, [0] * len(shares), count, [0.0] * len(shares))
    assert sum(found) == count
    if count >= len(shares):
        assert min(found) >= 1
    if all(count * share >= 1 for share in shares):
        assert all(abs(n - count * share) < 1 for n, share in zip(found, shares, strict=True))
