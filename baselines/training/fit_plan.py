"""The plan of a run: what is learned, which models are fitted, and on what each of them is tested."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baselines.data.folds import lonely, make_folds, units
from baselines.data.labelled_samples import label_of
from baselines.training.training_data import TrainingData
from curate.ground.errors import InputError
from curate.split.grouping import make_grouping

if TYPE_CHECKING:
    from baselines.models.training_matrix import Numbers, Task, TrainingMatrix

_SHOWN = 5


def make_training_matrix(
    data: TrainingData, model: str, group: str | None = None, seed: int = 0, jobs: int | None = None
) -> "TrainingMatrix":
    """Return what is to be learned, in numbers.

    Args:
        data: The samples that take part.
        model: One of `baselines.models.models.MODELS`.
        group: What must not be on both sides, as for `burnish split --group`.
        seed: Where chance begins.
        jobs: Worker processes; None: as many as there are processors.
    """
    import numpy as np

    from baselines.models.training_matrix import TrainingMatrix

    number = {label: i for i, label in enumerate(data.labels)}
    return TrainingMatrix(
        features=data.features,
        label=np.array([number[label_of(one)] for one in data.examples], np.int64),
        unit=units(data.examples, data.digests, make_grouping(group) if group else None),
        testable=np.array([not one.generated for one in data.examples], np.bool_) & ~data.validates,
        generated=np.array([one.generated for one in data.examples], np.bool_),
        classes=len(number),
        model=model,
        seed=seed,
        jobs=jobs,
        names=tuple(digest or one.path for one, digest in zip(data.examples, data.digests, strict=True)),
    )


@dataclass(frozen=True, slots=True)
class FitPlan:
    """The models to fit: the first is the one to save.

    Attributes:
        tasks: What each trains on and tests.
        evaluation: In words.
        notes: What the user should know.
    """

    tasks: "list[Task]"
    evaluation: str
    notes: tuple[str, ...] = ()


def plan_fits(data: TrainingData, matrix: "TrainingMatrix", folds: int) -> FitPlan:
    """Return what to fit: one model for a test split; else one for each fold, and one for everything.

    Raises:
        InputError: No class has two samples that could test each other.
    """
    import numpy as np

    from baselines.models.training_matrix import Task

    if data.tests is not None:
        train, test = np.flatnonzero(data.learned), np.flatnonzero(data.tests)
        notes = (
            *_unknown(matrix, train, test, data.labels),
            *_untested(matrix, test, data.labels),
            *_torn(matrix, train, test),
        )
        return FitPlan([Task(train, test, save=True, validation=np.flatnonzero(data.validates))], "test split", notes)
    # A class that only one unit holds is learned by the saved model and not tested: whichever fold tests it, the others
    # have nothing of it.
    alone = lonely(matrix.unit, matrix.label, matrix.testable)
    tested = matrix.testable & ~alone
    count = min(folds, len(np.unique(matrix.unit[tested])))
    if count < 2:
        raise InputError(
            "no class has two samples (or groups) that could test each other; add samples, or a test split"
        )
    fold = make_folds(matrix.unit, matrix.label, matrix.testable, count, matrix.seed)
    # The saved model learns from everything, as it is the one to be used; what the folds say of it is on the safe side.
    learned, asked = np.flatnonzero(data.learned), np.flatnonzero(data.validates)
    tasks = [Task(learned, np.array([], np.int64), save=True, validation=asked)]
    parts = [(np.flatnonzero((fold != k) & data.learned), np.flatnonzero((fold == k) & tested)) for k in range(count)]
    tasks += [Task(train, test) for train, test in parts if len(test) and len(train)]
    notes = _lonely_notes([data.labels[i] for i in np.unique(matrix.label[alone & matrix.testable])])
    if count < folds:
        notes += (f"{count} folds instead of {folds}: there are only {count} groups to test",)
    return FitPlan(tasks, f"{count}-fold cross-validation", notes)


def _unknown(matrix: "TrainingMatrix", train: "Numbers", test: "Numbers", labels: list[str]) -> tuple[str, ...]:
    """Say which classes are tested that were never learned."""
    known = set(matrix.label[train].tolist())
    strange = Counter(labels[i] for i in matrix.label[test].tolist() if i not in known)
    return tuple(
        f"tested samples with the label {label!r}, which no training sample has: {count:,}, all counted as wrong"
        for label, count in strange.most_common()
    )


def _untested(matrix: "TrainingMatrix", test: "Numbers", labels: list[str]) -> tuple[str, ...]:
    """Say which classes are learned and never tested: no figure of theirs is in the report."""
    missing = sorted(set(labels) - {labels[i] for i in matrix.label[test].tolist()})
    if len(missing) == 1:
        return (f"class {missing[0]} has no test sample",)
    return (f"classes that have no test sample: {_shown(missing)}",) if missing else ()


def _torn(matrix: "TrainingMatrix", train: "Numbers", test: "Numbers") -> tuple[str, ...]:
    """Say how many groups are on both sides; of copies and generated samples there are none, they were an error."""
    torn = set(matrix.unit[train].tolist()) & set(matrix.unit[test].tolist())
    if not torn:
        return ()
    return (
        f"groups of --group that are both learned from and tested: {len(torn):,}, so the score is too good for new "
        "ones; part them with burnish split --force --group",
    )


def _lonely_notes(labels: list[str]) -> tuple[str, ...]:
    if not labels:
        return ()
    return (f"classes with one sample or group only, which train and are not tested: {_shown(labels)}",)


def _shown(labels: list[str]) -> str:
    return f"{len(labels):,} ({', '.join(labels[:_SHOWN])}{', …' * (len(labels) > _SHOWN)})"
