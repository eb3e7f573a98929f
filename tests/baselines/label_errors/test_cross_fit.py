"""Every label is judged by models that did not learn it, whatever its split and its group."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from baselines.data.labelled_samples import LabelledSample
from baselines.features.reading import Reading
from baselines.label_errors.confident import flagged
from baselines.label_errors.cross_fit import cross_fit
from baselines.label_errors.planting import plant, rounds_for
from baselines.training.options import TrainingOptions
from curate.ground.errors import UsageError
from tests.baselines.samples import generated, tones

OPTIONS = TrainingOptions("logistic", folds=4, reading=Reading(cache="", jobs=1))


def swapped(samples: list[LabelledSample], *places: int) -> list[LabelledSample]:
    """Return the samples, some of them with the other label."""
    other = {"low": "high", "high": "low"}
    return [
        msgspec.structs.replace(one, label=other[one.label or ""]) if at in places else one
        for at, one in enumerate(samples)
    ]


def test_swapped_labels_come_first_in_any_split(tmp_path: Path) -> None:
    samples = swapped(tones(tmp_path, 12), 2, 15)
    samples = [msgspec.structs.replace(one, split=("train", "test", "val")[at % 3]) for at, one in enumerate(samples)]
    fit = cross_fit(samples, OPTIONS)
    assert fit.judged.all()
    assert set(flagged(fit.probabilities, fit.given).tolist()) == {2, 15}
    np.testing.assert_allclose(fit.probabilities.sum(axis=1), 1)


def test_copies_of_a_wrong_label_do_not_confirm_it(tmp_path: Path) -> None:
    samples = tones(tmp_path, 10)
    copies = [msgspec.structs.replace(samples[0], path=f"{samples[0].path}", label="high") for _ in range(3)]
    fit = cross_fit([*samples[1:], *copies], OPTIONS)
    own = fit.probabilities[np.arange(len(fit.given)), fit.given]
    assert (own[-3:] < 0.5).all(), "in other folds the copies would have taught each other"


def test_generated_samples_take_no_part(tmp_path: Path) -> None:
    samples = tones(tmp_path, 6)
    fit = cross_fit([*samples, generated(samples[0], tmp_path / "made.wav")], OPTIONS)
    assert [one.path for one in fit.data.examples] == [one.path for one in samples]


def test_with_its_own_labels_a_refit_says_the_same(tmp_path: Path) -> None:
    fit = cross_fit(tones(tmp_path, 8), OPTIONS)
    same, other = fit.refit([fit.given, 1 - fit.given])
    np.testing.assert_allclose(same, fit.probabilities, atol=1e-6)
    np.testing.assert_allclose(other, fit.probabilities[:, ::-1], atol=0.05)


def test_planted_errors_are_found_and_only_unflagged_labels_are_exchanged(tmp_path: Path) -> None:
    fit = cross_fit(tones(tmp_path, 20), OPTIONS)
    planted = plant(fit, 3, seed=0)
    assert planted is not None
    assert (planted.rounds, planted.planted, planted.found, planted.share) == (3, 3, 3, 1.0)
    # Wilson's lower end of three of three.
    assert planted.at_least == pytest.approx(0.4385, abs=1e-4)
    assert plant(fit, 3, seed=0) == planted


def test_the_majority_guess_says_nothing_of_a_sample(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="says nothing of a sample"):
        cross_fit(tones(tmp_path, 4), TrainingOptions("majority", reading=Reading(cache="", jobs=1)))


def test_of_many_samples_one_round_is_enough() -> None:
    assert [rounds_for(samples) for samples in (10, 600, 1000, 3000, 100_000)] == [5, 5, 3, 1, 1]
