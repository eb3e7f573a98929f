"""Selecting samples: by label, tag, split, expression, and by chance."""

from collections import Counter

import pytest

from curate.facts.records import ImageFacts
from curate.query.expression import compile_expression
from curate.query.selection import Selection, draw
from curate.records.sample import Sample

SAMPLES = [
    Sample("a", "cat", ("dark", "who=1"), "train", image=ImageFacts(width=10)),
    Sample("b", "dog", ("dark",), "train", image=ImageFacts(width=20)),
    Sample("c", "cat", (), "test"),
    Sample("d"),
]


@pytest.mark.parametrize(
    ("selection", "paths"),
    [
        (Selection(), "abcd"),
        (Selection(labels=frozenset({"cat"})), "ac"),
        (Selection(labels=frozenset({"cat", "dog"})), "abc"),
        (Selection(tags=frozenset({"dark"})), "ab"),
        (Selection(tags=frozenset({"dark", "who=1"})), "a"),
        (Selection(not_tags=frozenset({"dark"})), "cd"),
        (Selection(splits=frozenset({"train"}), labels=frozenset({"cat"})), "a"),
        (Selection(where=compile_expression("image.width > 15")), "b"),
    ],
)
def test_what_is_kept(selection: Selection, paths: str) -> None:
    assert "".join(sample.path for sample in selection.keep(SAMPLES)) == paths
    assert (selection.kept, selection.seen) == (len(paths), 4)


def test_what_no_sample_has_is_named_with_the_nearest() -> None:
    selection = Selection(labels=frozenset({"cta", "dog"}), not_tags=frozenset({"drak"}))
    list(selection.keep(SAMPLES))
    assert list(selection.never_met()) == [
        "no sample has the label 'cta' (did you mean 'cat'?)",
        "no sample has the tag 'drak' (did you mean 'dark'?)",
    ]


def test_a_draw_is_the_same_for_the_same_seed_and_keeps_the_order() -> None:
    samples = [Sample(f"{i:03}") for i in range(100)]
    drawn = [sample.path for sample in draw(samples, 10, seed=3)]
    assert drawn == sorted(drawn)
    assert len(set(drawn)) == 10
    assert drawn == [sample.path for sample in draw(samples, 10, seed=3)]
    assert drawn != [sample.path for sample in draw(samples, 10, seed=4)]


def test_every_sample_is_drawn_as_often() -> None:
    samples = [Sample(str(i)) for i in range(10)]
    counts = Counter(sample.path for seed in range(3000) for sample in draw(samples, 3, seed))
    # 900 expected each, standard deviation 25
    assert all(abs(counts[str(i)] - 900) < 125 for i in range(10))


@pytest.mark.parametrize("count", [0, 3, 5])
def test_no_more_than_there_are(count: int) -> None:
    assert len(draw(SAMPLES[:3], count, 0)) == min(count, 3)
