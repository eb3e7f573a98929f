"""The models and their scores."""

from copy import copy
from typing import Any

import numpy as np
import pytest

from baselines.models import models
from baselines.models.calibration import couple, probabilities
from baselines.models.models import (
    MODELS,
    MOST_CLASSES_FOR_SVM,
    Candidate,
    build,
    candidates,
    check_model,
    fit_machine,
    scores,
    similarities,
)
from curate.ground.errors import UsageError

DRAW = np.random.default_rng(0)
LABEL = np.arange(60) % 3
POINTS = DRAW.normal(0, 0.2, (60, 4)) + np.eye(3, 4)[LABEL]


@pytest.mark.parametrize("name", [name for name in MODELS if name != "auto"])
def test_each_model_learns_and_its_scores_make_probabilities(name: str) -> None:
    model = build(Candidate(name), 60, seed=0).fit(POINTS, LABEL)
    found = scores(model, POINTS, 4)
    assert found.shape == (60, 4)
    shares = probabilities(found, 1.0)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert np.all(shares[:, 3] < 1e-9), "a class that was never learned is never said"
    assert (found.argmax(axis=1) == LABEL).mean() > (0.9 if name != "majority" else 0.3)


@pytest.mark.parametrize("name", ["svm", "logistic", "knn", "trees"])
def test_two_classes(name: str) -> None:
    points, label = POINTS[LABEL < 2], LABEL[LABEL < 2]
    found = scores(build(Candidate(name), 40, 0).fit(points, label), points, 2)
    assert (found.argmax(axis=1) == label).mean() > 0.9


@pytest.mark.parametrize("name", ["svm", "logistic", "trees", "knn"])
def test_the_same_seed_gives_the_same_model(name: str) -> None:
    one, two = (scores(build(Candidate(name), 60, 5).fit(POINTS, LABEL), POINTS, 3) for _ in range(2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("name", "counts", "expected"),
    [
        ("auto", [10, 10], ["svm", "logistic", "knn"]),
        ("auto", [10, 30, 0], ["svm", "svm, balanced", "logistic", "logistic, balanced", "knn"]),
        ("auto", [3000, 3000], ["logistic", "knn"]),
        ("svm", [6000, 6000], ["svm"]),
        ("knn", [10, 30], ["knn"]),
        ("trees", [10, 30], ["trees", "trees, balanced"]),
        ("svm", [10, 0], ["majority"]),
        ("auto", [3] * MOST_CLASSES_FOR_SVM, ["svm", "logistic", "knn"]),
        ("auto", [3] * (MOST_CLASSES_FOR_SVM + 1), ["logistic", "knn"]),
    ],
)
def test_what_there_is_to_choose_from(name: str, counts: list[int], expected: list[str]) -> None:
    assert [str(one) for one in candidates(name, np.array(counts))] == expected


def test_machines_of_every_two_classes_are_refused_where_there_are_too_many() -> None:
    with pytest.raises(UsageError) as caught:
        candidates("svm", np.full(998, 5))
    assert str(caught.value) == (
        "--model svm makes a machine of every two classes, 497,503 of 998, and takes 200 classes at most; "
        "take --model logistic or knn"
    )


def test_logistic_regression_of_many_classes_learns_something() -> None:
    generator = np.random.default_rng(0)
    label = np.arange(1600) % 400
    points = generator.standard_normal((400, 100))[label] + generator.standard_normal((1600, 100))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    model = build(Candidate("logistic"), 1600, 0, classes=400, length=100).fit(points[:1200], label[:1200])
    found = scores(model, points[1200:], 400).argmax(axis=1)
    assert (found == label[1200:]).mean() > 0.9


def test_the_more_there_is_to_multiply_the_fewer_steps() -> None:
    def steps(samples: int, classes: int, length: int) -> object:
        return vars(build(Candidate("logistic"), samples, 0, classes=classes, length=length))["max_iter"]

    assert steps(5000, 10, 2000) == 200
    assert steps(20_000, 100, 2000) == 62
    assert steps(20_000, 1000, 2000) == 10


def test_a_machine_is_surer_the_farther_a_sample_is_from_the_border() -> None:
    # Votes alone gave all of them the same confidence: 0.64 to 0.69 over a whole set of garments.
    machine = build(Candidate("svm"), 60, seed=0).fit(POINTS, LABEL)
    corners = np.eye(3, 4)
    way = np.array([corners[0] * (1 - share) + corners[1] * share for share in (0.0, 0.2, 0.4)])
    said = probabilities(scores(machine, way, 3), 1.0)[:, 0]
    assert said[0] > said[1] > said[2] + 0.05
    left = (machine.decision_function_shape, machine.break_ties)
    assert left == ("ovr", True), "the machine that is saved votes as before"


def test_fewer_samples_than_neighbours() -> None:
    model = build(Candidate("knn"), 2, 0).fit(POINTS[:2], LABEL[:2])
    assert scores(model, POINTS[:2], 3).argmax(axis=1).tolist() == [0, 1]


def test_a_misspelt_model_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"--model 'svn' is unknown \(did you mean 'svm'\?\)"):
        check_model("svn")


