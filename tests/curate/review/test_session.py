"""One person answering from several pages."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from curate.ground.errors import UsageError
from curate.review.answers import AnswerWriter, Other, now, read_answers, standing
from curate.review.items import Item, side_of
from curate.review.session import Draft, Session
from tests.curate.review.subjects import subject

AT = now()
ITEMS = [Item((side_of(subject(name), {}),)) for name in "abc"] + [Item((side_of(subject("a"), {}),), round=1)]


def test_drafts_become_answers_with_paths_and_digests(tmp_path: Path) -> None:
    with AnswerWriter(str(tmp_path / "a.jsonl")) as writer:
        session = Session(ITEMS, "blind", "ann", ["cat"], (), writer)
        session.record([Draft(3, AT, "cat", seconds=2.5, note="hm")])
        (kept,) = writer.answers
    assert (kept.path, kept.digest, kept.round, kept.question) == ("a", ITEMS[0].sides[0].digest, 1, "blind")
    assert (kept.annotator, kept.label, kept.seconds, kept.at, kept.note) == ("ann", "cat", 2.5, AT, "hm")


def test_who_comes_back_finds_what_was_answered(tmp_path: Path) -> None:
    path = str(tmp_path / "a.jsonl")
    drafts = [Draft(0, AT, "cat"), Draft(0, AT + timedelta(seconds=1), undo=True), Draft(2, AT, None, reject=True)]
    with AnswerWriter(path) as writer:
        Session(ITEMS, "label", "ann", ["cat"], writer.answers, writer).record(drafts)
        Session(ITEMS, "label", "bob", ["cat"], writer.answers, writer).record([Draft(1, AT, "cat")])
    earlier = read_answers(path).answers
    assert Session(ITEMS, "label", "ann", ["cat"], earlier).since(0) == drafts
    assert Session(ITEMS[1:], "label", "ann", ["cat"], earlier).since(0) == [Draft(1, AT, None, reject=True)]
    assert Session(ITEMS, "reject", "ann", ["cat"], earlier).since(0) == []


def test_a_pair_is_known_by_both_of_its_samples(tmp_path: Path) -> None:
    pair = Item((side_of(subject("a"), {}), side_of(subject("b"), {})))
    with AnswerWriter(str(tmp_path / "a.jsonl")) as writer:
        Session([pair], "pair", "ann", [], (), writer).record([Draft(0, AT, "second")])
        assert writer.answers[0].other == Other("b", pair.sides[1].digest)
        assert Session([pair], "pair", "ann", [], writer.answers).since(0) == [Draft(0, AT, "second")]


@pytest.mark.parametrize(
    ("draft", "problem"),
    [
        (Draft(9, AT, "cat"), "there is no item 9"),
        (Draft(0, AT, "catt"), "'catt' is no class (did you mean 'cat'?)"),
        (Draft(0, AT, "cat", reject=True), "not an answer: it has a label and is a reject as well"),
        (Draft(0, AT, seconds=float("inf")), "not an answer: its seconds are no number"),
    ],
)
def test_what_cannot_be_is_refused_with_all_that_came_with_it(draft: Draft, problem: str, tmp_path: Path) -> None:
    with AnswerWriter(str(tmp_path / "a.jsonl")) as writer:
        session = Session(ITEMS, "label", "ann", ["cat"], (), writer)
        with pytest.raises(UsageError) as error:
            session.record([Draft(1, AT, "cat"), draft])
        assert str(error.value) == problem
        assert (writer.answers, session.log) == ([], [])


def test_threads_lose_nothing_and_the_file_has_the_order_of_the_log(tmp_path: Path) -> None:
    path = str(tmp_path / "a.jsonl")
    with AnswerWriter(path) as writer:
        session = Session(ITEMS, "label", "ann", ["cat"], (), writer)

        def answer(tab: int) -> None:
            for number in range(50):
                session.record([Draft(tab, AT + timedelta(seconds=number), "cat")])

        threads = [threading.Thread(target=answer, args=(tab,)) for tab in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    answers = read_answers(path).answers
    assert len(answers) == 150
    assert [one.path for one in answers] == ["abc"[one.number] for one in session.log]
    assert len(standing(answers)) == 3
