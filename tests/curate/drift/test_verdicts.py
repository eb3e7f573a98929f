"""Drifted, steady, cannot tell."""

import numpy as np
import pytest

from curate.drift.compare import compare
from curate.drift.rows import Reservoir, fill
from curate.drift.tests import OneTest, fisher, least_of_share
from curate.drift.verdicts import Judge, able_to_reject, verdict_of_all
from curate.ground.errors import InputError
from curate.split.grouping import make_grouping
from tests.curate.drift.sets import normal, photo, photos


def by_name(tests: tuple[OneTest, ...]) -> dict[str, OneTest]:
    return {one.name: one for one in tests}


@pytest.mark.parametrize(
    ("table", "p"),
    [(((998, 2), (95, 5)), 0.00010232), (((10, 0), (6, 4)), 0.0866873)],
    ids=["2/1000, 5/100", "0/10, 4/10"],
)
def test_fishers_p_of_missing_values(table: tuple[tuple[int, int], tuple[int, int]], p: float) -> None:
    assert fisher(np.array(table[0]), np.array(table[1])) == pytest.approx(p, abs=5e-8)


def test_a_shift_is_drift_with_both_medians_and_the_auc() -> None:
    found = compare(photos(normal(300)), photos(normal(300, 1.0, 1)))
    test = by_name(found.tests)["image.brightness"]
    assert (found.verdict, test.verdict) == ("drifted", "drifted")
    assert test is found.tests[0], "what drifted comes first"
    assert test.middle == pytest.approx((0, 1), abs=0.15)
    assert test.auc == pytest.approx(0.76, abs=0.04)
    assert test.needed is None


def test_many_unchanged_samples_are_steady() -> None:
    found = compare(photos(normal(6000)), photos(normal(6000, 0, 1)))
    assert found.verdict == "steady"
    assert all(one.bound < 0.1 for one in found.tests)


def test_few_cannot_tell_and_the_number_says_what_would() -> None:
    found = compare(photos(normal(100)), photos(normal(100, 0, 1)))
    test = by_name(found.tests)["image.brightness"]
    assert (found.verdict, test.verdict) == ("cannot tell", "cannot tell")
    assert test.needed is not None
    assert 1200 < test.needed < 1600


def test_a_tiny_difference_of_very_many_is_no_drift() -> None:
    found = compare(photos(normal(20_000)), photos(normal(20_000, 0.1, 1)))
    test = by_name(found.tests)["image.brightness"]
    assert test.adjusted_p < 1e-6
    assert test.verdict == "steady"


def test_a_margin_makes_the_same_difference_matter() -> None:
    found = compare(photos(normal(20_000)), photos(normal(20_000, 0.1, 1)), judge=Judge(margin=0.02))
    assert by_name(found.tests)["image.brightness"].verdict == "drifted"


def test_labels_that_change_places() -> None:
    found = compare(photos([1] * 200, label=["a", "b"] * 100), photos([1] * 200, label=["a"] * 180 + ["c"] * 20))
    test = by_name(found.tests)["label"]
    assert test.verdict == "drifted"
    assert test.effect == pytest.approx(0.5)
    assert test.l_infinity == pytest.approx(0.5)
    assert (test.moved[0].name, test.moved[0].shares) == ("b", (0.5, 0.0))


def speakers(names: str, level: dict[str, float], seed: int) -> list[object]:
    rng = np.random.default_rng(seed)
    return [
        photo(f"{name}{n}", round(float(level[name] + rng.normal(0, 0.1)), 4), tags=(f"who={name}",))
        for name in names
        for n in range(50)
    ]


def test_three_against_three_speakers_cannot_tell_whatever_they_say() -> None:
    level = dict(zip("abcdef", (0, 1, 2, 10, 11, 12), strict=True))
    sides = [fill(Reservoir(grouping=make_grouping("who")), speakers(names, level, 0)) for names in ("abc", "def")]  # type: ignore[arg-type]
    found = compare(sides[0], sides[1], ("facts",), Judge(group="who"))
    test = by_name(found.tests)["image.brightness"]
    assert (found.verdict, test.p, found.groups) == ("cannot tell", 0.1, ("who", 3, 3))
    assert test.why.startswith("3 against 3 whos allow no p under 0.1")
    free = compare(photos(normal(150)), photos(normal(150, 5, 1)), ("facts",))
    assert free.verdict == "drifted"


def test_many_groups_tell_a_change_of_all_of_them() -> None:
    names = [f"s{n:02}" for n in range(40)]
    rng = np.random.default_rng(0)
    sides = []
    for shift, some in ((0.0, names[:20]), (3.0, names[20:])):
        samples = [
            photo(f"{name}/{n}", round(float(shift + level + rng.normal(0, 0.1)), 4), tags=(f"who={name}",))
            for name, level in zip(some, rng.normal(0, 0.5, 20), strict=True)
            for n in range(20)
        ]
        sides.append(fill(Reservoir(grouping=make_grouping("who")), samples))
    found = compare(sides[0], sides[1], ("facts",), Judge(group="who"))
    assert by_name(found.tests)["image.brightness"].verdict == "drifted"


def test_tests_that_could_never_reject_do_not_blind_the_others() -> None:
    # p of 1 and .02 cannot pass at .01; of the two others each has to pass at .005
    assert able_to_reject([1.0, 0.0, 0.02, 0.0], 0.01) == [1, 3]
    # three could at .005 each and none at .0033: Tarone stops where K tests fit into K, and that is with none
    assert able_to_reject([0.004, 0.004, 0.004], 0.01) == []
    assert able_to_reject([1.0], 0.01) == []
    assert least_of_share(2, 100, 100) == pytest.approx(100 * 99 / (200 * 199))
    assert least_of_share(0, 5, 5) == 1
    assert least_of_share(6, 5, 4) == least_of_share(3, 5, 4)


def test_verdicts_of_several() -> None:
    assert verdict_of_all(["steady", "drifted"]) == "drifted"
    assert verdict_of_all(["steady", "cannot tell"]) == "cannot tell"
    assert verdict_of_all(["steady"]) == "steady"
    assert verdict_of_all([]) == "cannot tell"


def test_nothing_to_compare_is_an_error() -> None:
    with pytest.raises(InputError, match="the new set has no sample"):
        compare(photos([1]), photos([]))
    with pytest.raises(InputError, match="nothing to compare: only the reference has a label"):
        compare(photos([1], label=["a"]), photos([1]), ("label",))


def test_random_halves_rarely_alarm() -> None:
    rows = photos(normal(400), label=np.random.default_rng(5).choice(list("abcde"), 400).tolist())
    alarms = 0
    for seed in range(100):
        order = np.random.default_rng(seed).permutation(400)
        alarms += (
            compare(rows.at(order[:200]), rows.at(order[200:]), judge=Judge(0.05, 0.01, explain=False)).verdict
            == "drifted"
        )
    assert alarms <= 9, "5 in 100 are allowed, 10 would come in 3 of 100 calls of this test"
