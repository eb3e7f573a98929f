"""Train a quick baseline and test it, on a test split or in cross-validation, with nothing tested that was learned."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from baselines.data.group_guess import guess_groups
from baselines.data.labelled_samples import LabelledSample, LeftOut, group_of, label_of
from baselines.data.predictions import Prediction
from baselines.features.families import FEATURES_VERSION
from baselines.features.reading import Watcher
from baselines.metrics.metrics import Metrics, measure
from baselines.models.models import settings_of
from baselines.runs.run_record import Counts, Groups, ModelRecord, TrialRecord, WeightRecord
from baselines.runs.save_run import Result, digest_of_training
from baselines.training.fit_plan import make_training_matrix, plan_fits
from baselines.training.options import TrainingOptions
from baselines.training.training_data import TrainingData, read_data
from curate.records.sample import Sample
from curate.split.group_guess import Suspect
from curate.split.grouping import Grouping, make_grouping
from curate.split.leakage import Watch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from baselines.models.fitting import WatchFits
    from baselines.models.model_selection import Fitted
    from baselines.models.training_matrix import Task
    from baselines.training.fit_plan import FitPlan

_DIGITS = 4
_MOST_KEPT = 100
"""Classes whose probabilities are kept, the likeliest: those of 20,000 samples and 1,000 classes take 300 MB."""
_FITS = 0.9
_MUCH = 0.1
_BY_HEART = frozenset({"knn", "trees"})


@dataclass(slots=True)
class Trained:
    """What came of it.

    Attributes:
        result: What is kept.
        tested_split: Whether there was a test split.
        left_out: The samples that took no part.
        notes: What the user should know, a sentence each.
        suspects: What looks like a group and is on both sides.
        untied: What looks like a group and is on one side, so that only the intervals take its samples for independent.
    """

    result: Result
    tested_split: bool
    left_out: LeftOut
    notes: list[str]
    suspects: list[Suspect]
    untied: list[str]


def train(
    samples: Iterable[LabelledSample],
    options: TrainingOptions,
    watch: Watcher = iter,
    watch_fits: "WatchFits | None" = None,
) -> Trained:
    """Train and test.

    Args:
        samples: Of a manifest.
        options: How.
        watch: Passes on what was read, and shows how far it is.
        watch_fits: The same of the models that are fitted.

    Raises:
        InputError: There is nothing to learn from; a test sample or a copy of one is on the training side.
        UsageError: An option does not fit the samples.
    """
    from baselines.models.fitting import unwatched
    from baselines.models.model_selection import fit_all

    data = read_data(samples, options, watch)
    held = options.like.candidate if options.like else None
    model = held.name if held else options.model
    matrix = make_training_matrix(data, model, options.group, options.seed, options.reading.jobs)
    matrix = replace(matrix, generated_weight=options.generated_weight or 1.0)
    plan = plan_fits(data, matrix, options.folds)
    matrices = {name: replace(matrix, features=one.values) for name, one in data.feature_sets.items()}
    weak = _weak(data) if options.generated_weight is None else None
    fitted = fit_all(matrices, plan.tasks, held, options.repeats, weak, watch_fits or unwatched)
    grouping = make_grouping(options.group) if options.group else None
    predictions = _predictions(data, plan.tasks, fitted, grouping)
    suspects = [] if options.group else _suspects(data, plan.tasks)
    result = _result(data, predictions, plan, fitted, options)
    return Trained(
        result=result,
        tested_split=data.tests is not None,
        left_out=data.left_out,
        notes=[
            *data.notes,
            *plan.notes,
            *_fit_notes(fitted[0], result.metrics),
            *_choice_notes(fitted, plan),
            *_weight_notes(data, fitted[0]),
        ],
        suspects=suspects,
        untied=[] if options.group or suspects else list(guess_groups((p.path, p.label, p.tags) for p in predictions)),
    )


def _result(
    data: TrainingData,
    predictions: list[Prediction],
    plan: "FitPlan",
    fitted: "list[Fitted]",
    options: TrainingOptions,
) -> Result:
    generated = sum(one.generated for one in data.train)
    labels = Counter(label_of(one) for one in data.train)
    majority = min(labels, key=lambda label: (-labels[label], label))
    # Without generated samples: what a recipe added is no other draw of the data.
    real = [
        (digest or one.path, label_of(one))
        for i, (one, digest) in enumerate(zip(data.examples, data.digests, strict=True))
        if not one.generated and data.learned[i]
    ]
    tested = {found.group for found in predictions} - {None}
    return Result(
        predictions=predictions,
        metrics=measure(predictions, majority),
        counts=Counts(
            len(data.train),
            len(predictions),
            generated,
            dict(data.left_out.counts.most_common()),
            sum(bool(one.tags) and not one.generated for one in data.train),
        ),
        evaluation=plan.evaluation,
        model=_model_record(data, fitted, options),
        saved=fitted[0].saved,
        training_digest=digest_of_training(real),
        training_majority=majority,
        groups=Groups(options.group, len(tested)) if options.group else None,
    )


def _weak(data: TrainingData) -> "NDArray[np.bool_] | None":
    """Return which samples have a tag that generated ones were made for; None where none was made for a tag."""
    import numpy as np

    tags = {one.origin.made_for for one in data.train if one.origin is not None and one.generated} - {None}
    if not tags:
        return None
    return np.array([not one.generated and not tags.isdisjoint(one.tags) for one in data.examples], np.bool_)


def _weight_notes(data: TrainingData, fitted: "Fitted") -> list[str]:
    """Say what generated samples weigh, and by what that was chosen."""
    generated = sum(one.generated for one in data.train)
    if not generated or (not fitted.weights and fitted.generated_weight == 1):
        return []
    what = f"{generated:,} generated samples weigh {fitted.generated_weight:g} of a real one each"
    if not fitted.weights:
        return [what]
    before, best = (next(one for one in fitted.weights if one.weight == w) for w in (0.0, fitted.generated_weight))
    weak, rest = best.samples
    text = f"{what}: in validation {100 * before.weak:.1f} % of {weak:,} weak samples were right without them, and "
    text += f"{100 * best.weak:.1f} % with them"
    if before.rest is not None and best.rest is not None:
        text += f"; of {rest:,} others {100 * before.rest:.1f} % and {100 * best.rest:.1f} %"
    # Even the weight that did best is still the best of several: no gain by it is no gain.
    useless = "; no weight helped them: preview shows what was made" if best.weak <= before.weak else ""
    return [f"{text} (--generated-weight){useless}"]


def _choice_notes(fitted: "list[Fitted]", plan: "FitPlan") -> list[str]:
    """Say that there was one choice, where the samples that it was made on are those that are tested."""
    if len(fitted[0].trials) < 2 or len(plan.tasks) < 2:
        return []
    return [
        f"{fitted[0].chosen} was chosen once, on all samples, and every fold fits it: the model that is scored is the "
        "one that is saved"
    ]


def _fit_notes(fitted: "Fitted", tested: Metrics) -> list[str]:
    """Say when the model is too simple for its own training set, or learned it by heart."""
    if fitted.chosen.name == "majority":
        return []
    right = fitted.training_accuracy
    if right >= _FITS:
        # Neighbours and trees are right on whatever they were given: of them it says nothing.
        if fitted.chosen.name in _BY_HEART or tested.interval[1] > right - _MUCH:
            return []
        simpler = ", a simpler model (--model logistic)" if fitted.chosen.name == "svm" else ""
        return [
            f"the model gets {100 * right:.0f} % of its own training samples right and {100 * tested.accuracy:.0f} % "
            "of the tested ones (overfitting): more samples help, augmentation of what the tested ones have and the "
            f"training ones lack{simpler}"
        ]
    return [
        f"the model gets only {100 * fitted.training_accuracy:.0f} % of its own training samples right (high bias): "
        "labels may be wrong, and data added for one tag may cost accuracy on others; compare all tags afterwards"
    ]


def _predictions(
    data: TrainingData, tasks: "list[Task]", fitted: "list[Fitted]", grouping: Grouping | None
) -> list[Prediction]:
    """Return the predictions in the order of the manifest."""
    # The folds test by turns, so that what was found is sorted at the end. The classes are asked for once: they are
    # made from all samples, and asking for each prediction took 32 s for 20,000.
    labels, found = data.labels, dict[int, Prediction]()
    place_of = {label: place for place, label in enumerate(labels)}
    for task, result in zip(tasks, fitted, strict=True):
        again = [] if result.repeats is None else result.repeats.T.tolist()
        for place, (index, row) in enumerate(zip(task.test.tolist(), result.probabilities.tolist(), strict=True)):
            # Of equal probabilities the first class by name; they are rounded only afterwards.
            best = max(range(len(row)), key=row.__getitem__)
            one = data.examples[index]
            label = label_of(one)
            kept = _kept(row, place_of[label]) if len(labels) > _MOST_KEPT else range(len(row))
            found[index] = Prediction(
                path=one.path,
                label=label,
                prediction=labels[best],
                confidence=round(row[best], _DIGITS),
                tags=one.tags,
                digest=data.digests[index],
                kind=data.kind,
                probabilities={labels[number]: round(row[number], _DIGITS) for number in kept},
                group=group_of(grouping, one),
                repeats=tuple(labels[number] for number in again[place]) if again else (),
            )
    return [found[index] for index in sorted(found)]


def _kept(row: list[float], label: int) -> list[int]:
    """Return the classes whose probabilities are kept, in their order: the likeliest, and that of the label."""
    likeliest = sorted(range(len(row)), key=row.__getitem__, reverse=True)
    return sorted({label, *likeliest[:_MOST_KEPT]})


def _model_record(data: TrainingData, fitted: "list[Fitted]", options: TrainingOptions) -> ModelRecord:
    final = fitted[0]
    return ModelRecord(
        name=str(final.chosen),
        labels=tuple(data.labels),
        kind=data.kind,
        features=data.feature_sets[final.features].families,
        features_version=FEATURES_VERSION,
        temperature=round(final.temperature, _DIGITS),
        training_accuracy=round(final.training_accuracy, _DIGITS),
        trials=tuple(
            TrialRecord(_named(str(one.candidate), one.features), *(round(value, _DIGITS) for value in one[1:3]))
            for one in final.trials
        ),
        folds=tuple(_named(str(one.chosen), one.features if len(data.feature_sets) > 1 else "") for one in fitted[1:]),
        settings=settings_of(final.chosen),
        embeddings=data.feature_sets[final.features].embeddings,
        like=options.like.run if options.like else None,
        generated_weight=final.generated_weight if any(one.generated for one in data.train) else None,
        weights=tuple(WeightRecord(*one[:3], samples=one.samples) for one in final.weights),
    )


def _named(model: str, features: str) -> str:
    """Return a model in words, with its features where there were several sets to choose from."""
    return f"{model} on {features}" if features else model


def _suspects(data: TrainingData, tasks: "list[Task]") -> list[Suspect]:
    """Return what looks like a group and is both learned from and tested."""
    # To `split` each fold is a side: a speaker who is in two folds is learned from where the other fold is tested.
    side: dict[int, str] = {}
    for number, task in enumerate(tasks):
        side.update(dict.fromkeys(task.test.tolist(), str(number)))
    watch = Watch()
    for index, one in enumerate(data.examples):
        if not one.generated:
            watch.add(Sample(one.path, one.label, one.tags, side.get(index, "train")))
    return watch.suspects()
