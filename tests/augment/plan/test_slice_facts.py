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


def test_goals_lie_around_real_values_and_every_real_sample_is_met() -> None:
    goals = Goals(references([float(number) for number in range(40)]), ["snr_db"])
    met = Counter(round(goal.middle, 9) for place in range(4000) for (goal,) in goals.of(f"{place}", "a", 1))
    assert set(met) == {float(number) for number in range(40)}
    assert max(met.values()) < 150, "about 100 each"
    ((goal,),) = goals.of("x", "a", 1)
    assert (goal.spread, goal.high - goal.low) == (20.0, 5.0), "19.5 between the quartiles"


def test_each_attempt_aims_at_another_real_sample() -> None:
    goals = Goals(references([float(number) for number in range(9)]), ["snr_db"])
    assert len({goal.middle for (goal,) in goals.of("x", "a", 4)}) == 4
    assert len(goals.of("x", "a", 12)) == 12, "round and round, where there are fewer"


def test_one_more_real_sample_changes_few_goals_and_no_spread() -> None:
    values = [float(number) for number in range(60)]
    before, after = (Goals(references(some), ["snr_db"]) for some in (values, [*values, 31.5]))
    changed = sum(before.of(f"{key}", "a", 1) != after.of(f"{key}", "a", 1) for key in range(600))
    assert 0 < changed < 30, "about one in 61"


def test_the_goal_of_a_sample_is_of_its_class_where_there_are_enough() -> None:
    several = references([1.0] * FEWEST, "a") + references([9.0] * FEWEST, "b") + references([5.0], "few")
    goals = Goals(several, ["snr_db"])
    for key in "xyz":
        assert {goal.middle for (goal,) in goals.of(key, "a", 4)} == {1.0}
        assert {goal.middle for (goal,) in goals.of(key, "b", 4)} == {9.0}
    any_class = {goal.middle for key in range(40) for (goal,) in goals.of(f"{key}", "few", 1)}
    assert len(any_class) > 1


def test_equal_values_leave_a_goal_that_can_be_met() -> None:
    ((goal,),) = Goals(references([1.0] * 20), ["snr_db"]).of("x", "a", 1)
    assert goal.low < 1.0 < goal.high
    assert goal.spread > 0
    assert goal.distance(1.0) == 0


def test_a_fact_that_a_sample_lacks_is_no_goal() -> None:
    several = [*references([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]), Reference("x.wav", "a", {"snr_db": None})]
    goals = Goals(several, ["snr_db"])
    assert {len(goals.of(f"{key}", "a", 1)[0]) for key in range(60)} == {0, 1}


def test_what_sets_a_slice_apart() -> None:
    near = [{"snr_db": float(number), "duration_s": 1.0, "bandwidth_hz": 8000.0} for number in range(20)]
    far = [{"snr_db": number + 30.0, "duration_s": 1.0, "bandwidth_hz": 4000.0 + number} for number in range(20)]
    assert sets_apart(near, far, ("snr_db", "duration_s", "bandwidth_hz")) == {"snr_db": 1.0, "bandwidth_hz": 1.0}
    assert sets_apart(near[:3], far, ("snr_db",)) == {}, "three samples tell nothing"
