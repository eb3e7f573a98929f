"""Sharing a budget by a curve with diminishing returns, and what the curve says of another budget."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.plan.budget import HALF_AT, MIDDLE, estimate, in_words, shares_by_gain

TAGS = st.lists(st.tuples(st.floats(1e-6, 1), st.integers(1, 10_000)), min_size=1, max_size=8)


@given(st.integers(1, 100_000), TAGS)
def test_one_more_sample_brings_the_same_everywhere(total: int, tags: list[tuple[float, int]]) -> None:
    gains, sources = [gain for gain, _ in tags], [number for _, number in tags]
    shares = shares_by_gain(total, gains, sources)
    assert sum(shares) == pytest.approx(total, rel=1e-6)
    halves = [MIDDLE * number for number in sources]
    # The derivative of gain · n / (n + k).
    more = [gain * k / (n + k) ** 2 for gain, k, n in zip(gains, halves, shares, strict=True)]
    reached = [one for one, n in zip(more, shares, strict=True) if n > 1e-6 * total]
    assert reached == pytest.approx([reached[0]] * len(reached), rel=1e-3)
    # Where there is nothing, the first one would bring less.
    assert all(one <= reached[0] * 1.001 for one in more)


def test_equal_tags_get_equal_shares_and_a_larger_gain_more_than_its_root_less_than_its_share() -> None:
    assert shares_by_gain(30, [0.2, 0.2, 0.2], [50, 50, 50]) == pytest.approx([10, 10, 10])
    first, second = shares_by_gain(100, [0.4, 0.1], [100, 100])
    assert 2 < first / second < 4
    assert shares_by_gain(5, [0.9, 0.001], [100, 100]) == pytest.approx([5, 0])
    assert shares_by_gain(0, [0.9, 0.1], [10, 10]) == pytest.approx([0, 0])


@given(TAGS, st.integers(1, 1000))
def test_half_brings_more_than_half_and_twice_less_than_twice(tags: list[tuple[float, int]], number: int) -> None:
    gains, sources = [gain for gain, _ in tags], [of for _, of in tags]
    found = estimate([number] * len(tags), gains, sources)
    assert found is not None
    assert 0.5 <= found.half[0] <= found.half[1] <= 1
    assert 1 <= found.twice[0] <= found.twice[1] <= 2


def test_the_range_is_that_of_what_was_measured() -> None:
    found = estimate([100], [0.1], [100])
    assert found is not None
    low, high = HALF_AT
    assert found.half == pytest.approx([0.5 / (0.5 + high) * (1 + high), 0.5 / (0.5 + low) * (1 + low)])
    assert found.twice == pytest.approx([2 / (2 + low) * (1 + low), 2 / (2 + high) * (1 + high)])
    assert math.isclose(found.half[0], 0.65625)
    words = in_words(found, 100)
    assert words.startswith("estimate, by a model and not from these data: half of these 100 samples")
    assert words.endswith("66 to 96 % of their rise, twice as many 102 to 135 %")


def test_of_nothing_nothing_can_be_told() -> None:
    assert estimate([], [], []) is None
    assert estimate([0], [0.1], [5]) is None
