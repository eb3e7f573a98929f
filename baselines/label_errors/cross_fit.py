"""Probabilities of every label by models that did not learn it, from random folds.

Random folds, and not whole groups: with speakers held out a model is unsure of every label of a new voice, and on
digits of which 5 % had another label the average precision of the ranking sank from .97 to .58. Only copies stay
together, because a copy with the same wrong label would confirm it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from baselines.data.labelled_samples import LabelledSample
from baselines.features.families import FAMILIES, columns
from baselines.features.reading import Watcher
from baselines.features.side_data import TABLE, TAGS
from baselines.models.calibration import probabilities
from baselines.models.fitting import able_candidate, fit_model, in_workers, score_model
from baselines.models.model_selection import fit_all
from baselines.models.models import Candidate
from baselines.models.training_matrix import Task, TrainingMatrix, with_shortcuts
from baselines.training.fit_plan import make_training_matrix, plan_fits
from baselines.training.options import TrainingOptions
from baselines.training.training_data import TrainingData, read_data
from curate.embeddings.neighbours import unit
from curate.ground.errors import UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Shares = NDArray[np.float64]
    Vectors = NDArray[np.float32]

FOLDS = 10
"""Each model learns from nine tenths: on digits the ranking was better than with five folds, in twice the time."""
MANY, FEWER_FOLDS = 2000, 5
"""Above so many samples, a model of four fifths is as good, and half as many fits take half the time."""


class _Refit(NamedTuple):
    """One fold with other labels: indexes of what it learns from and is asked of, and the temperature of the fold."""

    label: "Numbers"
    task: Task
    temperature: float


@dataclass(frozen=True, slots=True)
class CrossFit:
    """What models that did not learn a sample say of it.

    Attributes:
        data: The samples.
        labels: The classes, in the order of the columns.
        given: The label of each sample, its column, int64 of shape (samples,).
        probabilities: float64, shape (samples, classes); of a sample that was not judged, zeros.
        judged: Which samples were, bool of shape (samples,): not those whose class has no second unit.
        model: In words.
        notes: What the user should know, a sentence each.
    """

    data: TrainingData
    labels: tuple[str, ...]
    given: "Numbers"
    probabilities: "Shares"
    judged: "NDArray[np.bool_]"
    model: str
    notes: tuple[str, ...]
    _matrix: TrainingMatrix
    _candidate: Candidate
    _folds: tuple[tuple[Task, float], ...]

    def refit(self, labellings: "Sequence[Numbers]") -> "list[Shares]":
        """Return the probabilities that the same model would give with other labels, one after the other.

        Args:
            labellings: Each int64 of shape (samples,).
        """
        fits = [_Refit(label, task, temperature) for label in labellings for task, temperature in self._folds]
        answers = iter(in_workers(partial(_refit, self._matrix, self._candidate), fits, self._matrix.jobs))
        found = []
        for _ in labellings:
            rows = np.zeros_like(self.probabilities)
            for task, _ in self._folds:
                rows[task.test] = next(answers)
            found.append(rows)
        return found

    def embedding(self) -> "Vectors | None":
        """Return the embedding that the samples were seen through, of length 1; None where there was none."""
        if (alone := self.data.feature_sets.get("embedding")) is not None:
            return unit(alone.values)
        only = next(iter(self.data.feature_sets.values()))
        computed = [name for name in only.families if name in FAMILIES[self.data.kind]]
        # Tables and tags stand behind the embedding, and where it ends is not recorded.
        if not only.embeddings or any(name == TAGS or name.startswith(TABLE) for name in only.families):
            return None
        return unit(only.values[:, len(columns(self.data.kind, computed)) if computed else 0 :])


def cross_fit(samples: Iterable[LabelledSample], options: TrainingOptions, watch: Watcher = iter) -> CrossFit:
    """Return what models that did not learn a sample say of it; splits and groups play no part.

    Args:
        samples: Of one kind; generated ones are left out and counted, as they repeat the label of their source.
        options: How to train.
        watch: Passes on what was read, and shows how far it is.

    Raises:
        InputError: There is nothing to learn from.
        UsageError: An option does not fit the samples.
    """
    if options.model == "majority":
        raise UsageError("--model majority says nothing of a sample; take auto, logistic, svm, knn or trees")
    # The test split is looked at as everything else; what learns from what is decided by the folds alone.
    real = [msgspec.structs.replace(one, split=None) for one in samples if not one.generated]
    data = read_data(real, replace(options, test_split=None, group=None), watch)
    held = options.like.candidate if options.like else None
    model = held.name if held else options.model
    matrix = make_training_matrix(data, model, None, options.seed, options.reading.jobs)
    plan = plan_fits(data, matrix, options.folds)
    matrices = {name: with_shortcuts(replace(matrix, features=one.values)) for name, one in data.feature_sets.items()}
    # The first task chooses; a model of all samples, which it would save, has learned every label that is in question.
    fitted = fit_all(matrices, [plan.tasks[0]._replace(save=False), *plan.tasks[1:]], held)
    found = np.zeros((len(data.examples), matrix.classes))
    judged = np.zeros(len(found), np.bool_)
    for task, fold in zip(plan.tasks[1:], fitted[1:], strict=True):
        found[task.test], judged[task.test] = fold.probabilities, True
    first = fitted[0]
    return CrossFit(
        data,
        tuple(data.labels),
        matrix.label,
        found,
        judged,
        f"{first.chosen} on {', '.join(data.feature_sets[first.features].families)}",
        (*data.notes, *plan.notes),
        matrices[first.features],
        first.chosen,
        tuple((task, fold.temperature) for task, fold in zip(plan.tasks[1:], fitted[1:], strict=True)),
    )


def _refit(matrix: TrainingMatrix, candidate: Candidate, one: _Refit) -> "Shares":
    other = replace(matrix, label=one.label)
    model = fit_model(other, able_candidate(other, one.task.train, candidate), one.task.train)
    return probabilities(score_model(other, model, one.task.test), one.temperature)
