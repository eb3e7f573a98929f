"""Fitting: the choice of the model, and that it sees nothing but the training part."""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from baselines.models.calibration import probabilities
from baselines.models.fitting import fit_model, score_model
from baselines.models.model_selection import fit_all, macro_f1
from baselines.models.models import Candidate
from baselines.models.training_matrix import Task, TrainingMatrix, with_shortcuts
from tests.conftest import ROOT
from tests.machine import PATIENCE_S

DRAW = np.random.default_rng(0)


def clusters(
    count: int = 60, classes: int = 3, length: int = 8, model: str = "auto", noise: float = 0.2
) -> TrainingMatrix:
    label = np.arange(count) % classes
    features = (DRAW.normal(0, noise, (count, length)) + np.eye(classes, length)[label]).astype(np.float32)
    return TrainingMatrix(features, label, np.arange(count), np.ones(count, bool), classes, model, jobs=1)


def test_macro_f1_as_scikit_learns() -> None:
    from sklearn.metrics import f1_score

    for _ in range(20):
        truth, guess = DRAW.integers(0, 4, (2, 15))
        assert macro_f1(truth, guess, 6) == pytest.approx(f1_score(truth, guess, average="macro"))


@pytest.mark.slow
def test_a_task_is_learned_tested_and_saved() -> None:
    matrix = clusters()
    fitted = fit_all({"": matrix}, [Task(np.arange(40), np.arange(40, 60), save=True)])[0]
    assert (fitted.probabilities.argmax(axis=1) == matrix.label[40:]).all()
    assert fitted.training_accuracy == 1
    assert fitted.saved.startswith(b"PK"), "skops files are zip archives"
    assert [str(one.candidate) for one in fitted.trials] == ["svm", "logistic", "knn"]
    assert fitted.chosen == fitted.trials[0].candidate
    assert fitted.temperature == fitted.trials[0].temperature


def test_fits_are_watched_stage_by_stage_and_stay_what_they_are() -> None:
    matrix, stages = clusters(), []

    def watch(results: Iterable[Any], count: int) -> Iterator[Any]:
        passed = list(results)
        stages.append((len(passed), count))
        yield from passed

    task = [Task(np.arange(40), np.arange(40, 60))]
    watched = fit_all({"": matrix}, task, held=Candidate("knn"), watch=watch)[0]
    assert stages == [(3, 3), (0, 0), (1, 1)], "inner folds of the trial, no other task, the last fit"
    plain = fit_all({"": matrix}, task, held=Candidate("knn"))[0]
    assert np.array_equal(watched.probabilities, plain.probabilities)


def test_the_choice_sees_nothing_of_the_test_part() -> None:
    matrix = clusters(noise=0.6)
    tasks = [Task(np.arange(40), np.arange(40, 60))]
    honest = fit_all({"": matrix}, tasks)[0]
    matrix.label[40:] = 0
    matrix.features[40:] = 9
    blind = fit_all({"": matrix}, tasks)[0]
    assert [one.candidate for one in honest.trials] == [one.candidate for one in blind.trials]
    assert [one.macro_f1 for one in honest.trials] == pytest.approx([one.macro_f1 for one in blind.trials])


@pytest.mark.slow
def test_the_number_of_workers_changes_nothing() -> None:
    from dataclasses import replace

    matrix = clusters(noise=0.5)
    tasks = [Task(np.arange(40), np.arange(40, 60)), Task(np.arange(20, 60), np.arange(20))]
    one, two = (fit_all({"": replace(matrix, jobs=jobs)}, tasks) for jobs in (1, 2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a.probabilities, b.probabilities)


@pytest.mark.parametrize("name", ["svm", "logistic", "knn"])
@pytest.mark.parametrize("length", [8, 400], ids=["few numbers", "many numbers"])
def test_shortcuts_change_no_answer(name: str, length: int) -> None:
    matrix = with_shortcuts(clusters(length=length, noise=0.3 if length == 8 else 0.06))
    assert (matrix.turned is None) == (length == 8)
    assert matrix.distance is not None
    assert with_shortcuts(matrix) is matrix, "what it has is not computed again"
    train, test = np.arange(40), np.arange(40, 60)
    short, long = (fit_model(matrix, Candidate(name), train, saved=saved) for saved in (False, True))
    said, expected = (probabilities(score_model(matrix, model, test), 1.0) for model in (short, long))
    np.testing.assert_allclose(said, expected, atol=0.02)


def test_distances_are_those_of_the_features() -> None:
    from scipy.spatial.distance import cdist

    matrix = clusters()
    matrix.features[7] = matrix.features[3]
    found = with_shortcuts(matrix).distance
    assert found is not None
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, cdist(matrix.features, matrix.features) ** 2, rtol=0, atol=1e-5)
    assert not found.diagonal().any()
    assert found.min() == 0


def test_shortcuts_are_computed_in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    # On a busy machine, threads that wait for each other took 12 s for what one does in .02 s.
    threadpools: Any = import_module("threadpoolctl")
    seen: list[int] = []
    eigh = np.linalg.eigh

    def watched(values: Any) -> Any:
        seen.extend(pool["num_threads"] for pool in threadpools.threadpool_info())
        return eigh(values)

    monkeypatch.setattr(np.linalg, "eigh", watched)
    assert with_shortcuts(clusters(length=400)).turned is not None
    assert set(seen) == {1}


