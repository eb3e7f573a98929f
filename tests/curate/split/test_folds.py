"""Folds of a cross-validation: even, whole groups, and the test split is none."""

import random
from collections import Counter, defaultdict
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from curate.ground.errors import UsageError
from curate.records.origin import Origin
from curate.records.reader import parse
from curate.records.sample import Sample
from curate.records.writer import encode
from curate.split.columns import Seen
from curate.split.split import carry_out, make_plan
from curate.split.wish import make_wish


def folds(samples: list[Sample], count: int, **options: Any) -> dict[str, int | None]:
    lines = [encode(one) for one in samples]
    seen = [
        Seen(one.path, one.label, one.tags, one.split, one.digest, None, one.duplicate_of, one.fold) for one in samples
    ]
    plan = make_plan(seen, make_wish(folds=count, **options))
    made = map(parse, carry_out(lines, plan))
    return {one.path: one.fold for one in made}


def spoken(speakers: int, each: int, labels: int = 2) -> list[Sample]:
    return [
        Sample(f"{who}/{n}.wav", f"l{n % labels}", (f"speaker=s{who}",)) for who in range(speakers) for n in range(each)
    ]


def test_each_class_is_spread_within_one_sample() -> None:
    samples = [Sample(f"{label}{n}", label) for label, count in (("a", 23), ("b", 7), ("c", 5)) for n in range(count)]
    found = folds(samples, 5)
    for label, count in (("a", 23), ("b", 7), ("c", 5)):
        sizes = Counter(found[one.path] for one in samples if one.label == label)
        assert {sizes[fold] for fold in range(5)} <= {count // 5, -(-count // 5)}
    assert max(Counter(found.values()).values()) == 7


def test_groups_and_copies_are_whole() -> None:
    samples = [*spoken(6, 10), Sample("copy", "l0", duplicate_of="0/0.wav"), Sample("made", "l0", ("speaker=s3",))]
    found = folds(samples, 3, group="speaker")
    of_speaker: defaultdict[str, set[int | None]] = defaultdict(set)
    for one in samples:
        for tag in one.tags:
            of_speaker[tag].add(found[one.path])
    assert all(len(where) == 1 for where in of_speaker.values())
    assert found["copy"] == found["0/0.wav"]
    assert {fold: size // 20 for fold, size in Counter(found.values()).items()} == {0: 1, 1: 1, 2: 1}


def test_the_order_of_the_manifest_does_not_matter_and_the_seed_does() -> None:
    samples = [Sample(f"{n}", f"l{n % 3}") for n in range(60)]
    shuffled = random.Random(0).sample(samples, 60)
    assert folds(samples, 4) == folds(shuffled, 4) == folds(samples, 4)
    assert folds(samples, 4, seed=1) != folds(samples, 4)


def test_the_test_split_stays_and_training_and_validation_share_the_folds() -> None:
    samples = [
        Sample(f"{n}", "l", split=("train", "dev", "test", "held")[n % 4], fold=7 if n == 2 else None)
        for n in range(24)
    ]
    found = folds(samples, 3)
    assert {one.path for one in samples if found[one.path] is None} == {
        one.path for one in samples if one.split in {"test", "held"}
    }
    assert Counter(found.values()) == {None: 12, 0: 4, 1: 4, 2: 4}


def test_what_has_a_fold_keeps_it_unless_forced() -> None:
    samples = [Sample(f"{n}", "l") for n in range(30)]
    first = folds(samples, 3)
    known = [Sample(one.path, "l", fold=first[one.path]) for one in samples]
    more = [*known, *(Sample(f"new{n}", "l") for n in range(6))]
    found = folds(more, 3, seed=9)
    assert {path: found[path] for path in first} == first
    assert Counter(found.values()) == {0: 12, 1: 12, 2: 12}
    assert folds(known, 3, seed=9, force=True) != first
    with pytest.raises(UsageError, match=r"is in fold 2, and --folds 2 has 0 to 1; --force makes all anew"):
        folds(known, 2)
    with pytest.raises(UsageError, match=r"nothing is left for fold=3; --force"):
        folds(known, 4)
    assert set(folds(known, 4, force=True).values()) == {0, 1, 2, 3}


def test_only_the_fold_changes() -> None:
    lines = [b'{"path": "a", "theirs":  [1.0], "split": "val"}', b'{"path": "b", "fold":  0}']
    plan = make_plan([Seen("a", split="val"), Seen("b", fold=0)], make_wish(folds=2))
    assert list(carry_out(lines, plan)) == [lines[0][:-1] + b',"fold":1}', lines[1]]


def test_generated_samples_are_in_the_fold_of_their_source() -> None:
    samples = [Seen(f"{n}", "l", digest=f"d{n}") for n in range(9)]
    made = [Seen(f"m{n}", "l", origin=Origin(source=f"{n}", recipe="r")) for n in range(9)]
    plan = make_plan([*samples, *made], make_wish(folds=3))
    assert plan.split[:9].tolist() == plan.split[9:].tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"folds": 7, "group": "speaker"}, "--folds 7: there are only 6 groups by speaker, and each fold needs one"),
        ({"folds": 61}, "there are only 60 groups"),
        ({"folds": 1}, "--folds 1: two at least"),
        ({"folds": 0}, "--folds 0: two at least"),
        ({"folds": 100_000}, "1,000 at most"),
        ({"folds": 3, "ratio": "train=0.5,test=0.5"}, "leave --ratio and --ensure out"),
        ({"folds": 3, "ensure": ["a"]}, "leave --ratio and --ensure out"),
    ],
)
def test_what_makes_no_sense(options: dict[str, Any], message: str) -> None:
    seen = [Seen(one.path, one.label, one.tags) for one in spoken(6, 10)]
    with pytest.raises(UsageError, match=message):
        make_plan(seen, make_wish(**options))


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=10, max_size=40),
    st.integers(2, 5),
    st.integers(0, 3),
)
@example([(0, 0)] * 5 + [(0, 2), (0, 3), (0, 4), (1, 1), (1, 1)], 5, 0)
def test_no_fold_is_empty_no_group_is_torn(rows: list[tuple[int, int]], count: int, seed: int) -> None:
    samples = [Sample(f"{n}", f"l{label}", (f"g={group}",)) for n, (label, group) in enumerate(rows)]
    groups = {one.tags for one in samples}
    if len(groups) < count:
        with pytest.raises(UsageError, match="there are only"):
            folds(samples, count, group="g", seed=seed)
        return
    found = folds(samples, count, group="g", seed=seed)
    assert set(found.values()) == set(range(count))
    assert len({(one.tags, found[one.path]) for one in samples}) == len(groups)
