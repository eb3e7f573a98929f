"""The report of agreement."""

import time

import pytest

from baselines.annotators.agreement import Disagreement, Fleiss, PairAgreement, agree
from baselines.annotators.annotations import Annotations
from baselines.annotators.kappa import fleiss, krippendorff
from curate.ground.errors import InputError

GIVEN = Annotations(
    labels={
        "1": {"ann": "x", "bob": "x", "eve": "y"},
        "2": {"ann": "x", "bob": "y"},
        "3": {"ann": "y", "bob": "y"},
        "4": {"eve": "z"},
    },
    tags={"1": ("dark",)},
    annotators=("ann", "bob", "eve"),
    missing=2,
)


def test_the_report() -> None:
    found = agree(GIVEN)
    assert (found.samples, found.compared, found.missing, found.labels) == (4, 3, 2, ("x", "y", "z"))
    assert found.pairs[0] == PairAgreement(("ann", "bob"), 3, 2 / 3, 0.4)
    assert found.pairs[1] == PairAgreement(("ann", "eve"), 1, 0.0, 0.0)
    assert found.fleiss == Fleiss(fleiss([{"x": 1, "y": 1}, {"y": 2}]), samples=2, labels_each=2)
    assert found.alpha == krippendorff([{"x": 2, "y": 1}, {"x": 1, "y": 1}, {"y": 2}])
    assert found.disagreements == (Disagreement(("x", "y"), 2),)
    assert [level.tag for level in found.human_level] == ["(all)", "dark"]
    assert (found.measured_against, found.unknown) == ("other annotators", 0)


def test_against_a_manifest() -> None:
    found = agree(GIVEN, {"1": "x", "2": "x"}, {"2": ("far",)})
    assert (found.measured_against, found.unknown) == ("manifest", 2)
    assert [(level.tag, level.human) for level in found.human_level] == [
        ("(all)", pytest.approx(3 / 5)), ("dark", pytest.approx(2 / 3)), ("far", 0.5),
    ]  # fmt: skip


def test_a_crowd_of_annotators_takes_seconds_not_minutes() -> None:
    names = tuple(f"w{number:03}" for number in range(400))
    labels = {str(i): {names[(i + j) % 400]: "xy"[j % 2] for j in range(3)} for i in range(4000)}
    began = time.process_time()
    found = agree(Annotations(labels, {}, names, 0))
    assert time.process_time() - began < 5
    assert len(found.pairs) == 400 * 399 // 2
    assert found.pairs[0] == PairAgreement(("w000", "w001"), 20, 0.0, found.pairs[0].kappa)


def test_annotators_without_common_samples() -> None:
    apart = Annotations({"1": {"ann": "x"}, "2": {"bob": "x"}}, {}, ("ann", "bob"), 0)
    with pytest.raises(InputError, match="no sample was labelled by two annotators"):
        agree(apart)
