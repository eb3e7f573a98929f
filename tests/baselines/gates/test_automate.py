"""How much a model may do alone."""

from collections.abc import Callable

import numpy as np
import pytest

from baselines.gates.automate import Wish, automate, least_cases
from baselines.metrics.calibration_error import calibration_error
from baselines.runs.prediction_log import Logged
from curate.ground.errors import InputError, UsageError


def log_of(number: int, right: Callable[[float], float], seed: int = 0, *tags: str, begin: int = 0) -> list[Logged]:
    """Return predictions of evenly drawn confidence, each right with the chance that a function gives."""
    rng = np.random.default_rng(seed)
    found = []
    for place in range(number):
        confidence, label = float(rng.random()), str(rng.choice(["a", "b"]))
        said = label if rng.random() < right(confidence) else "c"
        found.append(Logged(f"{begin + place} {tags}", said, label, confidence, tags=tags))
    return found


def sure_above_half(confidence: float) -> float:
    return 1.0 if confidence > 0.5 else 0.5


def test_the_threshold_is_where_the_risk_begins() -> None:
    found = automate(log_of(8000, sure_above_half), Wish(0.02, human=0.98))
    assert found.whole.threshold == pytest.approx(0.48, abs=0.02)
    assert found.degree == "partial"
    assert found.whole.risk_upper is not None
    assert found.whole.risk_upper <= 0.02
    assert found.share == pytest.approx(found.whole.automated / found.whole.samples)
    assert found.together == pytest.approx(
        found.share - found.whole.wrong / found.whole.samples + (1 - found.share) * 0.98
    )
    assert 3500 < found.chosen_on < 4500


@pytest.mark.soak
def test_the_bound_holds_in_19_of_20_draws() -> None:
    # Risk of answers above t, where the chance of a mistake at confidence c is (1 - c)/2: (1 - t)/4.
    broken = 0
    for seed in range(200):
        found = automate(log_of(1500, lambda c: 1 - (1 - c) / 2, seed), Wish(0.05))
        broken += found.whole.threshold is not None and (1 - found.whole.threshold) / 4 > 0.05
    assert broken <= 17


def test_a_tag_with_a_higher_risk_gets_its_own_rule() -> None:
    log = [
        *log_of(4000, lambda _: 0.995, 0, "noise=none"),
        *log_of(2000, lambda c: 0.995 if c > 0.7 else 0.6, 1, "noise=car", begin=10_000),
        *log_of(1000, lambda _: 0.5, 2, "noise=rain", begin=20_000),
    ]
    found = automate(log, Wish(0.03))
    rules = {tag: one.rule for tag, one in found.per_tag.items()}
    assert rules == {"noise=none": "as all", "noise=car": "own threshold", "noise=rain": "people"}
    assert found.per_tag["noise=car"].part.threshold == pytest.approx(0.69, abs=0.03)
    assert found.per_tag["noise=rain"].part.automated == 0
    # What follows the rule for all are the quiet ones alone, nearly all of which are answered.
    assert found.whole.samples == found.per_tag["noise=none"].part.samples
    assert found.share == pytest.approx((4 + 2 * 0.3) / 7, abs=0.03)


@pytest.mark.parametrize(
    ("log", "degree"),
    [
        (log_of(3000, lambda _: 1.0), "full"),
        (log_of(3000, lambda _: 0.9), "assistance"),
        (log_of(100, lambda _: 1.0), "shadow"),
        (log_of(3000, lambda _: 0.4), "human"),
    ],
)
def test_degrees(log: list[Logged], degree: str) -> None:
    assert automate(log, Wish(0.01)).degree == degree


def test_299_right_answers_are_needed_for_one_in_a_hundred() -> None:
    assert (least_cases(0.01), least_cases(0.05)) == (299, 59)


def test_costs_choose_where_no_risk_is_named() -> None:
    log = log_of(4000, lambda c: c)
    cheap = automate(log, Wish(None, cost_error=1, cost_human=0.5))
    # An answer costs 1 - c, a person 0.5: from .5 on the model is cheaper.
    assert cheap.whole.threshold == pytest.approx(0.5, abs=0.1)
    assert cheap.cost is not None
    assert cheap.cost < 0.5
    assert cheap.cost_people == 0.5
    assert automate(log, Wish(None, cost_error=1, cost_human=0.0)).share == pytest.approx(0, abs=0.01)


def test_what_has_no_label_or_confidence_is_left_out_and_counted() -> None:
    log = log_of(1000, sure_above_half)
    found = automate([*log, Logged("x", "a"), Logged("y", "a", "a")], Wish(0.05))
    assert found.unlabelled == 2
    with pytest.raises(InputError, match="no prediction has a label and a confidence"):
        automate([Logged("x", "a")], Wish())


def test_the_error_of_calibration() -> None:
    assert calibration_error(np.array([0.95, 0.95, 0.05, 1.0]), np.array([True, False, False, True])) == pytest.approx(
        (abs(2 - 2.9) + 0.05) / 4
    )


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        (Wish(0), "--max-risk 0:"),
        (Wish(human=2), "--human 2:"),
        (Wish(cost_error=2), "--cost-error and --cost-human belong together"),
        (Wish(cost_error=-2, cost_human=1), "--cost-error -2:"),
    ],
)
def test_wishes_that_make_no_sense(wish: Wish, problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        wish.check()
