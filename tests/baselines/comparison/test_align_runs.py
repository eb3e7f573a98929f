"""Which samples two runs have in common."""

import pytest

from baselines.comparison.align_runs import Alignment, Pair, match
from baselines.data.predictions import Prediction
from curate.ground.errors import InputError
from tests.baselines.predicted import predicted


def judged(pairs: list[Pair]) -> list[tuple[str, tuple[str, ...], bool, bool]]:
    """Return label, tags, and what both systems got right."""
    return [pair[:4] for pair in pairs]


def test_by_path() -> None:
    first = [predicted("x", "x", "old", "both", path="1"), predicted("x", "y", path="2"), predicted("x", "y", path="3")]
    second = [
        predicted("x", "x", path="2"),
        predicted("x", "y", "both", "new", path="1"),
        predicted("x", "x", path="4"),
    ]
    pairs, found = match(first, second)
    assert judged(pairs) == [("x", ("old", "both", "new"), True, False), ("x", (), False, True)]
    assert found == Alignment(by_path=2, by_digest=0, only_a=1, only_b=1, changed_files=0, relabelled=0)


def test_groups_and_repeats_are_those_of_the_second_run_where_it_has_any() -> None:
    one = [Prediction("1", "x", "x", group="ann", repeats=("x", "y")), Prediction("2", "x", "x", group="ann")]
    other = [Prediction("1", "x", "x", group="bob", repeats=("y", "x", "x")), Prediction("2", "x", "x")]
    pairs, _ = match(one, other)
    assert [(pair.group, pair.a_again, pair.b_again) for pair in pairs] == [
        ("bob", (True, False), (False, True, True)),
        ("ann", (), ()),
    ]


def test_by_digest_where_paths_differ() -> None:
    first = [predicted("x", "x", path="old/1", digest="1"), predicted("x", "x", path="old/2")]
    second = [predicted("x", "y", path="new/1", digest="1"), predicted("x", "x", path="new/2")]
    pairs, found = match(first, second)
    assert judged(pairs) == [("x", (), True, False)]
    assert found == Alignment(by_path=0, by_digest=1, only_a=1, only_b=1, changed_files=0, relabelled=0)


def test_a_file_that_changed_is_another_sample() -> None:
    first = [predicted("x", "x", path="1", digest="a"), predicted("x", "x", path="2", digest="b")]
    second = [predicted("x", "x", path="1", digest="A"), predicted("x", "x", path="2")]
    assert match(first, second)[1] == Alignment(1, 0, only_a=1, only_b=1, changed_files=1, relabelled=0)


def test_files_that_changed_places_are_found_by_digest() -> None:
    first = [predicted("x", "x", path="1", digest="a"), predicted("y", "x", path="2", digest="b")]
    second = [predicted("y", "y", path="1", digest="b"), predicted("x", "x", path="2", digest="a")]
    pairs, found = match(first, second)
    assert judged(pairs) == [("x", (), True, True), ("y", (), False, True)]
    assert found == Alignment(0, 2, only_a=0, only_b=0, changed_files=2, relabelled=0)


def test_copies_are_not_matched_by_digest() -> None:
    first = [predicted("x", "x", path="1", digest="a"), predicted("x", "x", path="2", digest="a")]
    second = [predicted("x", "x", path="3", digest="a"), predicted("x", "x", path="2", digest="a")]
    assert match(first, second)[1] == Alignment(1, 1, 0, 0, 0, 0), "one is left, and so it is that one"
    second[1] = predicted("x", "x", path="4", digest="a")
    with pytest.raises(InputError, match="no samples in common"):
        match(first, second)


def test_another_label_is_the_label_of_the_second_run() -> None:
    pairs, found = match([predicted("x", "y", path="1")], [predicted("y", "x", path="1")])
    assert judged(pairs) == [("y", (), True, False)]
    assert found.relabelled == 1


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        (["1"], ["2", "3"], "the runs have no samples in common: 1 and 2 with other paths"),
        (["1", "1"], ["1"], "the first run has several predictions of 1"),
        (["1"], ["1", "1"], "the second run has several predictions of 1"),
    ],
)
def test_what_cannot_be_matched(first: list[str], second: list[str], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        match([predicted("x", "x", path=path) for path in first], [predicted("x", "x", path=path) for path in second])
