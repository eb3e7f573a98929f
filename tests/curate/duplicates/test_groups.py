"""Groups: connected components, and which copy stays."""

from hypothesis import given
from hypothesis import strategies as st

from curate.duplicates.groups import Group, Member, Pair, components, decide


def pairs(*ends: tuple[int, int]) -> list[Pair]:
    return [Pair(a, b, "near", 0.1) for a, b in ends]


def test_components_are_chains_of_confirmed_pairs() -> None:
    found = components(8, pairs((5, 6), (0, 3), (3, 7), (2, 4)))
    assert [members for members, _ in found] == [[0, 3, 7], [2, 4], [5, 6]]
    assert [len(inside) for _, inside in found] == [2, 1, 1]
    assert components(5, []) == []


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(31, 60)), max_size=40))
def test_components_part_the_samples(ends: list[tuple[int, int]]) -> None:
    found = components(61, pairs(*ends))
    members = [index for indexes, _ in found for index in indexes]
    assert sorted(members) == sorted({index for end in ends for index in end})
    for indexes, inside in found:
        assert {pair.first for pair in inside} | {pair.second for pair in inside} == set(indexes)


A = Member(0, "a", "cat", None, (1, 10))
B = Member(1, "b", "cat", None, (1, 20))
C = Member(2, "c", "cat", None, (1, 20))


def test_the_best_stays_and_of_equals_the_first() -> None:
    group = decide([A, B, C], pairs((0, 1), (1, 2)), "best", "drop")
    assert group == Group((B,), (A, C), "near", 0.1)
    assert decide([A, B, C], pairs((0, 1)), "first", "drop").kept == (A,)


def test_relation_and_distance_are_of_the_loosest_pair() -> None:
    mixed = [Pair(0, 1, "exact"), Pair(1, 2, "near", 0.3, "flipped")]
    group = decide([A, B, C], mixed, "best", "drop")
    assert (group.relation, group.distance, group.changes) == ("near", 0.3, ("flipped",))
    assert decide([A, B], mixed[:1], "best", "drop").relation == "exact"


def test_the_training_copy_goes() -> None:
    train, val, test = (
        Member(0, name, "cat", name, (9 if name == "train" else 1,)) for name in ("train", "val", "test")
    )
    group = decide([train, val, test], pairs((0, 1), (1, 2)), "best", "drop")
    assert (group.kept, group.dropped, group.leak) == ((test,), (train, val), ("test", "train", "val"))
    assert decide([train, val], pairs((0, 1)), "first", "drop").kept == (val,)
    assert decide([train, train], pairs((0, 1)), "best", "drop").leak == ()


def test_copies_with_different_labels() -> None:
    other = Member(3, "d", "dog", None, (0,))
    for policy, kept, dropped in (
        ("drop", (), (A, B, other)),
        ("keep", (B, other), (A,)),
        ("fail", (), (A, B, other)),
    ):
        group = decide([A, B, other], pairs((0, 1), (1, 2)), "best", policy)  # type: ignore[arg-type]
        assert (group.kept, group.dropped, group.label_conflict) == (kept, dropped, ("cat", "dog"))


def test_a_copy_without_a_label_is_no_conflict() -> None:
    group = decide([A, Member(4, "x")], pairs((0, 1)), "best", "drop")
    assert (group.kept, group.label_conflict) == ((A,), ())
