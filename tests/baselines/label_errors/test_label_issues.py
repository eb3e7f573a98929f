"""Everything that was found becomes one list, and findings of the samples."""

import numpy as np

from baselines.data.labelled_samples import LabelledSample
from baselines.label_errors.consistency import LookAlike
from baselines.label_errors.evidence import Evidence
from baselines.label_errors.label_issues import (
    assemble,
    finding_of,
    look_alike_issues,
    outlier_issues,
    wrong_labels,
)
from baselines.label_errors.planting import Planted


def evidence() -> Evidence:
    """Forty samples of two classes; 3 and 23 have the wrong label, and of 23 the model is not sure."""
    given = np.repeat([0, 1], 20)
    shares = np.full((40, 2), [0.9, 0.1])
    shares[20:] = [0.1, 0.9]
    shares[3], shares[4], shares[23] = [0.02, 0.98], [0.05, 0.95], [0.55, 0.45]
    samples = [LabelledSample(f"{at}.png", "ab"[label], kind="image", split="train") for at, label in enumerate(given)]
    return Evidence(samples, ("a", "b"), given, shares, "svm on hog")


def test_wrong_labels_come_by_their_own_probability() -> None:
    found = wrong_labels(evidence())
    assert [(one.path, one.label, one.suggested, one.score, one.kind) for one in found.issues] == [
        ("3.png", "a", "b", 0.02, "wrong-label"),
        ("4.png", "a", "b", 0.05, "wrong-label"),
    ]
    assert (found.judged.media, found.judged.judged, found.judged.flagged) == ("image", 40, 2)
    assert found.issues[0].split == "train"
    assert found.judged.mixed_up[0].paths == ("3.png", "4.png")


def test_a_model_that_is_sure_of_nothing_makes_a_label_ambiguous() -> None:
    found = wrong_labels(evidence(), top=3)
    assert [one.kind for one in found.issues] == ["wrong-label", "wrong-label", "ambiguous-label"]


def test_planted_errors_bound_the_estimate() -> None:
    planted = Planted(5, 50, 49, 0.98, 0.9, 1.25, 0.0)
    assert wrong_labels(evidence()).judged.estimated == 2
    assert wrong_labels(evidence(), planted=planted).judged.estimated == 1.25


def test_neighbours_are_told_where_there_is_an_embedding() -> None:
    vectors = np.repeat(np.eye(2, dtype=np.float32), 20, axis=0)
    vectors[3] = [0, 1]
    found = wrong_labels(evidence(), vectors)
    assert [one.neighbours for one in found.issues] == [1.0, 0.0]
    assert "100 % of its 10 nearest have another label" in found.issues[0].why


def test_small_classes_are_named() -> None:
    small = evidence()
    given = small.given.copy()
    given[:] = 0
    given[:3] = 1
    assert wrong_labels(small._replace(given=given)).notes == [
        "classes under 5 samples have no threshold, and their labels are ranked with --top only: 1 (b)"
    ]


def test_an_odd_picture_is_an_outlier_though_its_copy_is_near() -> None:
    draw = np.random.default_rng(0)
    vectors = draw.normal([1, 0, 0], 0.05, (40, 3)).astype(np.float32)
    vectors[7] = vectors[8] = [-1, 0.1, 0]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    samples = [LabelledSample(f"{at}.png", "a", digest="same" if at in {7, 8} else f"{at}") for at in range(40)]
    found = outlier_issues(samples, vectors)
    assert {"7.png", "8.png"} == {one.path for one in found}
    assert all(0 < one.score < 1 and one.kind == "outlier" and one.suggested is None for one in found)


def test_the_list_is_sorted_and_counted() -> None:
    samples = [LabelledSample("a", "cat"), LabelledSample("b", "Cat"), LabelledSample("c", "cat")]
    alike = look_alike_issues(samples, [LookAlike(("cat", "Cat"), (2, 1))])
    found = assemble([*alike, *wrong_labels(evidence()).issues], [], samples, ["n"])
    assert [one.path for one in found.samples] == ["3.png", "4.png", "b"]
    assert found.counts == {"look-alike": 1, "wrong-label": 2}
    assert [one.labels for one in found.look_alikes] == [("cat", "Cat")]


def test_an_issue_is_a_warning_of_its_sample() -> None:
    finding = finding_of(wrong_labels(evidence()).issues[0])
    assert (finding.check, finding.severity, finding.value) == ("wrong-label", "warning", 0.02)
    assert finding.detail.startswith("'b' rather than 'a': ")
