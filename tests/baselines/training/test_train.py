"""Training as a whole, on small real files."""

import hashlib
import os
from pathlib import Path

import pytest

from baselines.data.labelled_samples import LabelledSample
from baselines.features.reading import Reading
from baselines.training.options import TrainingOptions
from baselines.training.train import Trained, _kept, train
from curate.ground.errors import InputError, UsageError
from tests.baselines.samples import example, generated, stripes, tone, tones


def hash_bit(number: int) -> int:
    return hashlib.sha256(str(number).encode()).digest()[0] % 2


QUICK = TrainingOptions(model="knn", reading=Reading(cache="", jobs=1))


def learn(samples: list[LabelledSample], **options: object) -> Trained:
    from dataclasses import replace

    return train(samples, replace(QUICK, **options))  # type: ignore[arg-type]


def test_cross_validation_tests_every_sample_once_in_order(tmp_path: Path) -> None:
    samples = tones(tmp_path, 6)
    found = learn(samples).result
    assert [one.path for one in found.predictions] == [one.path for one in samples]
    assert found.metrics.accuracy == 1
    assert found.metrics.majority_accuracy == 0.5
    assert found.evaluation == "5-fold cross-validation"
    assert (found.counts.train, found.counts.test) == (12, 12)
    first = found.predictions[0]
    assert (first.label, first.prediction, first.kind, first.digest) == ("low", "low", "audio", samples[0].digest)
    assert first.probabilities.keys() == {"low", "high"}
    assert first.confidence == max(first.probabilities.values())


def test_pictures_too(tmp_path: Path) -> None:
    samples = [stripes(tmp_path / f"{i}.png", ("across", "down")[i % 2], i) for i in range(12)]
    assert learn(samples, model="auto").result.metrics.accuracy == 1


def test_a_test_split_is_what_is_tested(tmp_path: Path) -> None:
    train_ = tones(tmp_path / "a", 4, split="train")
    labels = ("low", "high", "mid", "mid")
    test = [tone(tmp_path / "b" / f"{i}.wav", label, 500 + i, split="test") for i, label in enumerate(labels)]
    val = tone(tmp_path / "v.wav", "low", 9, split="val")
    found = learn([*train_, *test, val])
    assert found.tested_split
    assert [one.path for one in found.result.predictions] == [one.path for one in test]
    assert found.left_out.counts == {"of the split val": 1}
    assert any("label 'mid', which no training sample has: 2, all counted as wrong" in note for note in found.notes)
    assert [one.prediction for one in found.result.predictions[:2]] == ["low", "high"]
    assert found.result.counts.train == 8


def test_generated_samples_train_only_while_their_source_does(tmp_path: Path) -> None:
    samples = tones(tmp_path, 4)
    made = [generated(one, tmp_path / f"made_{i}.wav") for i, one in enumerate(samples)]
    found = learn([*samples, *made], model="knn", folds=4)
    assert [one.path for one in found.result.predictions] == [one.path for one in samples]
    assert found.result.counts.generated == 8


def test_a_generated_sample_never_trains_the_model_that_its_source_tests(tmp_path: Path) -> None:
    from baselines.training.fit_plan import make_training_matrix, plan_fits
    from baselines.training.training_data import read_data

    samples = tones(tmp_path, 4)
    made = [generated(one, tmp_path / f"made_{i}.wav") for i, one in enumerate(samples)]
    data = read_data([*samples, *made], QUICK)
    plan = plan_fits(data, make_training_matrix(data, "knn"), 4)
    for task in plan.tasks[1:]:
        trained = {(*data.examples[i].parents[1:], data.examples[i].path)[0] for i in task.train.tolist()}
        assert not trained & {data.examples[i].path for i in task.test.tolist()}
        assert len(trained) == 6
        assert len(task.train) == 12, "the other generated samples do train"
    assert len(plan.tasks[0].train) == 16


def test_guards_stop_it(tmp_path: Path) -> None:
    train_ = tones(tmp_path / "a", 2, split="train")
    test = [tone(tmp_path / "b" / f"{i}.wav", "low", 700 + i, split="test") for i in range(2)]
    made = generated(test[0], tmp_path / "m.wav", split="train")
    with pytest.raises(InputError, match=r"m\.wav is trained on and was made from .*0\.wav of the test split"):
        learn([*train_, *test, made])
    copy = example(train_[0].path, "low", split="test")
    with pytest.raises(InputError, match="is a copy of"):
        learn([*train_, *test, copy])


def test_a_leak_that_only_the_files_show(tmp_path: Path) -> None:
    train_ = tones(tmp_path / "a", 2, split="train", digest=None)
    test = example(train_[0].path, "low", split="test", digest=None)
    with pytest.raises(InputError, match="is a copy of"):
        learn([*train_, test])


def test_unreadable_files_are_left_out_and_counted(tmp_path: Path) -> None:
    samples = tones(tmp_path, 3)
    os.unlink(samples[0].path)
    found = learn(samples)
    assert found.left_out.counts == {"unreadable": 1}
    assert found.left_out.examples == {"unreadable": samples[0].path}
    assert found.result.counts.left_out == {"unreadable": 1}
    for one in samples[1:]:
        os.unlink(one.path)
    with pytest.raises(InputError, match=r"none of 6 files can be read: .*low_0\.wav: No such file or directory"):
        learn(samples)


