"""Groups in which people said what stays."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.duplicates.answered import answered_pairs, decide_answered
from curate.duplicates.copies import SAME_BYTES, Pair
from curate.duplicates.groups import Group, Member, Stays, Verdict


def members(labels: str, **more: Any) -> list[Member]:
    """Return members of growing quality: the last is the best."""
    splits = more.get("splits", "." * len(labels))
    return [Member(at, f"{at}", label, {"t": "test", ".": None}[splits[at]], (at,)) for at, label in enumerate(labels)]


def near(*ends: tuple[int, int]) -> list[Pair]:
    return [Pair(a, b, "near", 0.1) for a, b in ends]


def decided(labels: str, pairs: list[Pair], said: list[tuple[int, int, Stays]], **more: Any) -> Group:
    verdicts = [Verdict(first, second, stays, ("ann",)) for first, second, stays in said]
    return decide_answered(members(labels, **more), pairs, verdicts)


def kept(group: Group) -> list[int]:
    return [member.index for member in group.kept]


@pytest.mark.parametrize(
    ("stays", "left"),
    [("first", [0]), ("second", [1]), ("both", [0, 1]), ("open", [0, 1]), ("neither", [])],
)
def test_of_a_pair_stays_what_people_said(stays: Stays, left: list[int]) -> None:
    assert kept(decided("aa", near((0, 1)), [(0, 1, stays)])) == left


def test_a_swapped_pair_takes_the_rest_of_the_group_along_where_it_was_confirmed() -> None:
    # 2 is the best and would stand for all; people want 0 instead. 1 was compared with both, 3 with 2 alone.
    group = decided("aaaa", near((0, 2), (0, 1), (1, 2), (2, 3)), [(0, 2, "first"), (2, 3, "second")])
    assert kept(group) == [0, 3]
    assert group.instead == {1: "0", 2: "3"}


def test_nothing_goes_that_was_not_confirmed_against_what_stays() -> None:
    chain = near((0, 1), (1, 2))
    # 0 and 2 were never compared: without 1, both stay.
    assert kept(decided("aaa", chain, [(0, 1, "first")])) == [0, 2]


def test_who_was_said_to_stay_goes_because_of_nothing_else() -> None:
    # People wanted both 0 and 1; 2 is better than both and a copy of both, and nobody was asked about it.
    assert kept(decided("aaa", near((0, 1), (0, 2), (1, 2)), [(0, 1, "both")])) == [0, 1]
    assert kept(decided("aaa", near((0, 1), (0, 2), (1, 2)), [(0, 1, "both"), (0, 2, "second")])) == [1, 2]


def test_people_decide_between_labels_and_what_they_leave_open_stays_a_conflict() -> None:
    assert decided("ab", near((0, 1)), [(0, 1, "second")]).label_conflict == ()
    assert decided("ab", near((0, 1)), [(0, 1, "both")]).label_conflict == ()
    left = decided("ab", near((0, 1)), [(0, 1, "open")])
    assert (kept(left), left.label_conflict) == ([0, 1], ("a", "b"))
    beside = decided("abb", near((0, 1), (0, 2), (1, 2)), [(1, 2, "second")])
    assert (kept(beside), beside.label_conflict) == ([0, 2], ("a", "b"))


def test_the_copy_of_the_test_split_stays_unless_people_say_otherwise() -> None:
    pairs = near((0, 1), (0, 2), (1, 2))
    assert kept(decided("aaa", pairs, [(1, 2, "first")], splits="t..")) == [0, 1]
    assert kept(decided("aa", near((0, 1)), [(0, 1, "second")], splits="t.")) == [1]


def test_files_with_the_same_bytes_share_what_was_said_of_one() -> None:
    same = Pair(0, 1, "exact", 0.0, SAME_BYTES)
    assert kept(decided("aaa", [same, *near((0, 2))], [(0, 2, "second")])) == [2]
    assert kept(decided("aaa", [same, *near((0, 2))], [(0, 2, "neither")])) == []
    assert kept(decided("aaa", [same, *near((0, 2))], [(0, 1, "both"), (0, 2, "second")])) == [1, 2]


def test_answers_in_a_circle_drop_nothing_unconfirmed() -> None:
    group = decided("aaa", near((0, 1), (1, 2), (0, 2)), [(0, 1, "first"), (1, 2, "first"), (0, 2, "second")])
    assert kept(group)
    assert all(any(str(other) == stands for other in kept(group)) for stands in group.instead.values())


def test_people_confirm_pairs_that_the_search_did_not_find() -> None:
    said = [Verdict(0, 1, "first"), Verdict(1, 2, "both"), Verdict(2, 3, "neither"), Verdict(0, 4, "open")]
    assert answered_pairs(near((0, 1)), said) == [Pair(2, 3, "answered", None)]
    group = decided("aa", [Pair(0, 1, "answered", None)], [(0, 1, "first")])
    assert (group.relation, group.distance) == ("answered", None)


def test_who_wants_it_gone_is_known_of_what_goes_for_that_alone() -> None:
    group = decided("aaa", near((0, 1), (1, 2)), [(0, 1, "neither")])
    zero, one, two = members("aaa")
    assert (group.rejecting(zero), group.rejecting(one), group.rejecting(two)) == (("ann",), ("ann",), ())
    assert group.stand_in(two) == "2"


ENDS = st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda ends: ends[0] < ends[1])


@settings(max_examples=300, deadline=None)
@given(
    st.sets(ENDS, min_size=1),
    st.dictionaries(ENDS, st.sampled_from(["first", "second", "both", "neither", "open"]), min_size=1),
    st.text("ab", min_size=8, max_size=8),
)
def test_whatever_is_said_each_that_goes_was_confirmed_against_one_that_stays_or_rejected(
    ends: set[tuple[int, int]], said: dict[tuple[int, int], Stays], labels: str
) -> None:
    group = decided(labels, near(*ends), [(*pair, stays) for pair, stays in said.items()])
    stays = {member.path for member in group.kept}
    known = {frozenset(pair) for pair in ends} | {
        frozenset(pair) for pair, word in said.items() if word in {"first", "second"}
    }
    rejected = {index for pair, word in said.items() if word == "neither" for index in pair}
    for member in group.dropped:
        if member.index not in rejected:
            assert group.instead[member.index] in stays
            assert frozenset((member.index, int(group.instead[member.index]))) in known
    assert {member.index for member in (*group.kept, *group.dropped)} == set(range(8))
    assert not rejected & {member.index for member in group.kept}
