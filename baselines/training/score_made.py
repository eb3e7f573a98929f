"""What samples that a recipe made are worth to a run's model: trained with them, asked in validation.

The test part is never read. A sample that was made stands in the fold of its source, so that no model is asked of
what it learned a version of.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from baselines.data.labelled_samples import LabelledSample, view_of
from baselines.data.train_test_partition import trains, validates
from baselines.features.reading import Reading, Watcher
from baselines.models.generated_weight import FEWEST, answers_by_weight, best_weight, weight_trials
from baselines.models.training_matrix import Task, with_shortcuts
from baselines.runs.run_folder import read_run
from baselines.training.fit_plan import make_training_matrix
from baselines.training.like import hold_still
from baselines.training.options import TrainingOptions
from baselines.training.run_features import make_feature_reader
from baselines.training.training_data import FeatureSet, read_data
from curate.ground.command_line import call
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from baselines.models.generated_weight import WeightTrial
    from curate.records.sample import Sample


class MadeScore(NamedTuple):
    """What a model got right in validation.

    Attributes:
        without: Trained without what was made.
        trial: Trained with it, under the weight that `train` would choose.
        right: Of each validated sample with the tag, whether it was right; the same samples in every call.
    """

    without: "WeightTrial"
    trial: "WeightTrial"
    right: tuple[bool, ...]


class MadeScorer:
    """Says what samples for a tag are worth; real samples are read once.

    Args:
        samples: Of the manifest; what other recipes made takes no part, nor do test samples.
        run: Folder of the run whose model, parameters, features and groups are held still.
        tag: That samples will be made for.
        reading: How files are read.
        watch: Passes on what was read, and shows how far it is.

    Attributes:
        model: Name of the model.
        weak: How many real samples of training and validation have the tag.

    Raises:
        InputError: There is no run, nothing to learn from, or there are too few samples with the tag to choose by.
        UsageError: The run has no model, or one that learned from more than the files.
    """

    def __init__(
        self, samples: Iterable[LabelledSample], run: str, tag: str, reading: Reading, watch: Watcher = iter
    ) -> None:
        held = hold_still(run, "auto", (), option="--run")
        self._features = make_feature_reader(held, reading)
        self.model = str(held.candidate)
        group = read_run(run).parameters.get("group")
        self._group = group if isinstance(group, str) else None
        seen = [one for one in samples if not one.generated and (trains(one.split) or validates(one.split))]
        self.weak = sum(tag in one.tags for one in seen)
        if self.weak < FEWEST:
            raise InputError(
                f"{self.weak} real samples of training and validation have {tag}, and ranges are chosen by {FEWEST} "
                f"or more: {call('split', '--ensure', tag)} gives it a part of those for testing"
            )
        options = TrainingOptions(like=held, group=self._group, reading=reading)
        self._data = read_data(seen, options, watch, validate=True)
        self._weak = np.array([tag in one.tags for one in self._data.examples], np.bool_)

    def score(self, made: "Sequence[Sample]") -> MadeScore:
        """Return what made samples are worth.

        Args:
            made: Their labels, origins and absolute paths.

        Raises:
            InputError: None of them can be read or has a label that the model knows; too few samples with the tag are
                in a fold that tells something.
        """
        labels = set(self._data.labels)
        views = [view for one in made if (view := view_of(one)).label in labels]
        if not views:
            raise InputError("nothing that was made has a label that the model knows")
        values, readable = self._features.read(views, cached=False)
        views = [view for view, known in zip(views, readable.tolist(), strict=True) if known]
        data = self._data
        features = np.vstack([data.features, values[readable]])
        both = replace(
            data,
            examples=[*data.examples, *views],
            digests=[*data.digests, *(one.digest for one in views)],
            feature_sets={"": FeatureSet(features, ())},
            validates=np.concatenate([data.validates, np.zeros(len(views), np.bool_)]),
        )
        held = self._features.held.candidate
        matrix = make_training_matrix(both, held.name, self._group, 0, self._features.reading.jobs)
        weak = np.concatenate([self._weak, np.zeros(len(views), np.bool_)])
        task = Task(np.flatnonzero(both.learned), np.array([], np.int64), validation=np.flatnonzero(both.validates))
        answers = answers_by_weight(with_shortcuts(matrix), task, held)
        asked = weak[answers.tested]
        trials = weight_trials(answers.right, asked)
        if not trials:
            raise InputError(
                f"{int(asked.sum())} samples with the tag could be asked in validation; {FEWEST} are needed"
            )
        weight = best_weight(trials)
        without, chosen = (next(one for one in trials if one.weight == wanted) for wanted in (0.0, weight))
        return MadeScore(without, chosen, tuple(answers.right[weight][asked].tolist()))
