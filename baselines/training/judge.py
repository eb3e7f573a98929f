"""What a run's model says of samples that are not in its manifest yet: refitted so that it has not seen their sources.

Half of what a model says of an augmented training sample is that it knows its source: the model of the run has learned
it by heart. So the same model is fitted once for each fold, and a sample is judged by the one that learned neither from
it nor from its source, its copies or its group. Real samples are judged alike, so that both can be compared.
"""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from baselines.data.folds import ALWAYS_TRAINS, make_folds
from baselines.data.labelled_samples import LabelledSample, label_of, view_of
from baselines.data.train_test_partition import trains, validates
from baselines.features.reading import Reading, Watcher
from baselines.metrics.hardness import Answer, out_of_range
from baselines.metrics.two_sample import TwoSample, tell_apart
from baselines.models.calibration import probabilities
from baselines.models.fitting import Model, able_candidate, fit_model, in_workers, score_model
from baselines.models.models import Candidate
from baselines.models.training_matrix import with_shortcuts
from baselines.runs.run_folder import read_run
from baselines.training.fit_plan import make_training_matrix
from baselines.training.like import hold_still
from baselines.training.one_encoder import reencode
from baselines.training.options import TrainingOptions
from baselines.training.run_features import FeatureReader, make_feature_reader
from baselines.training.training_data import TrainingData, read_data
from curate.ground.errors import InputError
from curate.records.origin import ties_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from baselines.models.training_matrix import TrainingMatrix
    from curate.records.sample import Sample

    Vectors = NDArray[np.float32]
    Numbers = NDArray[np.int64]
    Mask = NDArray[np.bool_]

FOLDS = 5
"""Each model learns from four fifths; the real samples are judged by such models too."""

MOST_COMPARED = 300
"""Samples of each side for realism: of these, an area of .7 is known to about .06."""

_DIGITS = 4


class _FoldModels(NamedTuple):
    """The same model, fitted without each fold.

    Attributes:
        labels: Its classes.
        models: Of each fold.
        matrix: How they were fitted; without samples.
        temperature: Of their probabilities.
    """

    labels: tuple[str, ...]
    models: list[Model]
    matrix: "TrainingMatrix"
    temperature: float

    def ask(self, values: "Vectors", samples: Sequence[LabelledSample], places: Sequence["_Place"]) -> list[Answer]:
        """Return what is said of each sample by the model of its fold."""
        found: dict[int, Answer] = {}
        for number, model in enumerate(self.models):
            mine = [at for at, place in enumerate(places) if place.fold == number]
            if not mine:
                continue
            matrix = replace(self.matrix, features=values[mine])
            rows = probabilities(score_model(matrix, model, np.arange(len(mine))), self.temperature)
            for at, row in zip(mine, rows, strict=True):
                best, given = int(row.argmax()), self.labels.index(label_of(samples[at]))
                highest, own = (round(float(row[one]), _DIGITS) for one in (best, given))
                found[at] = Answer(self.labels[best], highest, own, best == given, places[at].unit)
        return [found[at] for at in range(len(places))]


class _Place(NamedTuple):
    """Fold and unit of a sample."""

    fold: int
    unit: int


