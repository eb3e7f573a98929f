"""Facts of a slice: how far two sets are apart, and which real sample each made one is to be like."""

from collections import Counter

import pytest

from augment.plan.slice_facts import FEWEST, Goals, Reference, largest_difference, sets_apart


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 1.0),
        (list(range(1, 11)), list(range(6, 16)), 0.5),
        ([1, 2, 3], [1, 2, 3], 0.0),
        ([1, 1, 1, 2], [1, 2, 2, 2], 0.5),
        ([3], [3], 0.0),
    ],
)
def test_the_largest_difference(first: list[float], second: list[float], expected: float) -> None:
    assert largest_difference(first, second) == pytest.approx(expected)
    assert largest_difference(second, first) == pytest.approx(expected)


def references(values: list[float], label: str = "a") -> list[Reference]:
    return [Reference(f"{label}{place}.wav", label, {"snr_db": value}) for place, value in enumerate(values)]


def test_each_real_sample_is_met_alike() -> None:
    goals = Goals(references([float(number) for number in range(40)]), ["snr_db"])
    met = Counter(goals.of((place + 0.5) / 80, "a", 4)[0] for place in range(80))
    assert set(met.values()) == {8}, "ten bins of four samples, each of them twice"
    bins = sorted((goal.low, goal.high) for (goal,) in met)
    assert (bins[0][0], round(bins[0][1], 9)) == (0.0, 3.9)
    assert (round(bins[-1][0], 9), bins[-1][1]) == (35.1, 39.0)
    assert {goal.spread for (goal,) in met} == {19.5}


def test_the_goal_of_a_sample_is_of_its_class_where_there_are_enough() -> None:
    several = references([1.0] * FEWEST, "a") + references([9.0] * FEWEST, "b") + references([5.0], "few")
    goals = Goals(several, ["snr_db"])
    for share in (0.0, 0.4, 0.99):
        assert all(goal.low <= 1.0 <= goal.high < 5 for (goal,) in goals.of(share, "a", 4))
        assert all(5 < goal.low <= 9.0 <= goal.high for (goal,) in goals.of(share, "b", 4))
    any_class = {goal.middle for place in range(17) for (goal,) in goals.of(place / 17, "few", 1)}
    assert len(any_class) > 1


def test_equal_values_leave_a_bin_that_can_be_met() -> None:
    ((goal,),) = Goals(references([1.0] * 20), ["snr_db"]).of(0.5, "a", 1)
    assert goal.low < 1.0 < goal.high
    assert goal.spread > 0
    assert goal.distance(1.0) == 0


def test_a_fact_that_a_sample_lacks_is_no_goal() -> None:
    several = [*references([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]), Reference("x.wav", "a", {"snr_db": None})]
    goals = Goals(several, ["snr_db"])
    assert sorted(len(goals.of((place + 0.5) / 9, "a", 1)[0]) for place in range(9)) == [0] + [1] * 8


def test_what_sets_a_slice_apart() -> None:
    near = [{"snr_db": float(number), "duration_s": 1.0, "bandwidth_hz": 8000.0} for number in range(20)]
    far = [{"snr_db": number + 30.0, "duration_s": 1.0, "bandwidth_hz": 4000.0 + number} for number in range(20)]
    assert sets_apart(near, far, ("snr_db", "duration_s", "bandwidth_hz")) == {"snr_db": 1.0, "bandwidth_hz": 1.0}
    assert sets_apart(near[:3], far, ("snr_db",)) == {}, "three samples tell nothing"
