"""What answers come to."""

from typing import Any

import pytest

from curate.review.answers import Answer, Question, now
from curate.review.tally import realism, tally
from tests.curate.review.subjects import digest

AT = now()


def answer(name: str, label: str | None, question: Question = "blind", **more: Any) -> Answer:
    return Answer(
        name, digest(name), "ann", question, label, more.pop("seconds", 1.0), AT, more.pop("seen", {}), **more
    )


def test_counts_pace_changes_and_self_agreement() -> None:
    found = tally([
        answer("a", "cat", seconds=2), answer("a", "cat", round=1, seconds=4),
        answer("b", "dog", seen={"label": "cat"}),
        answer("b", "cat", round=1), answer("c", None), answer("c", "cat", round=1), answer("d", None, reject=True),
        answer("e", "cat"), answer("e", None, undo=True), answer("f", "cat", seconds=0),
    ])  # fmt: skip
    assert found.answers == 5
    assert found.labels == {"cat": 2, "dog": 1, "(unsure)": 1, "(reject)": 1}
    assert (found.changed, found.seconds) == (0, 1.0)
    assert (found.agreed, found.repeated) == (1, 2)


def test_changed_labels_are_told_of_labels_only() -> None:
    shown = {"label": "cat"}
    labels = [
        answer("a", "cat", "label", seen=shown),
        answer("b", "dog", "label", seen=shown),
        answer("c", "x", "label"),
    ]
    assert tally(labels).changed == 1
    assert tally([answer("a", "keep", "reject", seen=shown)]).changed == 0


@pytest.mark.parametrize(("right", "told", "p"), [(32, 50, 0.0649), (25, 50, 1.0), (50, 50, 1.8e-15)])
def test_realism_is_held_against_guessing(right: int, told: int, p: float) -> None:
    made = {digest(str(number)): number % 2 == 0 for number in range(told)}
    answers = [
        answer(str(number), "made" if (number % 2 == 0) == (number < right) else "real", "realism")
        for number in range(told)
    ]
    answers += [answer("unsure", None, "realism"), answer("stranger", "real", "realism")]
    found = realism(answers, made)
    assert (found.right, found.told) == (right, told)
    assert found.p == pytest.approx(p, abs=5e-5)


def test_nothing_is_told_of_nothing() -> None:
    assert tally([]) == (0, {}, 0, 0.0, 0, 0)
    assert realism([], {}) == (0, 0, 1.0)
