"""Drawing evenly."""

from collections import Counter
from itertools import product

from augment.plan.balanced_draw import draw_evenly


def test_every_group_alike_and_in_a_group_every_member() -> None:
    drawn = list(draw_evenly({("s=a",): [0, 1, 2, 3], ("s=b",): [4]}, 6))
    assert drawn == [0, 4, 1, 4, 2, 4]


def test_two_marks_are_balanced_at_once() -> None:
    groups: dict[tuple[str, ...], list[int]] = {
        (f"speaker={a}", f"room={b}"): [a * 10 + b] for a, b in product(range(4), range(3))
    }
    drawn = list(draw_evenly(groups, 6))
    assert max(Counter(index // 10 for index in drawn).values()) <= 2
    assert set(Counter(index % 10 for index in drawn).values()) == {2}


def test_without_marks_members_take_turns() -> None:
    assert list(draw_evenly({(): [7, 8]}, 5)) == [7, 8, 7, 8, 7]


def test_very_many_groups_are_served_in_turn() -> None:
    groups: dict[tuple[str, ...], list[int]] = {(f"id={index}", "s=a"): [index] for index in range(30_000)}
    assert list(draw_evenly(groups, 1000)) == list(range(1000))
