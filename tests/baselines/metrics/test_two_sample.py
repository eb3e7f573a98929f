"""Two samples told apart: areas and p values that are known, groups that are never torn, and the level that is kept."""

import math

import numpy as np
import pytest

from baselines.metrics.two_sample import auc_by_groups, tell_apart
from curate.ground.errors import InputError
from tests.soak import SOAK


def line(values: list[float]) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    return np.array(values, np.float64)[:, None]


@pytest.mark.parametrize(
    ("a", "b", "area"),
    [
        ([*range(1, 11)], [*range(6, 16)], 0.875),
        ([1, 2, 3], [4, 5], 1.0),
        ([4, 5], [1, 2, 3], 0.0),
        ([1, 1], [1], 0.5),
        ([1, 2], [2, 3], 0.875),
    ],
    ids=["overlap", "apart", "wrong way round", "all equal", "a tie"],
)
def test_area(a: list[float], b: list[float], area: float) -> None:
    found, _ = auc_by_groups(np.array(a, float), np.array(b, float), np.arange(len(a)), np.arange(len(b)) + len(a))
    assert found == pytest.approx(area, abs=1e-12)


def test_variance_of_single_samples_is_that_of_delong() -> None:
    a, b = np.array([0.1, 0.4, 0.35, 0.8, 0.2]), np.array([0.3, 0.9, 0.7, 0.6, 0.65])
    above = (b[None, :] > a[:, None]).astype(float)
    components = above.mean(axis=1), above.mean(axis=0)
    expected = sum(float(one.var(ddof=1)) / 5 for one in components)
    assert auc_by_groups(a, b, np.arange(5), np.arange(5, 10))[1].value == pytest.approx(expected, rel=1e-12)


def test_a_group_ten_times_says_no_more_than_once() -> None:
    a, b = np.array([0.1, 0.4, 0.35]), np.array([0.3, 0.9, 0.7])
    once = auc_by_groups(a, b, np.arange(3), np.arange(3, 6))
    often = auc_by_groups(
        np.repeat(a, 10), np.repeat(b, 10), np.repeat(np.arange(3), 10), np.repeat(np.arange(3, 6), 10)
    )
    assert often[0] == pytest.approx(once[0])
    assert often[1].value == pytest.approx(once[1].value)
    assert often[1].freedom == 2


def test_all_told_apart() -> None:
    found = tell_apart(line([0, 1, 2, 3, 4, 5, 6, 7]), line([100, 101, 102, 103, 104, 105, 106, 107]))
    assert found.auc == 1.0
    # Of 4 against 4 in each half, one order of 70 is this one.
    assert found.p == pytest.approx(2 / math.comb(8, 4))
    assert found.interval[1] == 1.0
    assert 0.5 < found.interval[0] < 0.95, "sixteen samples prove no area of 1"
    assert (found.samples, found.groups) == ((8, 8), None)
    assert found.scores.shape == (16,)
    assert found.scores.dtype == np.float64
    assert found.scores[:8].max() < found.scores[8:].min()


def test_copies_are_not_told_from_their_sources() -> None:
    values = np.random.default_rng(1).standard_normal((20, 50))
    found = tell_apart(values, values.copy(), np.tile(np.arange(20), 2))
    # Torn apart, the source would be learned by heart as A, and its copy be taken for A.
    assert found.auc == pytest.approx(0.5)
    assert found.groups == 20
    assert found.p > 0.5


def test_few_groups_allow_no_small_p() -> None:
    draw = np.random.default_rng(0)
    a, b = draw.standard_normal((60, 2)), draw.standard_normal((60, 2)) + 50
    single = tell_apart(a, b)
    speakers = tell_apart(a, b, np.repeat(np.arange(6), 20))
    assert single.p < 1e-6
    assert speakers.auc == 1.0
    assert speakers.p > 0.05
    assert speakers.interval[0] < single.interval[0]


def test_units_of_a_column_do_not_matter() -> None:
    draw = np.random.default_rng(3)
    a, b = draw.standard_normal((30, 3)), draw.standard_normal((30, 3)) + 0.8
    assert tell_apart(a * [1, 1000, 1e-4], b * [1, 1000, 1e-4]).auc == pytest.approx(tell_apart(a, b).auc)
    constant = np.ones((30, 1))
    assert tell_apart(np.hstack([a, constant]), np.hstack([b, constant])).auc == pytest.approx(
        tell_apart(a, b).auc, abs=0.02
    )


def test_the_level_is_kept_and_shifts_are_found() -> None:
    draw, number = np.random.default_rng(7), 200 if SOAK else 60
    same = [tell_apart(draw.standard_normal((20, 3)), draw.standard_normal((25, 3))) for _ in range(number)]
    most = number * 0.05 + 3 * math.sqrt(number * 0.05 * 0.95)
    assert sum(found.p <= 0.05 for found in same) <= most
    assert sum(not found.interval[0] <= 0.5 <= found.interval[1] for found in same) <= most
    moved = [tell_apart(draw.standard_normal((20, 3)), draw.standard_normal((25, 3)) + 1) for _ in range(number // 5)]
    assert sum(found.p <= 0.05 for found in moved) >= 0.9 * len(moved)


def test_the_level_is_kept_where_speakers_differ() -> None:
    draw, names = np.random.default_rng(8), np.repeat(np.arange(24), 8)
    low = alone = 0
    number = 100 if SOAK else 30
    for _ in range(number):
        values = np.repeat(draw.standard_normal((24, 3)), 8, axis=0) + 0.3 * draw.standard_normal((192, 3))
        low += tell_apart(values[:96], values[96:], names).p <= 0.05
        alone += tell_apart(values[:96], values[96:]).p <= 0.05
    assert low <= number * 0.05 + 3 * math.sqrt(number * 0.05 * 0.95)
    assert alone > 0.3 * number, "without groups, speakers pass for a difference"


@pytest.mark.parametrize(
    ("a", "b", "groups", "why"),
    [
        (7, 20, None, "7 against 20 samples"),
        (10, 10, [0] * 10 + list(range(1, 11)), "one group"),
    ],
)
def test_too_few(a: int, b: int, groups: list[int] | None, why: str) -> None:
    values = np.random.default_rng(0).standard_normal((a + b, 2))
    with pytest.raises(InputError, match=why):
        tell_apart(values[:a], values[a:], None if groups is None else np.array(groups))
