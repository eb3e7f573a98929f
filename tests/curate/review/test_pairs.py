"""What people said of pairs, for the samples of a manifest."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from curate.duplicates.groups import Verdict
from curate.duplicates.item import Item
from curate.review.answers import Answer, Other
from curate.review.pairs import PairAnswers, answers_of_pairs
from curate.review.votes import Rule

A, B, C = (f"sha256:{number:064x}" for number in range(3))
SET = [Item("a.png", digest=A), Item("b.png", digest=B), Item("c.png", digest=C), Item("again.png", digest=A)]


def answer(first: int, second: int, label: str | None, annotator: str = "ann", minute: int = 0, **more: Any) -> Answer:
    one, two = SET[first], SET[second]
    at = datetime(2026, 1, 2, tzinfo=UTC) + timedelta(minutes=minute)
    other = Other(two.path, two.digest or "")
    return Answer(one.path, one.digest or "", annotator, "pair", label, 1.0, at, {}, other=other, **more)


def of(*answers: Answer, samples: list[Item] = SET, rule: Rule = "majority", boss: str = "") -> PairAnswers:
    return answers_of_pairs(answers, samples, rule, frozenset({boss} if boss else ()))


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (answer(0, 1, "first"), Verdict(0, 1, "first", ("ann",))),
        (answer(1, 0, "first"), Verdict(0, 1, "second", ("ann",))),
        (answer(1, 0, "both"), Verdict(0, 1, "both", ("ann",))),
        (answer(0, 1, None, reject=True), Verdict(0, 1, "neither", ("ann",))),
        (answer(0, 1, None), Verdict(0, 1, "open", ("ann",))),
        (answer(0, 3, "second"), Verdict(0, 3, "second", ("ann",))),
    ],
    ids=["first", "turned", "both", "rejected", "unsure", "same bytes"],
)
def test_one_answer(given: Answer, verdict: Verdict) -> None:
    assert of(given).verdicts == [verdict]


def test_several_people_decide_by_the_rule() -> None:
    given = [answer(0, 1, "first", "ann", 2), answer(1, 0, "first", "ben", 1)]
    assert of(*given).verdicts == [Verdict(0, 1, "open", ("ann", "ben"))]
    assert of(*given, answer(0, 1, "first", "cy")).verdicts == [Verdict(0, 1, "first", ("ann", "cy"))]
    assert of(*given, rule="last").verdicts == [Verdict(0, 1, "first", ("ann",))]
    assert of(*given, rule="adjudicated", boss="ben").verdicts == [Verdict(0, 1, "second", ("ben",))]


def test_one_person_is_one_vote_whichever_way_round_the_pair_stood() -> None:
    given = [answer(0, 1, "first", "ann", 1), answer(1, 0, "first", "ann", 2), answer(0, 1, "first", "ben")]
    assert of(*given).verdicts == [Verdict(0, 1, "open", ("ann", "ben"))]


def test_changed_bytes_are_void_moved_files_are_found_and_others_are_strangers() -> None:
    changed = [Item("a.png", digest=C), Item("b.png", digest=B)]
    assert of(answer(0, 1, "first"), samples=changed).void == ["a.png and b.png"]
    moved = [Item("new/a.png", digest=A), Item("b.png", digest=B)]
    assert of(answer(0, 1, "first"), samples=moved).verdicts == [Verdict(0, 1, "first", ("ann",))]
    assert of(answer(0, 1, "first"), samples=[Item("b.png", digest=B)]).strangers == ["a.png and b.png"]
    # Two have its bytes and none its name: nothing tells which was meant.
    twice = [Item("x.png", digest=A), Item("y.png", digest=A), Item("b.png", digest=B)]
    assert of(answer(0, 1, "first"), samples=twice).strangers == ["a.png and b.png"]


def test_a_test_sample_is_rejected_by_adjudication_alone() -> None:
    samples = [Item("a.png", digest=A, split="test"), Item("b.png", digest=B)]
    rejected = answer(0, 1, None, reject=True)
    found = of(rejected, samples=samples)
    assert (found.held, found.verdicts[0].stays) == (["a.png and b.png"], "open")
    assert of(rejected, samples=samples, rule="adjudicated", boss="ann").verdicts[0].stays == "neither"