@pytest.mark.parametrize("name", ["svm", "knn", "logistic"])
def test_what_is_saved_says_what_was_scored(name: str) -> None:
    # The machine that is saved is fitted on the shared distances, and asked with the features of new samples.
    matrix = clusters(noise=0.5)
    train, test = np.arange(40), np.arange(40, 60)
    found = fit_all({"": matrix}, [Task(train, test, save=True)], held=Candidate(name))[0]
    quick = with_shortcuts(matrix)
    model = fit_model(quick, Candidate(name), train)
    np.testing.assert_allclose(
        found.probabilities, probabilities(score_model(quick, model, test), found.temperature), rtol=0, atol=1e-4
    )
    right = score_model(quick, model, train).argmax(axis=1) == matrix.label[:40]
    assert found.training_accuracy == right.mean()


def test_a_task_that_neither_tests_nor_saves_only_chooses() -> None:
    matrix, tried = clusters(noise=0.5), [Task(np.arange(60), np.arange(0)), Task(np.arange(40), np.arange(40, 60))]
    choice, fold = fit_all({"": matrix}, tried)
    assert choice.chosen == choice.trials[0].candidate == fold.chosen
    assert np.isnan(choice.training_accuracy)
    assert choice.probabilities.shape == (0, 3)
    assert fold.probabilities.shape == (20, 3)


def test_every_fold_fits_what_is_saved() -> None:
    # Each fold chose for itself, and by its own size: above the limit of the machine it was scored with that one while
    # a logistic model was saved.
    matrix = clusters(noise=0.6)
    folds = [Task(np.flatnonzero(np.arange(60) % 5 != k), np.flatnonzero(np.arange(60) % 5 == k)) for k in range(5)]
    found = fit_all({"": matrix}, [Task(np.arange(60), np.arange(0), save=True), *folds])
    assert {one.chosen for one in found} == {found[0].trials[0].candidate}
    assert all(one.trials == () for one in found[1:])
    assert len({one.temperature for one in found[1:]}) > 1, "each fold has a temperature of its own"


def test_the_size_of_the_whole_decides_what_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baselines.models.models.MOST_FOR_SVM", 50)
    matrix = clusters()
    tasks = [Task(np.arange(60), np.arange(0)), Task(np.arange(12, 60), np.arange(12))]
    whole, fold = fit_all({"": matrix}, tasks)
    assert {one.candidate.name for one in whole.trials} == {"logistic", "knn"}
    assert fold.chosen == whole.chosen, "though 48 samples would be few enough"


def test_a_model_that_is_held_is_not_chosen() -> None:
    found = fit_all({"": clusters()}, [Task(np.arange(40), np.arange(40, 60))], held=Candidate("knn"))[0]
    assert [one.candidate for one in found.trials] == [found.chosen] == [Candidate("knn")]


def test_repeats_are_other_draws_and_the_same_each_time() -> None:
    matrix = clusters(noise=0.7)
    tasks = [Task(np.arange(40), np.arange(40, 60))]
    one, two = (fit_all({"": matrix}, tasks, Candidate("logistic"), repeats=4)[0] for _ in range(2))
    assert one.repeats is not None
    assert two.repeats is not None
    assert one.repeats.shape == (4, 20)
    np.testing.assert_array_equal(one.repeats, two.repeats)
    assert len({tuple(row) for row in one.repeats.tolist()}) > 1
    np.testing.assert_array_equal(
        one.probabilities, fit_all({"": matrix}, tasks, Candidate("logistic"))[0].probabilities
    )


def test_one_class_is_guessed() -> None:
    matrix = clusters()
    train = np.flatnonzero(matrix.label == 1)
    fitted = fit_all({"": matrix}, [Task(train, np.arange(3))])[0]
    assert str(fitted.chosen) == "majority"
    assert fitted.probabilities.argmax(axis=1).tolist() == [1, 1, 1]


def test_classes_of_one_sample_leave_nothing_to_choose_by() -> None:
    fitted = fit_all({"": clusters(count=3)}, [Task(np.arange(3), np.arange(3))])[0]
    assert fitted.trials == ()
    assert fitted.training_accuracy == 1


def test_generated_samples_train_and_choose_nothing() -> None:
    matrix = clusters()
    matrix.testable[:30] = False
    matrix.label[:30] = 0  # all wrong: they would choose badly
    fitted = fit_all({"": matrix}, [Task(np.arange(60), np.arange(0))])[0]
    assert fitted.trials[0].accuracy < 1
    assert fitted.probabilities.shape == (0, 3)


def test_workers_do_not_wait_for_the_threads_of_their_parent() -> None:
    # The nearest neighbours of scikit-learn start a pool of threads, which a forked process does not have.
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "import numpy as np\n"
        "from sklearn.neighbors import KNeighborsClassifier\n"
        "from tests.baselines.models.test_model_selection import Task, clusters, fit_all\n"
        "matrix = clusters(count=600, model='knn')\n"
        "KNeighborsClassifier(algorithm='brute').fit(matrix.features, matrix.label).predict(matrix.features)\n"
        "print(fit_all({'': matrix}, [Task(np.arange(400), np.arange(400, 600))])[0].training_accuracy)\n"
    )
    plain = {**os.environ, "OMP_NUM_THREADS": "2"}
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=PATIENCE_S, env=plain
    )
    assert float(result.stdout) == 1
