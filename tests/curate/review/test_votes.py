"""Votes of people, and what a rule makes of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from curate.ground.errors import InputError
from curate.review.answers import Answer, AnswerWriter, Other
from curate.review.votes import Rule, Vote, VotesOfSet, decide, votes_of_answers, votes_of_table

ONE, TWO = (f"sha256:{number:064x}" for number in (1, 2))


def votes(*labels: str) -> list[Vote]:
    return [Vote("p", ONE, f"n{at}", label, at) for at, label in enumerate(labels)]


@pytest.mark.parametrize(
    ("labels", "rule", "label", "by"),
    [
        ("aab", "majority", "a", ("n0", "n1")),
        ("ab", "majority", None, ()),
        ("", "majority", None, ()),
        ("aab", "last", "b", ("n2",)),
        ("abb", "adjudicated", "a", ("n0",)),
    ],
    ids=["most", "tied", "none", "last", "adjudicated"],
)
def test_rules(labels: str, rule: Rule, label: str | None, by: tuple[str, ...]) -> None:
    found = decide(votes(*labels), rule, ("n0",))
    assert (found.label, found.by) == (label, by)


def test_without_the_adjudicator_nothing_is_decided() -> None:
    assert decide(votes("a", "a"), "adjudicated", ("boss",)).label is None


def test_an_answer_holds_for_the_bytes_wherever_they_are() -> None:
    found = VotesOfSet([Vote("old/p", ONE, "anna", "x", 1)])
    assert found.find("new/p", ONE).votes[0].label == "x"
    assert found.strangers == []


def test_other_bytes_make_it_void_and_a_new_answer_heals_it() -> None:
    found = VotesOfSet([Vote("p", ONE, "anna", "x", 1)])
    assert found.find("p", TWO) == ([], 1)
    again = VotesOfSet([Vote("p", ONE, "anna", "x", 1), Vote("p", TWO, "anna", "y", 2)]).find("p", TWO)
    assert ([vote.label for vote in again.votes], again.void) == (["y"], 0)


def test_what_no_sample_is_about_is_told() -> None:
    found = VotesOfSet([Vote("p", ONE, "anna", "x", 1), Vote("q", None, "anna", "x", 1)])
    found.find("other", None)
    assert found.strangers == ["p", "q"]
    found.find("q", None)
    assert found.strangers == ["p"]


def answer(path: str, question: str, label: str | None, **fields: Any) -> Answer:
    known = {"seconds": 1.0, "at": datetime(2026, 1, 2, tzinfo=UTC), "seen": {}, **fields}
    return Answer(path, ONE, "anna", question, label, **known)  # type: ignore[arg-type]


def test_answers_that_are_about_labels(tmp_path: Path) -> None:
    with AnswerWriter(str(tmp_path / "a.jsonl")) as writer:
        writer.append(
            answer("p", "label", "x", seen={"prediction": "x"}),
            answer("p", "blind", "y"),
            answer("p", "realism", "made"),
            answer("p", "pair", "first", other=Other("q", TWO)),
            answer("p", "reject", None, reject=True),
        )
    found = votes_of_answers(str(tmp_path / "a.jsonl"))
    assert [(vote.label, vote.by_model) for vote in found.votes] == [("x", True), ("y", False)]
    assert found.rejected == {ONE}
    assert any("rejected: 1" in note for note in found.notes)


@pytest.mark.parametrize("name", ["path", "file_name"])
def test_a_table_of_corrections(tmp_path: Path, name: str) -> None:
    file = tmp_path / "t.csv"
    file.write_text(f"{name},label,annotator,digest\na.wav,x,anna,\na.wav,y,ben,{ONE}\n")
    found = votes_of_table(str(file)).votes
    assert found == [Vote("a.wav", None, "anna", "x", 2), Vote("a.wav", ONE, "ben", "y", 3)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,label\na,\n", "t.csv:2: the label is empty"),
        ("path,label\n,x\n", "t.csv:2: the path is empty"),
        ("path,label\na,x\na,y\n", "t.csv:3: a has a label in line 2 already"),
        ("path,lable\na,x\n", "no column 'label'"),
        ("path,label\n", "no rows"),
    ],
)
def test_a_table_that_is_none(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        votes_of_table(str(tmp_path / "t.csv"))


def test_one_person_is_one_vote_and_the_latest() -> None:
    given = [Vote("p", ONE, "ann", "x", 3), Vote("p", ONE, "ann", "y", 1), Vote("p", ONE, "ben", "y", 2)]
    assert decide(given, "majority").votes == {"y": 1, "x": 1}
    # Without digests they are of another tool, which names nobody.
    assert decide([vote._replace(digest=None) for vote in given], "majority").label == "y"
