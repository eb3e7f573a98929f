"""The weight of generated samples: chosen where weak ones gain most and the others lose nothing."""

import numpy as np
import pytest

from baselines.models.fitting import fit_model, score_model
from baselines.models.generated_weight import FEWEST, WeightTrial, best_weight, weight_trials
from baselines.models.model_selection import fit_all
from baselines.models.models import Candidate
from baselines.models.training_matrix import Task, TrainingMatrix


def trial(weight: float, weak: float, loss: float = 0.0) -> WeightTrial:
    return WeightTrial(weight, weak, 0.9, loss, (100, 100))


@pytest.mark.parametrize(
    ("trials", "expected"),
    [
        ((), 1.0),
        ((trial(1, 0.8), trial(0.5, 0.7), trial(0, 0.5)), 1.0),
        ((trial(1, 0.8, 2.5), trial(0.5, 0.7, 0.5), trial(0.25, 0.6), trial(0, 0.5)), 0.5),
        ((trial(1, 0.8), trial(0.5, 0.8), trial(0, 0.5)), 1.0),
        ((trial(1, 0.8, 5.0), trial(0.5, 0.7, 4.0), trial(0.1, 0.6, 2.0), trial(0, 0.5)), 0.1),
    ],
    ids=["nothing tried", "the best", "not where others fall", "of equal ones the largest", "the least fall"],
)
def test_the_choice(trials: tuple[WeightTrial, ...], expected: float) -> None:
    assert best_weight(trials) == expected


def test_a_trial_counts_both_sides() -> None:
    weak = np.array([True] * FEWEST + [False] * 10)
    without, with_them = np.zeros(FEWEST + 10, bool), np.zeros(FEWEST + 10, bool)
    without[FEWEST:] = True
    with_them[:15] = True  # 15 of the weak ones more
    with_them[FEWEST : FEWEST + 6] = True  # 4 of the others fewer
    best, before = weight_trials({1.0: with_them, 0.0: without}, weak)
    assert best == WeightTrial(1.0, 0.75, 0.6, 2.0, (FEWEST, 10)), "four of four changes are two standard errors"
    assert before == WeightTrial(0.0, 0.0, 1.0, 0.0, (FEWEST, 10))


def test_too_few_weak_samples_choose_nothing() -> None:
    weak = np.array([True] * (FEWEST - 1) + [False] * 100)
    assert weight_trials({1.0: weak, 0.0: weak}, weak) == ()


def matrix(seed: int = 0) -> tuple[TrainingMatrix, Task, np.ndarray]:
    """Two classes apart in one number; generated samples whose labels are turned round, so that they harm."""
    chance = np.random.default_rng(seed)
    label = np.tile([0, 1], 120)
    features = (label[:, None] * 2.0 - 1 + chance.normal(0, 0.8, (240, 1))).astype(np.float32)
    generated = np.arange(240) >= 120
    label = np.where(generated, 1 - label, label)
    validation = np.arange(80, 120)
    testable = ~generated & (np.arange(240) < 80)
    found = TrainingMatrix(features, label, np.arange(240), testable, 2, "logistic", jobs=1, generated=generated)
    train = np.concatenate([np.arange(80), np.arange(120, 240)])
    weak = np.zeros(240, bool)
    weak[80:120] = True
    return found, Task(train, np.arange(80, 120), validation=validation), weak


def test_harmful_samples_get_little_weight_and_the_model_hears_of_it() -> None:
    found, task, weak = matrix()
    (fitted,) = fit_all({"": found}, [task], weak=weak)
    assert fitted.generated_weight <= 0.25
    assert [one.weight for one in fitted.weights] == [1.0, 0.5, 0.25, 0.1, 0.0]
    assert fitted.weights[0].weak < 0.5 < fitted.weights[-2].weak
    truth = found.label[task.test]
    assert (fitted.probabilities.argmax(axis=1) == truth).mean() > 0.8
    heavy = fit_model(found, Candidate("logistic"), task.train)
    assert (score_model(found, heavy, task.test).argmax(axis=1) == truth).mean() < 0.5


def test_nothing_is_chosen_for_a_model_that_takes_no_weights() -> None:
    found, task, weak = matrix()
    (fitted,) = fit_all({"": found}, [task], Candidate("knn"), weak=weak)
    assert (fitted.generated_weight, fitted.weights) == (1.0, ())


@pytest.mark.parametrize("real_classes", [(0,), ()], ids=["one class", "none"])
def test_where_real_samples_alone_teach_nothing_there_is_nothing_to_compare_with(real_classes: tuple[int, ...]) -> None:
    found, task, weak = matrix()
    assert found.generated is not None
    # A class of which training has generated samples only, as when a recipe was to fill it.
    kept = task.train[found.generated[task.train] | np.isin(found.label[task.train], real_classes)]
    (fitted,) = fit_all({"": found}, [task._replace(train=kept)], weak=weak)
    assert (fitted.generated_weight, fitted.weights) == (1.0, ())
