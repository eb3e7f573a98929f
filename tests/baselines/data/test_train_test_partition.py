"""Who trains and who is tested."""

from typing import Any

import pytest

from baselines.data.labelled_samples import LabelledSample, LeftOut
from baselines.data.train_test_partition import by_fold, check_labels, check_no_leaks, partition_samples
from curate.ground.errors import InputError, UsageError
from curate.records.origin import Origin


def named(*splits: str | None) -> list[LabelledSample]:
    return [LabelledSample(f"{i}.wav", "x", split=split) for i, split in enumerate(splits)]


def test_the_test_split_tests_and_validation_takes_no_part() -> None:
    left_out = LeftOut()
    partition = partition_samples(named("train", "test", "val", None, "Training"), None, left_out)
    assert [one.path for one in partition.train] == ["0.wav", "3.wav", "4.wav"]
    assert [one.path for one in partition.test] == ["1.wav"]
    assert partition.tested == [False, True, False, False]
    assert left_out.counts == {"of the split val": 1}


def test_without_a_test_split_all_train() -> None:
    partition = partition_samples(named("train", None, "val"), None, left_out := LeftOut())
    assert (len(partition.train), partition.test, partition.tested) == (2, [], None)
    assert left_out.counts == {"of the split val": 1}


def test_another_test_split() -> None:
    partition = partition_samples(named("train", "val", "test"), "val", left_out := LeftOut())
    assert [one.path for one in partition.test] == ["1.wav"]
    assert left_out.counts == {"of the split test": 1}


@pytest.mark.parametrize(
    ("splits", "hint"),
    [(("train", "held"), "(did you mean 'held'?)"), ((None,), "no sample has a split: burnish split")],
)
def test_a_test_split_that_is_not_there(splits: tuple[str | None, ...], hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        partition_samples(named(*splits), "helt", LeftOut())
    assert hint in str(caught.value)


@pytest.mark.parametrize("splits", [("test", "test"), ("val", "val"), ("test", "val")], ids="+".join)
def test_nothing_to_train_on_is_an_error(splits: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=r"no sample is for training \(.*\); part them with burnish split --force"):
        partition_samples(named(*splits), None, LeftOut())


def test_one_class_is_an_error() -> None:
    check_labels(["a", "b"])
    with pytest.raises(InputError, match="all 2 training samples have the label 'a': there is nothing to tell apart"):
        check_labels(["a", "a"])


TEST = [LabelledSample("t.wav", "x", digest="sha256:t")]


def made(**origin: Any) -> Origin:
    return Origin(**{"recipe": "noise", **origin})


def test_sides_that_are_apart_are_fine() -> None:
    train = [
        LabelledSample("a.wav", "x", digest="sha256:a"),
        LabelledSample("b.wav", "x", digest="sha256:b", origin=made(source="a.wav", source_digest="sha256:a")),
        LabelledSample("c.wav", "x", origin=Origin(source=7)),
    ]
    check_no_leaks(train, TEST)


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (LabelledSample("a.wav", digest="sha256:t"), "a.wav is trained on and is a copy of t.wav of the test split"),
        (LabelledSample("a.wav", duplicate_of="t.wav"), "a.wav is trained on and is a copy of t.wav of the test split"),
        (LabelledSample("a.wav", origin=made(source_digest="sha256:t")), "a.wav is trained on and was made from t.wav"),
        (LabelledSample("a.wav", origin=made(source="t.wav")), "a.wav is trained on and was made from t.wav"),
        (
            LabelledSample("a.wav", origin=made(source="t.wav", replaces=True)),
            "a.wav is trained on and was made from t.wav",
        ),
        (LabelledSample("a.wav", origin=Origin(source="t.wav")), "a.wav is trained on and was made from t.wav"),
    ],
    ids=["same bytes", "known copy", "made from its bytes", "made from its path", "in its place", "another program"],
)
def test_what_tells_of_the_test_is_an_error_with_a_cure(one: LabelledSample, message: str) -> None:
    with pytest.raises(InputError) as caught:
        check_no_leaks([one], TEST)
    assert message in str(caught.value)
    assert "burnish split --force" in str(caught.value)


def test_a_generated_sample_is_no_test() -> None:
    with pytest.raises(InputError, match=r"g\.wav is generated and in the test split: a test must be real"):
        check_no_leaks([], [LabelledSample("g.wav", origin=made(source="a.wav"))])


def test_what_the_files_hold_now_counts() -> None:
    with pytest.raises(InputError, match=r"a\.wav is trained on and is a copy of t\.wav"):
        check_no_leaks([LabelledSample("a.wav", digest="sha256:old")], TEST, ["sha256:new"], ["sha256:new"])


@pytest.mark.parametrize("origin", [made(source="a.wav", replaces=True), Origin(source_digest="sha256:a")], ids=str)
def test_a_test_sample_that_was_made_from_a_training_sample_is_an_error(origin: Origin) -> None:
    tested = LabelledSample("t.wav", digest="sha256:t", origin=origin)
    with pytest.raises(InputError, match=r"a\.wav is trained on, and t\.wav of the test split was made from it"):
        check_no_leaks([LabelledSample("a.wav", digest="sha256:a")], [tested])


def test_a_fold_tests_and_the_others_train() -> None:
    samples = [LabelledSample(f"{n}.wav", "x", fold=n % 3, split="val" if n == 1 else None) for n in range(6)]
    samples.append(LabelledSample("held.wav", "x", split="test"))
    samples.append(LabelledSample("made.wav", "x", fold=1, origin=Origin(recipe="r", source="1.wav")))
    samples.append(LabelledSample("other.wav", "x", fold=2, origin=Origin(recipe="r", source="2.wav")))
    left_out = LeftOut()
    partition = partition_samples(by_fold(samples, "fold=1"), "fold=1", left_out)
    assert [one.path for one in partition.test] == ["1.wav", "4.wav"]
    assert [one.path for one in partition.train] == ["0.wav", "2.wav", "3.wav", "5.wav", "other.wav"]
    assert left_out.counts == {"of the split test": 1, "of the split fold=1, generated": 1}
    check_no_leaks(partition.train, partition.test)
    assert samples[1].split == "val", "what was given is not changed"


@pytest.mark.parametrize("name", [None, "test", "fold=", "fold=x", "fold=-1", "fold=²"])
def test_what_names_no_fold_is_a_split(name: str | None) -> None:
    samples = [LabelledSample("a.wav", "x", fold=0)]
    assert by_fold(samples, name) == samples


def test_a_split_that_is_called_so_goes_first_and_a_fold_that_is_not_there_is_said() -> None:
    samples = [LabelledSample("a.wav", "x", split="fold=1", fold=0)]
    assert by_fold(samples, "fold=1") == samples
    with pytest.raises(
        UsageError, match=r"no sample is in that fold; there are 0; give folds: burnish split --folds 5"
    ):
        by_fold(samples, "fold=3")
