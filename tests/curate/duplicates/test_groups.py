"""Groups: what was confirmed against what stays goes, and which copy stays."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from curate.duplicates.copies import Copies, Pair
from curate.duplicates.groups import Group, Member, OnConflict, decide


def pairs(*ends: tuple[int, int]) -> list[Pair]:
    return [Pair(a, b, "near", 0.1) for a, b in ends]


def decided(
    members: list[Member], found: list[Pair], on_conflict: OnConflict = "drop", others: tuple[str, ...] = ()
) -> list[Group]:
    """Decide on members whose indexes are their places; `others` are the labels of further samples."""
    samples_of = Counter([*(one.label for one in members if one.label), *others])
    return decide(dict(enumerate(members)), Copies(len(members), found), on_conflict, samples_of)


def member(index: int, label: str | None = "cat", rank: float = 0, **rest: object) -> Member:
    return Member(index, f"{index}", label, rank=(rank,), **rest)  # type: ignore[arg-type]


def test_chains_are_what_hangs_together() -> None:
    found = Copies(8, pairs((5, 6), (0, 3), (3, 7), (2, 4)))
    assert found.chains == [[0, 3, 7], [2, 4], [5, 6]]
    assert Copies(5, []).chains == []


def test_of_twelve_crops_only_what_equals_the_kept_one_goes() -> None:
    members = [member(index, rank=12 - index) for index in range(12)]
    groups = decided(members, pairs(*((index, index + 1) for index in range(11))))
    assert [(group.kept[0].index, [one.index for one in group.dropped]) for group in groups] == [
        (0, [1]),
        (2, [3]),
        (4, [5]),
        (6, [7]),
        (8, [9]),
        (10, [11]),
    ]
    assert groups[0].linked == ("2",), "what is near to what went, and stays, is named"
    assert {group.chain for group in groups} == {0}


def test_sameness_is_passed_on() -> None:
    same = [Pair(0, 1, "exact", change="same bytes"), Pair(0, 2, "exact", change="same bytes"), *pairs((2, 3))]
    (group,) = decided([member(0), member(1, rank=1), member(2), member(3)], same)
    assert (group.kept[0].index, [one.index for one in group.dropped]) == (1, [0, 2, 3])
    assert (group.relation, group.changes) == ("near", ("same bytes",))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).filter(lambda e: e[0] != e[1]), max_size=60))
def test_each_that_goes_was_confirmed_against_one_that_stays(ends: list[tuple[int, int]]) -> None:
    found = pairs(*((min(end), max(end)) for end in ends))
    members = [member(index, rank=index * 7 % 31) for index in range(31)]
    groups = decided(members, found)
    gone = {one.index for group in groups for one in group.dropped}
    confirmed = {frozenset((pair.first, pair.second)) for pair in found}
    for group in groups:
        (kept,) = group.kept
        assert kept.index not in gone
        assert all(frozenset((kept.index, one.index)) in confirmed for one in group.dropped)
    for end in confirmed:
        assert end & gone, "of two copies one goes"


A, B, C = member(0, rank=10), member(1, rank=20), member(2, rank=20)


def test_the_best_stays_and_of_equals_the_first() -> None:
    (group,) = decided([A, B, C], pairs((0, 1), (1, 2)))
    assert (group.kept, group.dropped, group.relation, group.distance) == ((B,), (A, C), "near", 0.1)


def test_relation_and_distance_are_of_the_loosest_pair() -> None:
    (group,) = decided([A, B, C], [Pair(0, 1, "exact"), Pair(1, 2, "near", 0.3, "flipped")])
    assert (group.relation, group.distance, group.changes) == ("near", 0.3, ("flipped",))
    assert decided([A, B, C], [Pair(0, 1, "exact")])[0].relation == "exact"


def test_the_training_copy_goes() -> None:
    train, val, test = (member(i, rank=9 - i, split=split) for i, split in enumerate(("train", "val", "test")))
    (group,) = decided([train, val, test], pairs((0, 2), (1, 2)))
    assert (group.kept, group.dropped, group.leak) == ((test,), (train, val), ("test", "train", "val"))


def test_copies_with_different_labels() -> None:
    other = member(2, "dog")
    for policy, kept, dropped in (
        ("drop", (), (A, B, other)),
        ("keep", (B, other), (A,)),
        ("fail", (), (A, B, other)),
    ):
        (group,) = decided([A, B, other], pairs((0, 1), (1, 2)), policy, ("cat", "dog"))  # type: ignore[arg-type]
        assert (group.kept, group.dropped, group.label_conflict) == (kept, dropped, ("cat", "dog"))


def test_of_a_folder_that_is_no_class_the_copy_goes() -> None:
    example = member(2, "Examples", rank=99)
    (group,) = decided([A, B, example], pairs((0, 1), (0, 2), (1, 2)), others=("cat",))
    assert (group.kept, group.dropped) == ((B,), (A, example))
    assert (group.label_conflict, group.no_class) == ((), ("Examples",))


def test_where_no_label_is_a_class_nothing_tells_which_is_right() -> None:
    (group,) = decided([A, member(1, "dog")], pairs((0, 1)))
    assert (group.kept, group.label_conflict) == ((), ("cat", "dog"))


def test_a_copy_without_a_label_is_no_conflict() -> None:
    (group,) = decided([A, member(1, None)], pairs((0, 1)))
    assert (group.kept, group.label_conflict) == ((A,), ())


def test_a_reference_never_goes() -> None:
    reference = [member(2, rank=-5, reference=True), member(3, "dog", reference=True)]
    (group,) = decided([A, B, *reference], pairs((0, 2), (2, 3)))
    assert (group.kept, group.dropped) == ((reference[0],), (A,))


def test_what_is_not_to_be_compared_stays() -> None:
    members = dict(enumerate([A, B, C]))
    found = Copies(3, [Pair(0, 1, "exact"), Pair(0, 2, "exact")])
    (group,) = decide(members, found, "drop", {"cat": 3}, lambda one, other: {one, other} != {0, 1})
    assert (group.kept, group.dropped) == ((B,), (C,))


def test_of_two_copies_with_other_labels_none_is_said_to_be_kept() -> None:
    groups = decided([member(0, label="a"), member(1, label="b"), member(2, label="a")], pairs((0, 1), (0, 2)))
    assert [group.kept for group in groups] == [()]
    assert groups[0].linked == ()