def test_a_class_with_one_sample_only_trains(tmp_path: Path) -> None:
    samples = [*tones(tmp_path, 4), tone(tmp_path / "one.wav", "mid", 5)]
    found = learn(samples)
    assert found.result.counts.test == 8
    assert "classes with one sample or group only, which train and are not tested: 1 (mid)" in found.notes


def test_only_classes_of_one_sample_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"no class has two samples to learn from \(2 training samples, as many labels"
    ):
        learn(tones(tmp_path, 1))


def test_hundreds_of_classes_of_one_sample_are_refused_before_any_file_is_read() -> None:
    split = [LabelledSample("t.wav", "0", split="test")]
    many = [LabelledSample(f"gone/{i}.wav", str(i), split="train") for i in range(998)]
    with pytest.raises(InputError, match=r"998 training samples, as many labels"):
        learn([*many, *split])


def test_a_class_that_is_never_tested_is_named(tmp_path: Path) -> None:
    train_ = tones(tmp_path / "a", 3, ("low", "mid", "high"), split="train")
    test = [tone(tmp_path / "b" / f"{label}.wav", label, 500, split="test") for label in ("low", "high")]
    assert "class mid has no test sample" in learn([*train_, *test]).notes
    assert "classes that have no test sample: 2 (high, mid)" in learn([*train_, test[0]]).notes


def test_predictions_of_many_samples_take_no_longer_each(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from baselines.training.training_data import TrainingData

    asked: list[TrainingData] = []

    def labels(data: TrainingData) -> list[str]:
        asked.append(data)
        return ["high", "low"]

    monkeypatch.setattr(TrainingData, "labels", property(labels))
    learn(tones(tmp_path, 20))
    assert len(asked) < 20, "the classes are sorted once, not for each prediction"


def test_of_hundreds_of_classes_the_likeliest_are_kept_and_that_of_the_label() -> None:
    row = [number / 44_850 for number in range(300)]
    assert _kept(row, 299) == list(range(200, 300))
    assert _kept(row, 7) == [7, *range(200, 300)]


def test_one_class_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="all 3 training samples have the label 'low'"):
        learn(tones(tmp_path, 3, ("low",)))


def test_fewer_groups_than_folds_is_said(tmp_path: Path) -> None:
    samples = tones(tmp_path, 6)
    for i, one in enumerate(samples):
        one.tags = (f"who={i % 3}",)
    found = learn(samples, group="who")
    assert found.result.evaluation == "3-fold cross-validation"
    assert any("3 folds instead of 5" in note for note in found.notes)


def test_a_group_that_nobody_is_in_is_an_error_before_any_file_is_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--group 'speaker': no sample has such a tag"):
        learn([LabelledSample("gone.wav", "a"), LabelledSample("gone2.wav", "b")], group="speaker")


def test_what_looks_like_a_group_is_named_unless_it_is_used(tmp_path: Path) -> None:
    samples = tones(tmp_path, 9)
    for i, one in enumerate(samples):
        one.tags = (f"speaker={'abc'[i % 3]}",)
    assert [found.group for found in learn(samples).suspects] == ["speaker"]
    assert learn(samples, group="speaker").suspects == []


def test_groups_on_both_sides_of_a_split_are_said(tmp_path: Path) -> None:
    samples = [*tones(tmp_path, 4, split="train"), tone(tmp_path / "t.wav", "low", 77, split="test")]
    for one in samples:
        one.tags = ("speaker=ann",)
    notes = learn(samples, group="speaker").notes
    assert any(note.startswith("groups of --group that are both learned from and tested: 1") for note in notes)


def test_a_model_that_cannot_fit_its_own_training_set_says_so(tmp_path: Path) -> None:
    samples = tones(tmp_path, 8)
    for i, one in enumerate(samples):
        one.label = "ab"[i % 2]  # by turns: the pitch tells nothing
    found = learn(samples, model="logistic", families=("level",))
    assert any("of its own training samples right (high bias)" in note for note in found.notes)


@pytest.mark.slow
def test_what_was_learned_by_heart_is_said(tmp_path: Path) -> None:
    # Labels that nothing decides: the machine fits all of them, and gets half of the tested ones right.
    samples = [tone(tmp_path / f"{i}.wav", "low", i) for i in range(60)]
    for i, one in enumerate(samples):
        samples[i] = example(one.path, "ab"[hash_bit(i)])
    notes = learn(samples, model="svm").notes
    assert any("of its own training samples right and" in note and "(overfitting)" in note for note in notes)
    assert not any("overfitting" in note for note in learn(samples, model="knn").notes)


def test_two_runs_give_the_same_predictions(tmp_path: Path) -> None:
    samples = tones(tmp_path, 6, ("low", "mid", "high"))
    one, two = (learn(samples, model="auto").result.predictions for _ in range(2))
    assert one == two


def test_the_choice_of_features_reaches_the_model(tmp_path: Path) -> None:
    found = learn(tones(tmp_path, 4), families=("level", "mfcc")).result.model
    assert found is not None
    assert found.features == ("mfcc", "level")


def test_files_that_changed_since_the_scan_are_said(tmp_path: Path) -> None:
    samples = tones(tmp_path, 3)
    tone(Path(samples[0].path), "low", seed=99)
    assert "files that changed since the scan: 1; what they hold now was used; scan again" in learn(samples).notes
