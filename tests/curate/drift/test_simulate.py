"""What would come of a call, tried on the data itself."""

import numpy as np
import pytest

from curate.drift.rows import Reservoir, Rows, fill
from curate.drift.simulate import simulate
from curate.drift.verdicts import Judge
from curate.ground.errors import InputError
from curate.split.grouping import make_grouping
from tests.curate.drift.sets import normal, photo, photos


@pytest.fixture(scope="module")
def reference() -> Rows:
    return photos(normal(400), label=np.random.default_rng(1).choice(list("abc"), 400).tolist())


@pytest.fixture(autouse=True)
def few_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curate.drift.simulate._TRIED", 15)


def test_without_change_there_are_few_alarms_and_large_changes_are_seen(reference: Rows) -> None:
    found = simulate(reference, 150, judge=Judge(0.05), trials=20)
    visible = {one.name: one for one in found.visible}
    assert found.alarms <= 0.2
    assert (found.samples, found.n, found.trials) == (400, 150, 20)
    shift = visible["image.brightness"].shift
    assert shift is not None
    assert 0.2 <= shift <= 0.8
    assert visible["image.brightness"].amount == pytest.approx(shift, rel=0.15), "the spread of these facts is 1"
    assert visible["label"].shift is not None


def test_more_samples_see_less(reference: Rows) -> None:
    shifts = []
    for number in (20, 200):
        found = simulate(reference, number, ("facts",), Judge(0.05), trials=10)
        shifts.append(next(one.shift for one in found.visible if one.name == "image.brightness"))
    assert shifts[0] is not None
    assert shifts[1] is not None
    assert shifts[1] < shifts[0]


def test_half_of_the_reference_at_most_can_be_new(reference: Rows) -> None:
    with pytest.raises(InputError, match="at most half"):
        simulate(reference, 201)


def test_groups_are_drawn_whole() -> None:
    samples = [photo(f"{who}/{n}", float(n), tags=(f"who={who}",)) for who in "abcdef" for n in range(20)]
    rows = fill(Reservoir(grouping=make_grouping("who")), samples)
    found = simulate(rows, 60, judge=Judge(group="who"), trials=10)
    assert (found.alarms, found.steady, found.groups) == (0, 0, "who")
