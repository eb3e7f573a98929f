"""Who trains and who is tested."""

import pytest

from baselines.data.labelled_samples import Example, LeftOut
from baselines.data.train_test_partition import check_labels, choose_sides
from curate.ground.errors import InputError, UsageError


def named(*splits: str | None) -> list[Example]:
    return [Example(f"{i}.wav", "x", split=split) for i, split in enumerate(splits)]


def test_the_test_split_tests_and_validation_takes_no_part() -> None:
    left_out = LeftOut()
    sides = choose_sides(named("train", "test", "val", None, "Training"), None, left_out)
    assert [one.path for one in sides.train] == ["0.wav", "3.wav", "4.wav"]
    assert [one.path for one in sides.test] == ["1.wav"]
    assert sides.tested == [False, True, False, False]
    assert left_out.counts == {"of the split val": 1}


def test_without_a_test_split_all_train() -> None:
    sides = choose_sides(named("train", None, "val"), None, left_out := LeftOut())
    assert (len(sides.train), sides.test, sides.tested) == (2, [], None)
    assert left_out.counts == {"of the split val": 1}


def test_another_test_split() -> None:
    sides = choose_sides(named("train", "val", "test"), "val", left_out := LeftOut())
    assert [one.path for one in sides.test] == ["1.wav"]
    assert left_out.counts == {"of the split test": 1}


@pytest.mark.parametrize(
    ("splits", "hint"),
    [(("train", "held"), "(did you mean 'held'?)"), ((None,), "no sample has a split: burnish split")],
)
def test_a_test_split_that_is_not_there(splits: tuple[str | None, ...], hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        choose_sides(named(*splits), "helt", LeftOut())
    assert hint in str(caught.value)


@pytest.mark.parametrize("splits", [("test", "test"), ("val", "val"), ("test", "val")], ids="+".join)
def test_nothing_to_train_on_is_an_error(splits: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match=r"no sample is for training \(.*\); part them with burnish split --force"):
        choose_sides(named(*splits), None, LeftOut())


def test_one_class_is_an_error() -> None:
    check_labels(["a", "b"])
    with pytest.raises(InputError, match="all 2 training samples have the label 'a': there is nothing to tell apart"):
        check_labels(["a", "a"])
