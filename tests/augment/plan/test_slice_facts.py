"""Facts of a slice: how far two sets are apart, and which real sample each made one is to be like."""

from collections import Counter

import numpy as np
import pytest

from augment.plan.slice_facts import (
    CANDIDATES,
    Goal,
    Goals,
    Reference,
    largest_difference,
    nearest_standing,
    sets_apart,
)


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


def test_each_goal_is_of_another_real_sample() -> None:
    goals = Goals(references([float(number) for number in range(9)]), ["snr_db"])
    assert len({goal.middle for (goal,) in goals.of("x", "a", 4)}) == 4
    assert len({goal.middle for (goal,) in goals.of("x", "a")}) == 9, "all of them, where there are no more"


def drawn(values: list[float]) -> list[dict[str, float | None]]:
    return [{"snr_db": value} for value in values]


def test_a_peer_stands_among_what_is_drawn_as_the_real_sample_among_its_like() -> None:
    goals = Goals(
        references([float(number) for number in range(41)]),
        ["snr_db"],
        drawn([100.0 + number / 2 for number in range(41)]),
    )
    peers = {round(goal.middle): goal.peer for (goal,) in goals.of("x", "a", 41)}
    # Medians 20 and 110, 20 and 10 between the quartiles; both rounded to a sixteenth of that.
    assert {at: peers[at] for at in (0, 20, 40)} == pytest.approx({0: 100.0, 20: 110.0, 40: 120.0})


def test_too_few_draws_are_taken_to_be_what_is_real() -> None:
    ((goal,),) = Goals(references([float(number) for number in range(41)]), ["snr_db"], drawn([500.0] * 7)).of(
        "x", "a", 1
    )
    assert goal.peer == pytest.approx(goal.middle)


def test_the_nearest_standing_is_of_all_facts_and_one_odd_fact_does_not_outweigh_the_rest() -> None:
    def goals(name: float, snr: float, loudness: float) -> tuple[Goal, ...]:
        return (
            Goal("snr_db", name, name, 1.0, snr, 2.0),
            Goal("loudness_lufs", name, name, 1.0, loudness, 4.0),
        )

    near, far, odd = goals(1.0, 10.0, -30.0), goals(2.0, 20.0, -30.0), goals(3.0, 10.5, -500.0)
    assert nearest_standing((far, near), {"snr_db": 11.0, "loudness_lufs": -31.0}) == near
    assert nearest_standing((far, near), {"snr_db": 19.0, "loudness_lufs": -31.0}) == far
    # 3 spreads are counted at most: two facts a little off are farther than one that is way off.
    assert nearest_standing((goals(4.0, 15.0, -20.0), odd), {"snr_db": 10.5, "loudness_lufs": -30.0}) == odd
    assert nearest_standing((far, near), {"snr_db": None}) == far, "nothing is known of it"
    assert nearest_standing(((), near), {"snr_db": 10.0, "loudness_lufs": -30.0}) == near


def test_what_a_fact_owes_to_the_content_is_not_asked_of_the_condition() -> None:
    """A fact is content plus condition: real conditions are 8 to 20, drawn ones 10 to 30, contents -20 to 20."""
    chance = np.random.default_rng(0)
    content, real = chance.uniform(-20, 20, (2, 300)), chance.uniform(8, 20, 300)
    plain = content[1] + chance.uniform(10, 30, 300)
    goals = Goals(references((content[0] + real).tolist()), ["snr_db"], drawn(plain[:128].tolist()))
    asked, blindly = [], []
    for place, value in enumerate(plain):
        several = goals.of(f"{place}", "a")
        (goal,) = nearest_standing(several, {"snr_db": value})
        asked.append(goal.middle - content[1][place])
        blindly.append(several[0][0].middle - content[1][place])
    low, middle, high = np.quantile(asked, (0.05, 0.5, 0.95))
    # 64 more draws than these would not know the middle to better than 2 dB: contents are as wide as 40 dB.
    assert middle == pytest.approx(14.0, abs=4.0), "the middle of the real conditions"
    assert high - low < 22
    assert np.ptp(np.quantile(blindly, (0.05, 0.95))) > 50


def test_one_more_real_sample_leaves_most_goals_and_the_spread() -> None:
    values = [float(number) for number in range(60)]
    among = drawn([100.0 + number for number in range(64)])
    before, after = (Goals(references(some), ["snr_db"], among) for some in (values, [*values, 31.5]))
    keys = [f"{key}" for key in range(600)]
    chosen = [
        [nearest_standing(goals.of(key, "a"), {"snr_db": 100.0 + place % 64})[0] for place, key in enumerate(keys)]
        for goals in (before, after)
    ]
    assert {goal.spread for several in chosen for goal in several} == {20.0}
    changed = sum(one.middle != other.middle for one, other in zip(*chosen, strict=True))
    assert 0 < changed < 200, "its neighbours, and those whose standing was rounded otherwise"


def test_the_goal_of_a_sample_is_of_its_class_where_there_are_enough() -> None:
    several = references([1.0] * CANDIDATES, "a") + references([9.0] * CANDIDATES, "b") + references([5.0], "few")
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
