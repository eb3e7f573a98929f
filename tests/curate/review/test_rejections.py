"""What people said should go, for each sample of a manifest."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from curate.review.answers import Answer, AnswerWriter, Other
from curate.review.rejections import Judged, Rejections, read_rejections, rejections
from curate.review.votes import Rule

START = datetime(2026, 1, 2, tzinfo=UTC)
A, B, C, D = (f"sha256:{number:064x}" for number in range(4))


def answer(digest: str, annotator: str, label: str | None = None, minute: int = 0, **more: Any) -> Answer:
    question = more.pop("question", "reject")
    at = START + timedelta(minutes=minute)
    return Answer(f"{digest[-1]}.png", digest, annotator, question, label, 1.0, at, more.pop("seen", {}), **more)


def of(folder: Path, *answers: Answer, rule: Rule = "majority", boss: str = "", splits: str = "....") -> Rejections:
    (folder / "answers.jsonl").unlink(missing_ok=True)
    with AnswerWriter(str(folder / "answers.jsonl")) as writer:
        writer.append(*answers)
    samples = [
        Judged(f"{at}.png", digest, "test" if splits[at] == "t" else None) for at, digest in enumerate((A, B, C, D))
    ]
    ballot = read_rejections([str(folder / "answers.jsonl")])
    return rejections(samples, ballot, rule, frozenset({boss} if boss else ()))


def test_a_rejection_says_who_when_and_why(tmp_path: Path) -> None:
    found = of(tmp_path, answer(A, "ann", reject=True, note="a finger"), answer(B, "ann", "keep"), answer(C, "ann"))
    assert [(place, one.check, one.severity, one.detail) for place, one in found.rejected.items()] == [
        (0, "rejected", "error", "ann rejected it, 2026-01-02T00:00:00Z: a finger")
    ]
    # Unsure says neither.
    assert (found.spared, found.undecided) == ({1}, [])


@pytest.mark.parametrize("question", ["label", "blind", "realism"])
def test_x_rejects_whatever_was_asked(tmp_path: Path, question: str) -> None:
    assert list(of(tmp_path, answer(A, "ann", reject=True, question=question)).rejected) == [0]


def test_x_of_a_pair_rejects_both_and_a_choice_of_one_neither(tmp_path: Path) -> None:
    both = answer(A, "ann", reject=True, question="pair", other=Other("1.png", B))
    one = answer(C, "ann", "first", question="pair", other=Other("3.png", D))
    found = of(tmp_path, both, one)
    assert (list(found.rejected), found.spared) == ([0, 1], set())


def test_who_gives_a_class_speaks_against_a_rejection_and_for_nothing_else(tmp_path: Path) -> None:
    labels = [answer(digest, name, "cat", question="label") for digest in (A, B) for name in ("ben", "cy")]
    found = of(tmp_path, answer(A, "ann", reject=True), *labels)
    assert (found.rejected, found.spared) == ({}, {0})


def test_the_last_word_of_a_person_counts_across_questions(tmp_path: Path) -> None:
    found = of(
        tmp_path,
        answer(A, "ann", "cat", 1, question="label"),
        answer(A, "ann", minute=2, reject=True, question="blind"),
        answer(B, "ann", minute=1, reject=True),
        answer(B, "ann", "keep", 2),
    )
    assert (list(found.rejected), found.spared) == ([0], {1})


def test_rules(tmp_path: Path) -> None:
    answers = [answer(A, "ann", minute=2, reject=True), answer(A, "ben", "keep", 1)]
    assert of(tmp_path, *answers).undecided == ["0.png"]
    last = of(tmp_path, *answers, rule="last")
    assert last.rejected[0].detail == "ann rejected it, 2026-01-02T00:02:00Z (last, 1 for keeping it)"
    assert of(tmp_path, *answers, rule="adjudicated", boss="ben").spared == {0}
    assert of(tmp_path, *answers, rule="adjudicated", boss="cy").undecided == ["0.png"]


def test_test_samples_go_by_adjudication_alone_and_not_by_what_a_model_said(tmp_path: Path) -> None:
    led = answer(B, "ann", reject=True, seen={"prediction": "dog"})
    answers = [answer(A, "ann", reject=True), led]
    assert of(tmp_path, *answers, splits="tt..").held == ["0.png", "1.png"]
    found = of(tmp_path, *answers, rule="adjudicated", boss="ann", splits="tt..")
    assert (list(found.rejected), found.held) == ([0], ["1.png"])
    assert list(of(tmp_path, led).rejected) == [1]


def test_other_bytes_make_it_void_and_unknown_ones_are_told(tmp_path: Path) -> None:
    old, gone = f"sha256:{8:064x}", f"sha256:{9:064x}"
    changed = Answer("0.png", old, "ann", "reject", None, 1.0, START, {}, reject=True)
    found = of(tmp_path, changed, answer(gone, "ann", reject=True))
    assert (found.rejected, found.void, found.strangers) == ({}, ["0.png"], ["9.png"])