class Judge:
    """Says what a run's model would say of samples that it was not trained on.

    Args:
        models: Of the folds.
        features: Reads files.
        places: By digest and path, where everything lies that a sample could come from.

    Attributes:
        run: Folder of the run that the model is of.
        model: Its name.
        real: The real samples of training and validation with what is said of each.
    """

    def __init__(self, models: _FoldModels, features: FeatureReader, places: dict[str, _Place]) -> None:
        self._models, self._features, self._places = models, features, places
        self.run, self.model = features.held.run, str(features.held.candidate)
        self.real: list[tuple[LabelledSample, Answer]] = []

    def answers(self, samples: "Sequence[Sample]") -> list[Answer | None]:
        """Return what is said of samples: of real ones, and of those that were made of them.

        None for a sample that cannot be judged: it has no label that the model knows, its file cannot be read, or all
        models have learned from its source, because nothing else of its class is there.

        Args:
            samples: With the paths that `Reading.root` leads to; a generated one names its source in its origin.
        """
        views = [view_of(one) for one in samples]
        places = [self._place(one) for one in views]
        able = [
            at
            for at, (one, place) in enumerate(zip(views, places, strict=True))
            if one.label in self._models.labels and place.fold != ALWAYS_TRAINS
        ]
        found: list[Answer | None] = [None] * len(views)
        if able:
            values, readable = self._features.read([views[at] for at in able])
            kept = [at for at, known in zip(able, readable.tolist(), strict=True) if known]
            asked = self._models.ask(values[readable], [views[at] for at in kept], [places[at] for at in kept])
            for at, answer in zip(kept, asked, strict=True):
                found[at] = answer
        return found

    def of_tag(self, tag: str) -> list[Answer]:
        """Return what is said of the real samples of a tag, of training and validation."""
        return [answer for one, answer in self.real if tag in one.tags]

    def out_of_range(self, tag: str, answers: Sequence[Answer], most: int) -> tuple[list[int], list[int]]:
        """Return the places of answers that are too easy and too hard to be like the real samples of a tag."""
        return out_of_range(answers, self.of_tag(tag), most)

    def realism(self, tag: str, made: "Sequence[Sample]") -> TwoSample:
        """Return how well what was made can be told from the real samples of its tag, by the features of the run.

        Both sides go through one encoder first. A sample and its source are never on two sides, nor is a group.

        Args:
            tag: That both have.
            made: Generated samples; of many, and of many real ones, a part is compared that is always the same.

        Raises:
            InputError: There are too few of either.
        """
        sides = [[one for one, _ in self.real if tag in one.tags], [view_of(one) for one in made]]
        compared = [sorted(side, key=lambda one: one.digest or one.path)[:MOST_COMPARED] for side in sides]
        if not all(compared):
            raise InputError(f"{len(sides[0]):,} real samples with {tag} and {len(sides[1]):,} made ones")
        units = {one.digest: self._place(one).unit for side in compared for one in side}
        values, groups = [], []
        with tempfile.TemporaryDirectory(prefix="burnish-") as folder:
            held, reading = self._features.held, self._features.reading
            for side in compared:
                with tempfile.TemporaryDirectory(dir=folder) as place:
                    copies = reencode(side, held.kind, reading, place)
                    found, readable = self._features.read([one for _, one in copies], cached=False)
                values.append(found[readable])
                names = [side[number].digest for number, _ in copies]
                groups += [units[name] for name, known in zip(names, readable.tolist(), strict=True) if known]
        return tell_apart(values[0], values[1], np.array(groups), self._models.matrix.seed)

    def _place(self, one: LabelledSample) -> _Place:
        """Return where a sample lies: with the first thing that it shares with a sample of the manifest."""
        names = ties_of(one.path, one.digest, one.duplicate_of, one.origin)
        for name in names:
            if name in self._places:
                return self._places[name]
        # Of a source that nobody learned from (a test sample, one without a label) any model may judge.
        strange = _Place(0, -1 - len(self._places))
        return self._places.setdefault(one.parents[0] if one.parents else names[0], strange)


def make_judge(samples: Iterable[LabelledSample], run: str, reading: Reading, watch: Watcher = iter) -> Judge:
    """Return the judge that a run's model makes: the same model, parameters, features and groups.

    Test samples take no part: what is made may not be fitted to them.

    Args:
        samples: Of the manifest that samples are made of.
        run: Folder of the run.
        reading: How files are read.
        watch: Passes on what was read, and shows how far it is.

    Raises:
        InputError: There is no run, or nothing to learn from.
        UsageError: The run has no model, or one that learned from more than the files.
    """
    record = read_run(run)
    held = hold_still(run, "auto", (), option="the run")
    features = make_feature_reader(held, reading)
    seen = [one for one in samples if trains(one.split) or validates(one.split)]
    if not seen:
        raise InputError("the manifest has no training or validation samples to judge by")
    group, model = record.parameters.get("group"), record.model
    weight = (model.generated_weight if model else None) or 1.0
    grouped = group if isinstance(group, str) else None
    options = TrainingOptions(like=held, group=grouped, generated_weight=weight, reading=reading)
    data = read_data(seen, options, watch, validate=True)
    matrix = make_training_matrix(data, held.candidate.name, grouped, options.seed, reading.jobs)
    matrix = with_shortcuts(replace(matrix, generated_weight=weight))
    real = np.array([not one.generated for one in data.examples], np.bool_)
    fold = make_folds(matrix.unit, matrix.label, real, FOLDS, matrix.seed)
    # Validation samples are judged and never learned from, as in the run.
    fits = [np.flatnonzero((fold != number) & data.learned) for number in range(FOLDS)]
    fitted = in_workers(partial(_fit, matrix, held.candidate), fits, reading.jobs)
    lean = replace(matrix, features=matrix.features[:0], distance=None, turned=None)
    models = _FoldModels(tuple(data.labels), fitted, lean, model.temperature if model else 1.0)
    judge = Judge(models, features, _places(data, fold, matrix.unit))
    judged = np.flatnonzero(real & (fold != ALWAYS_TRAINS)).tolist()
    examples = [data.examples[at] for at in judged]
    places = [_Place(int(fold[at]), int(matrix.unit[at])) for at in judged]
    judge.real += zip(examples, models.ask(matrix.features[judged], examples, places), strict=True)
    return judge


def _fit(matrix: "TrainingMatrix", candidate: Candidate, train: "Numbers") -> Model:
    return fit_model(matrix, able_candidate(matrix, train, candidate), train, saved=True)


def _places(data: TrainingData, fold: "Numbers", unit: "Numbers") -> dict[str, _Place]:
    found: dict[str, _Place] = {}
    for one, digest, *place in zip(data.examples, data.digests, fold.tolist(), unit.tolist(), strict=True):
        found |= dict.fromkeys(ties_of(one.path, digest, one.duplicate_of, one.origin), _Place(*place))
    return found
