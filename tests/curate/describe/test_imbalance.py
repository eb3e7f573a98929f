"""Imbalance: exact figures on small sets."""

import math
from collections import Counter

import pytest

from curate.describe.imbalance import ClassCount, Described, count_classes, failed_gates, imbalance
from curate.ground.errors import UsageError


def labelled(**counts: int) -> list[Described]:
    return [Described(f"{label}{i}", label) for label, count in counts.items() for i in range(count)]


def test_figures_of_an_uneven_set() -> None:
    result = count_classes(labelled(dog=1, cat=6, bat=1))
    assert result.classes == (
        ClassCount("cat", 6, 0.75, 0),
        ClassCount("bat", 1, 0.125, 5),
        ClassCount("dog", 1, 0.125, 5),
    )
    assert (result.samples, result.imbalance_ratio, result.majority_accuracy, result.without) == (8, 6.0, 0.75, 0)
    # exp of 0.75 ln(4/3) + 2 * 0.125 ln 8
    assert result.effective_classes == pytest.approx((4 / 3) ** 0.75 * 8**0.25)


def test_a_balanced_set_has_as_many_effective_classes_as_classes() -> None:
    result = count_classes(labelled(a=3, b=3, c=3, d=3))
    assert result.effective_classes == pytest.approx(4)
    assert (result.imbalance_ratio, result.majority_accuracy) == (1.0, 0.25)


def test_an_empty_set_has_no_figures() -> None:
    result = count_classes([])
    assert (result.samples, result.classes, result.effective_classes) == (0, (), 0.0)
    assert result.imbalance_ratio is None
    assert result.majority_accuracy is None


def test_other_classes_than_the_label() -> None:
    samples = [
        Described("1", "x", ("speaker=theo", "speaker=ann", "dark"), "train"),
        Described("2", "x", ("speaker=theo",), "test"),
        Described("3", None, (), "train"),
    ]
    by_tag = count_classes(samples, "tag:speaker")
    assert {found.label: found.count for found in by_tag.classes} == {"theo": 2, "ann": 1}
    assert by_tag.without == 1
    assert {found.label: found.count for found in count_classes(samples, "split").classes} == {"train": 2, "test": 1}
    within = count_classes(samples, "label", within="train")
    assert (within.samples, within.without) == (1, 1)


@pytest.mark.parametrize(
    ("by", "message"),
    [("lable", r"--by 'lable' is unknown \(did you mean 'label'\?\)"), ("tag:", "did you mean 'tag:KEY'")],
)
def test_unknown_classes_are_refused(by: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        count_classes([], by)


def test_a_split_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match=r"--within 'trian': no sample is in that split \(did you mean 'train'\?\)"):
        count_classes([Described("a", "x", (), "train")], within="trian")


def test_gates() -> None:
    result = imbalance(Counter(cat=6, dog=2, bat=1))
    assert failed_gates(result) == []
    assert failed_gates(result, max_ratio=6.0, min_count=1) == []
    assert failed_gates(result, max_ratio=5.9, min_count=3) == [
        "imbalance ratio 6.00 is above --max-ratio 5.9",
        "2 of 3 classes are below --min-count 3: dog (2), bat (1)",
    ]
    assert failed_gates(imbalance(Counter()), max_ratio=2, min_count=1) == [
        "there are no classes, and --min-count is 1"
    ]


def test_entropy_of_many_classes_is_stable() -> None:
    result = imbalance(Counter({str(i): 1 for i in range(10_000)}))
    assert math.isclose(result.effective_classes, 10_000, rel_tol=1e-9)
