"""What is compared, and what is not."""

import pytest

from curate.drift.comparisons import Compared, Subject, comparisons
from curate.drift.rows import Rows
from tests.curate.drift.sets import photos


def found(a: Rows, b: Rows, *on: Subject, without: str | None = None) -> Compared:
    return comparisons(a, b, on, without)


def test_facts_that_are_there_are_compared_and_missing_ones_counted() -> None:
    made = found(photos([1, 2, None]), photos([3, 4, 5]), "facts")
    names = {one.name: one for one in made.comparisons}
    assert {"image.brightness", "missing image.brightness", "kind"} <= names.keys()
    assert "image.contrast" not in names, "nobody measured it"
    assert names["image.brightness"].sizes == (2, 3)
    assert names["missing image.brightness"].values[0].tolist() == [False, False, True]
    assert names["image.brightness"].positions[0].tolist() == [0, 1]


@pytest.mark.parametrize("field", ["label", "prediction", "confidence"])
def test_what_only_one_side_has_is_said_and_not_compared(field: Subject) -> None:
    made = found(photos([1, 2], **{field: [0.5, 0.5] if field == "confidence" else ["a", "b"]}), photos([1, 2]), field)
    assert made.comparisons == []
    assert made.notes == [f"only the reference has a {field}: it is not compared"]


def test_tags_by_key_and_without_one_and_never_the_groups() -> None:
    a = photos([1, 1], tags=[("room=x", "dark", "who=1"), ("room=y", "who=2")])
    b = photos([1, 1], tags=[("room=x", "who=1"), ("who=1",)])
    names = [one.name for one in found(a, b, "tags", without="who").comparisons]
    assert names == ["tag room", "missing tag room", "tag dark"]


def test_a_tag_with_a_value_for_each_sample_is_a_name() -> None:
    a, b = (photos([1] * 40, tags=[(f"file={side}{n}",) for n in range(40)]) for side in "ab")
    made = found(a, b, "tags")
    assert made.comparisons == []
    assert "tag file has 80 values" in made.notes[0]


def test_labels_that_look_like_numbers_stay_names() -> None:
    made = found(photos([1, 1], label=["1", "10"]), photos([1, 1], label=["1.0", "10"]), "label")
    assert [(one.name, one.form) for one in made.comparisons] == [("label", "names")]


def test_labels_that_have_not_come_back_to_a_log_are_no_news() -> None:
    reference = photos([1] * 4, label=list("abab"), prediction=list("abab"))
    log = photos([1] * 4, label=["a", None, None, "b"], prediction=list("abab"))
    names = [one.name for one in found(reference, log, "label", "prediction").comparisons]
    assert names == ["label", "prediction", "accuracy"]
    plain = photos([1] * 4, label=["a", None, None, "b"])
    assert [one.name for one in found(reference, plain, "label").comparisons] == ["label", "missing label"]


def test_accuracy_of_all_and_of_tags_with_enough() -> None:
    sides = [
        photos(
            [1] * 80, label=["a"] * 80, prediction=["a", "b"] * 40, tags=[("big",)] * 40 + [("few",)] * 9 + [()] * 31
        )
        for _ in "ab"
    ]
    made = {one.name: one for one in found(sides[0], sides[1], "prediction").comparisons}
    assert {name for name in made if name.startswith("accuracy")} == {"accuracy", "accuracy big"}
    assert made["accuracy big"].values[0].sum() == 20


def test_findings_are_counted_once_a_sample() -> None:
    a, b = photos([1, 1], findings=[("dark", "dark"), ()]), photos([1, 1], findings=[(), ()])
    (one,) = found(a, b, "findings").comparisons
    assert (one.name, one.values[0].tolist(), one.values[1].tolist()) == ("finding dark", [True, False], [False, False])
