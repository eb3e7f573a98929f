"""The report of agreement."""

import time

import pytest

from baselines.annotators.agreement import PAIRED, AnnotatorAgreement, Disagreement, Fleiss, PairAgreement, agree
from baselines.annotators.annotations import Annotations
from baselines.annotators.kappa import fleiss, krippendorff
from curate.ground.errors import InputError
from tests.machine import in_time

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
    assert in_time(time.process_time() - began, 5)
    # Everybody has as many labels, so that the first by name are those that are held against each other.
    assert len(found.pairs) == PAIRED * (PAIRED - 1) // 2
    assert found.pairs[0] == PairAgreement(("w000", "w001"), 20, 0.0, found.pairs[0].kappa)
    assert [one.annotator for one in found.each] == list(names)
    assert found.each[0] == AnnotatorAgreement("w000", 30, 1 / 3)


def test_pairs_are_of_those_with_the_most_labels() -> None:
    names = tuple(f"w{number:03}" for number in range(PAIRED + 1))
    labels = {str(i): dict.fromkeys(names[1:] if i else names, "x") for i in range(3)}
    found = agree(Annotations(labels, {}, names, 0))
    assert {name for pair in found.pairs for name in pair.annotators} == set(names[1:])
    assert found.each[0] == AnnotatorAgreement("w000", 1, 1.0)


def test_each_annotator_beside_the_others() -> None:
    # ann: x beside x and y, x beside y, y beside y; eve: y beside x and x, and a sample that nobody else labelled.
    assert agree(GIVEN).each == (
        AnnotatorAgreement("ann", 3, 2 / 4),
        AnnotatorAgreement("bob", 3, 2 / 4),
        AnnotatorAgreement("eve", 1, 0.0),
    )
    alone = Annotations({"1": {"ann": "x", "bob": "x"}, "2": {"eve": "y"}}, {}, ("ann", "bob", "eve"), 0)
    assert agree(alone).each[2] == AnnotatorAgreement("eve", 0, None)


def test_four_hundred_labels_on_each_sample_are_counted_and_not_compared_one_by_one() -> None:
    names = tuple(f"w{number:03}" for number in range(400))
    labels = {str(i): {name: f"c{(i * at) % 97}" for at, name in enumerate(names)} for i in range(200)}
    began = time.process_time()
    agree(Annotations(labels, {}, names, 0))
    assert in_time(time.process_time() - began, 3)


def test_annotators_without_common_samples() -> None:
    apart = Annotations({"1": {"ann": "x"}, "2": {"bob": "x"}}, {}, ("ann", "bob"), 0)
    with pytest.raises(InputError, match="no sample was labelled by two annotators"):
        agree(apart)
