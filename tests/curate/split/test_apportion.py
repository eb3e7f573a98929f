"""Apportioning: exact numbers, and the properties that make it fair."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.split.apportion import fill, spread

EIGHT = (0.8, 0.1, 0.1)


@pytest.mark.parametrize(
    ("shares", "held", "count", "given_"),
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
def test_exact_numbers(shares: tuple[float, ...], held: tuple[int, ...], count: int, given_: list[int]) -> None:
    assert fill(shares, held, count, [0.0] * len(shares)) == given_


def test_the_odd_sample_goes_to_the_split_that_is_behind() -> None:
    assert fill(EIGHT, (0, 0, 0), 15, [0, 0.5, -0.5]) == [12, 1, 2]


def test_what_is_lacking_is_shared_out_evenly() -> None:
    assert spread([8.0, 1.0, 1.0], 10) == [8.0, 1.0, 1.0]
    assert spread([6.0, 2.0, -4.0], 4) == [4.0, 0.0, 0.0]
    assert spread([3.0, 3.0, -4.0], 2) == [1.0, 1.0, 0.0]
    assert spread([3.0, 0.5, -1.5], 2) == [2.0, 0.0, 0.0]


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

    found = fill(shares, held, count, [0.0] * len(held))
    ways = [way for way in itertools.product(range(count + 1), repeat=len(held)) if sum(way) == count]
    assert sum(found) == count
    best = min((empty(way), distance(way)) for way in ways)
    assert (empty(found), distance(found)) == pytest.approx(best)


@given(st.lists(st.integers(1, 20), min_size=2, max_size=5), st.integers(0, 5000))
def test_every_class_is_within_one_sample_of_its_share(weights: list[int], count: int) -> None:
    shares = [weight / sum(weights) for weight in weights]
    found = fill(shares, [0] * len(shares), count, [0.0] * len(shares))
    assert sum(found) == count
    if count >= len(shares):
        assert min(found) >= 1
    if all(count * share >= 1 for share in shares):
        assert all(abs(n - count * share) < 1 for n, share in zip(found, shares, strict=True))
