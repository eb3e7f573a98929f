"""Logistic regression on as many axes as samples: step by step what scikit-learn does on the features."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from baselines.models import fitting
from baselines.models.fitting import fit_model, score_model
from baselines.models.logistic import fit_turned, is_worth_turning
from baselines.models.models import Candidate, build
from baselines.models.training_matrix import TrainingMatrix


def samples(classes: int, count: int = 36, length: int = 150, seed: int = 0) -> tuple[Any, Any]:
    """Return features of which few numbers tell most, float64 of shape (count, length), and the classes."""
    draw = np.random.default_rng(seed)
    label = np.arange(count) % classes
    features = draw.normal(size=(count, length)) / np.sqrt(1 + np.arange(length))
    return features + np.random.default_rng(9).normal(size=(classes, length))[label] / 6, label


def fitted(features: Any, label: Any, *, balanced: bool = False, **settings: Any) -> tuple[Any, Any]:
    """Return scikit-learn's model and ours."""
    weight = settings.pop("weight", None)
    models = []
    for fit in (lambda one: one.fit(features, label, sample_weight=weight), None):
        one: Any = build(Candidate("logistic", balanced), len(label), 0, classes=len(set(label.tolist())))
        one.set_params(**settings)
        models.append(fit(one) if fit else fit_turned(one, features, label, weight))
    return models[0], models[1]


@pytest.mark.parametrize("classes", [2, 3, 12])
@pytest.mark.parametrize("tol", [3e-3, 1e-4])
def test_it_stops_at_the_same_step_with_the_same_model(classes: int, tol: float) -> None:
    features, label = samples(classes)
    theirs, ours = fitted(features, label, tol=tol)
    assert ours.n_iter_.tolist() == theirs.n_iter_.tolist()
    assert ours.n_iter_[0] > 2
    assert vars(ours).keys() == vars(theirs).keys()
    for name in ("coef_", "intercept_", "classes_", "n_iter_"):
        found, expected = getattr(ours, name), getattr(theirs, name)
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)
    asked = samples(classes, seed=1)[0]
    np.testing.assert_allclose(ours.predict_proba(asked), theirs.predict_proba(asked), rtol=0, atol=1e-9)


@pytest.mark.parametrize("classes", [2, 4])
def test_classes_and_samples_that_weigh_more(classes: int) -> None:
    features, label = samples(classes)
    label[:15] = 0
    theirs, ours = fitted(features, label, balanced=True)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-6, atol=1e-9)
    theirs, ours = fitted(features, label, weight=np.linspace(0.1, 2, len(label)))
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-6, atol=1e-9)
    plain = fitted(features, label)[1]
    assert abs(plain.coef_ - ours.coef_).max() > 1e-2, "and the weights matter"


def test_copies_and_flat_samples_span_nothing_new() -> None:
    features, label = samples(3)
    features[20:30] = features[:10]
    features[30] = 0
    theirs, ours = fitted(features, label)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-5, atol=1e-8)
    nothing = fitted(np.zeros((6, 20)), np.arange(6) % 2)[1]
    assert not nothing.coef_.any()


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
def test_it_takes_as_many_steps_as_it_may() -> None:
    features, label = samples(3)
    theirs, ours = fitted(features, label, tol=1e-9, max_iter=5)
    assert ours.n_iter_.tolist() == theirs.n_iter_.tolist() == [5]
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-8, atol=1e-10)


def test_labels_need_not_begin_at_zero() -> None:
    features, label = samples(3)
    theirs, ours = fitted(features, label * 3 + 2)
    assert ours.classes_.tolist() == theirs.classes_.tolist() == [2, 5, 8]
    assert ours.predict(features).tolist() == theirs.predict(features).tolist()


@pytest.mark.parametrize(
    ("count", "length", "classes", "expected"),
    [(100, 200, 2, True), (100, 199, 2, False), (500, 5000, 2, False), (500, 5000, 3, True), (3001, 6002, 99, False)],
)
def test_what_it_is_worth_for(count: int, length: int, classes: int, *, expected: bool) -> None:
    assert is_worth_turning(np.empty((count, length)), np.arange(count) % classes) is expected


@pytest.mark.parametrize("saved", [False, True])
def test_a_fit_of_many_numbers_is_turned_and_says_the_same(monkeypatch: pytest.MonkeyPatch, *, saved: bool) -> None:
    features, label = samples(3)
    matrix = TrainingMatrix(features.astype(np.float32), label, np.arange(36), np.ones(36, bool), 3, "logistic")
    train, test = np.arange(24), np.arange(24, 36)
    calls: list[int] = []

    def counted(*given: Any, **named: Any) -> Any:
        calls.append(1)
        return fit_turned(*given, **named)

    monkeypatch.setattr(fitting, "fit_turned", counted)
    ours = score_model(matrix, fit_model(matrix, Candidate("logistic"), train, saved=saved), test)
    assert calls == [1]
    monkeypatch.setattr(fitting, "is_worth_turning", lambda *_: False)
    theirs = score_model(matrix, fit_model(matrix, Candidate("logistic"), train, saved=saved), test)
    assert calls == [1]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-8)


def test_balanced_classes_of_weighted_samples_are_left_to_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    features, label = samples(3)
    made = np.arange(36) % 4 == 0
    matrix = TrainingMatrix(features.astype(np.float32), label, np.arange(36), ~made, 3, "logistic", generated=made)
    monkeypatch.setattr(fitting, "fit_turned", lambda *_, **__: pytest.fail("versions differ in what they weigh"))
    fit_model(replace(matrix, generated_weight=0.5), Candidate("logistic", balanced=True), np.arange(36))
