"""The sanity check: can a model fit a handful of samples? If not, something is wrong with the data or the features."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest

from msgspec import Struct

from baselines.data.labelled_samples import LabelledSample, label_of, usable
from baselines.data.train_test_partition import by_fold, partition_samples
from baselines.features.reading import Watcher
from baselines.training.options import TrainingOptions
from baselines.training.training_data import TrainingData, read_data

DEFAULT_SAMPLES = 16
_FLEXIBLE = "svm"
_DIGITS = 4


class Overfit(Struct, frozen=True):
    """How well a model fits a handful.

    Attributes:
        samples: In the handful.
        classes: Of these.
        model: Which was fitted.
        accuracy: Share of the handful that the fitted model gets right, 0 to 1.
        wrong: Paths that it does not get right.
        conflicts: Groups of samples that look the same to the model and have different labels, with these.
        left_out: Samples of the handful that could not be read, by reason.
    """

    samples: int
    classes: int
    model: str
    accuracy: float
    wrong: tuple[str, ...]
    conflicts: tuple[tuple[str, ...], ...]
    left_out: dict[str, int]

    @property
    def fits(self) -> bool:
        """Whether all are right."""
        return not self.wrong


def overfit(samples: Iterable[LabelledSample], count: int, options: TrainingOptions, watch: Watcher = iter) -> Overfit:
    """Return how well a model fits a handful of the samples that it may train on.

    The handful is drawn evenly over the classes, with the seed. `auto` takes the support vector machine, which can fit
    anything that it can tell apart.

    Args:
        samples: Of a manifest.
        count: How many to take.
        options: How; folds, groups and test split do not matter.
        watch: Passes on what was read.

    Raises:
        InputError: There is nothing to learn from.
    """
    import numpy as np

    from baselines.models.fitting import fit_model, score_model
    from baselines.models.models import candidates
    from baselines.training.fit_plan import make_training_matrix

    data = read_data(
        _handful(samples, count, options), replace(options, test_split=None, group=None), watch, handful=True
    )
    matrix = make_training_matrix(data, options.model if options.model != "auto" else _FLEXIBLE, seed=options.seed)
    # The first candidate, without a choice: cross-validation of a handful is noise, and nothing here is tested.
    everything = np.arange(len(data.examples))
    chosen = candidates(matrix.model, np.bincount(matrix.label))[0]
    guess = score_model(matrix, fit_model(matrix, chosen, everything), everything).argmax(axis=1)
    wrong = tuple(data.examples[i].path for i in np.flatnonzero(guess != matrix.label).tolist())
    return Overfit(
        samples=len(everything),
        classes=matrix.classes,
        model=str(chosen),
        accuracy=1 - len(wrong) / len(everything),
        wrong=wrong,
        conflicts=tuple(_conflicts(data)),
        left_out=dict(data.left_out.counts),
    )


def verdict(found: Overfit) -> str | None:
    """Return, in a sentence, that the model cannot fit the handful, and what that usually means; None where it can."""
    if found.fits:
        return None
    right = found.samples - len(found.wrong)
    cause = (
        "usually labels do not depend on what is seen or heard (look at some), or the features miss what tells them "
        "apart (other --feature), or the model is too simple (--model svm)"
    )
    if found.conflicts:
        shown = " = ".join(found.conflicts[0])
        cause = f"samples that are the same have different labels: {shown}; see burnish dedup --on-conflict fail"
    return f"the model gets only {right:,} of {found.samples:,} samples right that it was trained on: {cause}"


def _handful(samples: Iterable[LabelledSample], count: int, options: TrainingOptions) -> list[LabelledSample]:
    """Return samples of the training side, drawn in turns over the classes."""
    # Of all samples, and not of the handful: a message about kinds has to have the manifest's counts.
    found = usable(by_fold(samples, options.test_split))
    train = partition_samples(found.examples, options.test_split, found.left_out).train
    chance = random.Random(options.seed)
    # In turns over shuffled decks, so that 16 samples hold as many classes as they can, and which ones is chance.
    classes: defaultdict[str, list[LabelledSample]] = defaultdict(list)
    for one in train:
        classes[label_of(one)].append(one)
    decks = [classes[label] for label in sorted(classes)]
    for deck in decks:
        chance.shuffle(deck)
    chance.shuffle(decks)
    turns = [one for turn in zip_longest(*decks) for one in turn if one is not None]
    return turns[:count]


def _conflicts(data: TrainingData) -> Iterator[tuple[str, ...]]:
    """Yield the samples that are the same to the model and have different labels, with their labels."""
    same: defaultdict[bytes, list[LabelledSample]] = defaultdict(list)
    for one, row in zip(data.examples, data.features, strict=True):
        same[row.round(_DIGITS).tobytes()].append(one)
    for group in same.values():
        if len({one.label for one in group}) > 1:
            yield tuple(f"{one.path} ({one.label})" for one in group)
