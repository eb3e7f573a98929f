"""Can a model fit a handful?"""

import shutil
from pathlib import Path

import pytest

from baselines.features.reading import Reading
from baselines.training.options import TrainingOptions
from baselines.training.overfit import overfit, verdict
from curate.ground.errors import InputError
from tests.baselines.samples import example, tone, tones

OPTIONS = TrainingOptions(reading=Reading(cache="", jobs=1))


def test_a_sound_handful_is_fitted(tmp_path: Path) -> None:
    found = overfit(tones(tmp_path, 10, ("low", "mid", "high")), 8, OPTIONS)
    assert (found.samples, found.classes, found.accuracy, found.model) == (8, 3, 1.0, "svm")
    assert found.fits
    assert verdict(found) is None


def test_the_handful_is_drawn_in_turns_and_from_the_training_side(tmp_path: Path) -> None:
    found = overfit([*tones(tmp_path, 3), tone(tmp_path / "t.wav", "low", 5, split="test")], 4, OPTIONS)
    assert (found.samples, found.classes) == (4, 2)


def test_the_same_file_with_two_labels_cannot_be_fitted(tmp_path: Path) -> None:
    one = tone(tmp_path / "a.wav", "low", 0)
    shutil.copy(one.path, tmp_path / "b.wav")
    found = overfit([one, example(tmp_path / "b.wav", "high"), tone(tmp_path / "c.wav", "high", 3)], 16, OPTIONS)
    assert len(found.wrong) == 1
    assert [sorted(group) for group in found.conflicts] == [[f"{one.path} (low)", f"{tmp_path / 'b.wav'} (high)"]]
    assert "samples that are the same have different labels" in (verdict(found) or "")


def test_a_model_that_is_too_simple(tmp_path: Path) -> None:
    found = overfit(tones(tmp_path, 4), 8, TrainingOptions(model="majority", reading=OPTIONS.reading))
    assert found.accuracy == 0.5
    text = verdict(found) or ""
    assert text.startswith("the model gets only 4 of 8 samples right that it was trained on: usually labels")
    assert "--model svm" in text


def test_one_class_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is nothing to tell apart"):
        overfit(tones(tmp_path, 3, ("low",)), 16, OPTIONS)