def clouds(seed: int, samples: int = 60, length: int = 30, classes: int = 4) -> tuple[Any, Any]:
    """Return points around a middle for each class, float64, and their classes."""
    generator = np.random.default_rng(seed)
    label = np.arange(samples) % classes
    middles = np.random.default_rng(9).normal(size=(classes, length)) / 8
    return middles[label] + generator.normal(size=(samples, length)) / 8, label


@pytest.mark.parametrize("balanced", [False, True])
def test_a_machine_that_is_fitted_on_similarities_is_the_one_of_features_to_the_last_bit(balanced: bool) -> None:
    features, label = clouds(0)
    weights = {"sample_weight": np.linspace(0.5, 1.5, len(label))}
    candidate = Candidate("svm", balanced)
    expected = build(candidate, 60, 0).fit(features, label, **weights)
    machines = (build(candidate, 60, 0, pairs=True), build(candidate, 60, 0))
    found = fit_machine(machines, features, similarities(features, features), label, **weights)
    assert found.__dict__.keys() == expected.__dict__.keys()
    for name, value in expected.__dict__.items():
        np.testing.assert_array_equal(found.__dict__[name], value, err_msg=name)


def test_scores_of_a_machine_are_those_of_libsvm() -> None:
    (features, label), (asked, _) = clouds(0), clouds(1, samples=2 * 7)
    machine = build(Candidate("svm"), 60, 0).fit(features, label)
    pairs = copy(machine)
    pairs.decision_function_shape, pairs.break_ties = "ovo", False
    expected = couple(pairs.decision_function(asked), 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "_ROWS", 5)
        np.testing.assert_allclose(scores(machine, asked, 4), expected, rtol=0, atol=1e-12)
    # The machine itself stays as it was, as it is saved afterwards.
    assert machine.__dict__["kernel"] == "rbf"
    np.testing.assert_array_equal(machine.__dict__["support_vectors_"], features[machine.__dict__["support_"]])


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_margins_are_the_same_from_features_and_from_similarities(classes: int) -> None:
    (features, label), (asked, _) = clouds(0, classes=classes), clouds(1, samples=14, classes=classes)
    machine: Any = build(Candidate("svm"), 60, 0).fit(features, label)
    expected = copy(machine)
    expected.decision_function_shape, expected.break_ties = "ovo", False
    said = expected.decision_function(asked)
    coupled = couple(said if classes > 2 else -said[:, None], classes)
    np.testing.assert_allclose(scores(machine, asked, classes), coupled, rtol=0, atol=1e-12)
    near = similarities(asked, features).astype(np.float32)
    np.testing.assert_allclose(scores(machine, near, classes, pairs=True), coupled, rtol=0, atol=1e-5)


def test_similarities_are_exactly_one_of_a_sample_with_itself() -> None:
    features = np.array([[0.1, 0.7], [1e8, -1e-8], [0.1, 0.7]])
    found = similarities(features, features)
    assert found.dtype == np.float64
    assert found.diagonal().tolist() == [1.0, 1.0, 1.0]
    assert found[0, 2] == pytest.approx(1.0, abs=1e-15)
    assert similarities(features[:1], np.array([[0.1, 1.7]]), gamma=2.0)[0, 0] == pytest.approx(np.exp(-2.0))
