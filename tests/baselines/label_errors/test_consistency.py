"""Labels that contradict each other without any model."""

from collections import Counter

import numpy as np
import pytest

from baselines.data.labelled_samples import LabelledSample
from baselines.label_errors.consistency import conflicts, look_alikes, mixed_up, other_labels_near
from baselines.label_errors.evidence import Evidence
from curate.split.grouping import make_grouping


def sample(path: str, label: str, digest: str | None = None, *tags: str) -> LabelledSample:
    return LabelledSample(path, label, tags, digest=digest)


def test_the_closest_relation_tells_and_the_usual_label_is_suggested() -> None:
    samples = [
        sample("a", "cat", "1", "id=7"),
        sample("b", "cat", "1"),
        sample("c", "dog", "1"),
        sample("d", "cow", "2", "id=7"),
        sample("d", "pig", "3"),
        sample("e", "hen", "4"),
    ]
    found = conflicts(samples, [[4, 5]], make_grouping("id"))
    assert {at: (one.relation, round(one.share, 3), one.usual) for at, one in found.items()} == {
        0: ("same bytes", 0.667, None),
        1: ("same bytes", 0.667, None),
        2: ("same bytes", 0.333, "cat"),
        3: ("same path", 0.5, None),
        4: ("same path", 0.5, None),
        5: ("copy", 0.5, None),
    }
    assert found[2].other == "a"
    assert found[0].labels == ("cat", "dog")


def test_copies_with_one_label_are_no_conflict() -> None:
    assert conflicts([sample("a", "x", "1"), sample("b", "x", "1"), sample("c", "y", "2")], [[0, 1]]) == {}


@pytest.mark.parametrize(
    "labels",
    [
        ("cat", "cat "), ("cat", "Cat"), ("cat", "cats"), ("traffic light", "traffic_light"), ("berry", "berries"),
        ("box", "boxes"), ("7", "07"), ("café", "cafe\u0301"), ("left turn", "Left-Turns"), ("ﬁsh", "fish"),
    ],
)  # fmt: skip
def test_labels_that_look_alike(labels: tuple[str, str]) -> None:
    (found,) = look_alikes(Counter({labels[0]: 5, labels[1]: 2}))
    assert (found.labels, found.samples) == (labels, (5, 2))


@pytest.mark.parametrize(
    "labels", [("shirt", "skirt"), ("1", "10"), ("glass", "glas s"), ("a", "as"), ("boss", "bos"), ("cat", "cut")]
)
def test_labels_that_are_two_classes(labels: tuple[str, str]) -> None:
    assert look_alikes(Counter(dict.fromkeys(labels, 3))) == []


def test_classes_that_are_mixed_up_in_either_direction() -> None:
    given = np.repeat([0, 1, 2], 6)
    shares = np.full((18, 3), 0.05)
    shares[np.arange(18), given] = 0.9
    shares[0], shares[6], shares[7] = [0.02, 0.96, 0.02], [0.95, 0.04, 0.01], [0.94, 0.05, 0.01]
    samples = [sample(f"{at}", "abc"[label]) for at, label in enumerate(given)]
    (found,) = mixed_up(Evidence(samples, ("a", "b", "c"), given, shares, ""))
    assert (found.labels, found.samples, found.share, found.paths) == (("a", "b"), 3, 0.25, ("0", "6", "7"))


def test_the_share_of_neighbours_with_another_label() -> None:
    vectors = np.array([[1, 0], [0.99, 0.14], [0.98, 0.2], [0, 1], [0.14, 0.99]], np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    row, share = other_labels_near(vectors, np.array([0, 0, 1, 1, 1]), k=2)
    np.testing.assert_allclose(share, [0.5, 0.5, 1.0, 0.0, 0.0])
    assert share.dtype == np.float64
    assert row.tolist() == [[1, 2], [2, 0], [1, 0], [4, 2], [3, 2]]
    assert other_labels_near(vectors[:1], np.array([0])).share.tolist() == [0]
