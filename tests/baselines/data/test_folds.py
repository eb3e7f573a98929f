"""Folds of cross-validation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baselines.data.folds import ALWAYS_TRAINS, lonely, make_folds, units
from baselines.data.labelled_samples import LabelledSample
from curate.records.origin import Origin
from curate.split.grouping import make_grouping


def test_units_are_copies_groups_and_generated_samples_with_their_source() -> None:
    examples = [
        LabelledSample("a.wav", digest="sha256:1"),
        LabelledSample("b.wav", digest="sha256:1"),
        LabelledSample("c.wav", digest="sha256:2", duplicate_of="a.wav"),
        LabelledSample("d.wav", digest="sha256:3", tags=("who=ann",)),
        LabelledSample("e.wav", digest="sha256:4", tags=("who=ann",)),
        LabelledSample("f.wav", digest="sha256:5", origin=Origin(recipe="r", source_digest="sha256:4")),
        LabelledSample("g.wav", digest="sha256:6", origin=Origin(recipe="r", source="d.wav")),
        LabelledSample("h.wav"),
    ]
    digests = [one.digest for one in examples]
    assert units(examples, digests, None).tolist() == [0, 0, 0, 1, 2, 2, 1, 3]
    assert units(examples, digests, make_grouping("who")).tolist() == [0, 0, 0, 1, 1, 1, 1, 2]


def test_single_samples_are_stratified_exactly() -> None:
    label = np.repeat([0, 1, 2], [20, 10, 5])
    fold = make_folds(np.arange(35), label, np.ones(35, bool), 5, seed=3)
    for name, share in enumerate((4, 2, 1)):
        assert np.bincount(fold[label == name], minlength=5).tolist() == [share] * 5


def test_units_stay_whole_and_generated_samples_do_not_count() -> None:
    unit = np.array([0, 0, 1, 1, 2, 3, 3])
    label = np.array([0, 0, 0, 1, 1, 1, 1])
    testable = np.array([True, False, True, True, True, True, False])
    fold = make_folds(unit, label, testable, 2, seed=0)
    assert all(len(set(fold[unit == one].tolist())) == 1 for one in range(4))
    assert sorted(np.bincount(fold[testable]).tolist()) == [2, 3]


def test_a_class_of_one_unit_only_trains() -> None:
    unit, label = np.array([0, 1, 2, 3, 3]), np.array([0, 0, 1, 2, 2])
    testable = np.ones(5, bool)
    assert lonely(unit, label, testable).tolist() == [False, False, True, True, True]
    assert (make_folds(unit, label, testable, 2, 0) == ALWAYS_TRAINS).tolist() == [False, False, True, True, True]


def test_a_unit_of_generated_samples_only_always_trains() -> None:
    fold = make_folds(np.array([0, 1, 2]), np.zeros(3, int), np.array([True, True, False]), 2, 0)
    assert fold.tolist()[2] == ALWAYS_TRAINS


@pytest.mark.parametrize("seed", [0, 1])
def test_the_seed_decides(seed: int) -> None:
    arguments = (np.arange(50), np.arange(50) % 2, np.ones(50, bool), 5)
    once, again, other = (make_folds(*arguments, seed=s).tolist() for s in (seed, seed, seed + 7))
    assert once == again != other


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.booleans()), min_size=1, max_size=40))
def test_no_unit_is_torn_and_what_is_tested_can_be_learned(rows: list[tuple[int, int, bool]]) -> None:
    unit, label, testable = (np.array(column) for column in zip(*rows, strict=True))
    fold = make_folds(unit, label, testable, 3, 0)
    tested = testable & ~lonely(unit, label, testable) & (fold != ALWAYS_TRAINS)
    for one in set(unit.tolist()):
        assert len(set(fold[unit == one].tolist())) == 1
    assert np.all(fold[testable & ~lonely(unit, label, testable)] >= 0)
    assert np.all(fold < 3)
    assert np.all(tested <= testable)
