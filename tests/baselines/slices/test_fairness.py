"""Gaps between values of protected tags: exact figures, and no verdict of what cannot be told."""

import msgspec
import pytest

from baselines.data.predictions import Prediction
from baselines.slices.fairness import Fairness, Part, fairness
from curate.ground.errors import UsageError


def told(tag: str, right: int, wrong: int, groups: int = 0) -> list[Prediction]:
    return [
        Prediction(
            f"{tag}-{at}", "a" if at % 2 else "b", ("a" if at % 2 else "b") if at < right else ("b" if at % 2 else "a"),
            tags=(tag,), group=f"{tag}{at % groups}" if groups else None,
        )
        for at in range(right + wrong)
    ]  # fmt: skip


def part(found: Fairness, value: str) -> Part:
    return next(one for one in found.parts if one.value == value)


def test_a_gap_with_its_interval_and_its_test() -> None:
    found = fairness([*told("sex=f", 80, 20), *told("sex=m", 95, 5)], ["sex"])
    women = part(found, "f")
    assert (women.samples, women.accuracy) == (100, 0.8)
    assert women.gap == pytest.approx(-0.15)
    # Wilson's of 80/100 and 95/100, and Newcombe's of their difference (1998, method 10).
    assert women.interval == pytest.approx((0.7111708, 0.8666331))
    assert women.gap_interval == pytest.approx((-0.2437632, -0.0589), abs=1e-3)
    # R: fisher.test(matrix(c(80, 20, 95, 5), 2))
    assert women.p == pytest.approx(0.0021, abs=2e-4)
    # Each of two values is held against the other: one comparison, which needs no correction.
    assert women.adjusted_p == part(found, "m").adjusted_p == women.p == part(found, "m").p
    assert (women.verdict, part(found, "m").verdict) == ("worse", "better")
    assert found.gaps == {"sex": pytest.approx(0.15)}


def test_the_family_is_all_comparisons_of_all_tags() -> None:
    both = [*told("sex=f", 80, 20), *told("sex=m", 95, 5)]
    both = [
        Prediction(one.path, one.label, one.prediction, tags=(*one.tags, f"age={at % 5}"))
        for at, one in enumerate(both)
    ]
    found = fairness(both, ["sex", "age"])
    assert part(found, "f").adjusted_p == pytest.approx(min(1, 6 * part(found, "f").p))


def test_where_a_value_is_one_person_the_comparison_has_one_p_value() -> None:
    # Ann's recordings are the sample of Ann; of all others, it is the persons.
    ann = [msgspec.structs.replace(one, group="ann") for one in told("who=ann", 60, 40)]
    found = fairness([*ann, *told("who=other", 85, 15, groups=10)], ["who"])
    one, other = part(found, "ann"), part(found, "other")
    assert one.verdict != "cannot tell"
    assert one.adjusted_p == max(one.p, other.p if other.verdict != "cannot tell" else 0)


def test_few_samples_cannot_tell_whatever_they_show() -> None:
    found = fairness([*told("sex=f", 0, 19), *told("sex=m", 95, 5)], ["sex"])
    assert {one.verdict for one in found.parts} == {"cannot tell"}
    assert found.gaps == {"sex": None}


def test_one_person_of_a_kind_cannot_tell_of_the_kind() -> None:
    found = fairness([*told("sex=f", 50, 50, groups=1), *told("sex=m", 95, 5, groups=10)], ["sex"])
    assert part(found, "f").verdict == "cannot tell"
    many = fairness([*told("sex=f", 50, 50, groups=10), *told("sex=m", 95, 5, groups=10)], ["sex"])
    assert part(many, "f").verdict == "worse"


def test_rates_of_each_class() -> None:
    # Of sex=f: two a, one of them taken for b; two b, both right.
    women = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]
    predictions = [Prediction(f"{at}", label, said, tags=("sex=f",)) for at, (label, said) in enumerate(women)]
    rates = {one.label: one for one in fairness(predictions, ["sex"]).rates}
    assert (rates["a"].recall, rates["a"].false_positive_rate, rates["a"].chosen) == (0.5, 0.0, 0.25)
    assert (rates["b"].recall, rates["b"].false_positive_rate, rates["b"].chosen) == (1.0, 0.5, 0.75)
    assert rates["b"].samples == 2


def test_a_single_value_is_held_against_nobody() -> None:
    found = fairness([*told("sex=f", 90, 10), Prediction("x", "a", "a")], ["sex"])
    assert found.parts[0].verdict == "cannot tell"
    assert found.unknown == {"sex": 1}


def test_a_key_that_no_tested_sample_has_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--protected sx: no tested sample has a tag sx=… \(did you mean 'sex'\?\)"):
        fairness(told("sex=f", 1, 1), ["sx"])


def test_equal_values_are_rarely_called_different() -> None:
    import numpy as np

    chance, alarms = np.random.default_rng(0), 0
    for _ in range(200):
        predictions = [
            Prediction(f"{at}", "a", "a" if chance.random() < 0.8 else "b", tags=(f"age={at % 4}",))
            for at in range(240)
        ]
        alarms += any(one.verdict in {"better", "worse"} for one in fairness(predictions, ["age"]).parts)
    assert alarms <= 200 * 0.05 + 8, "5 % of the families, and what chance adds to 200 draws"
