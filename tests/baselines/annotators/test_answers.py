"""Answers of a review as annotations: agreement, human level, steadiness and time."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from baselines.annotators.agreement import agree
from baselines.annotators.answers import human_of_answers, read_answered, told_apart
from baselines.data.predictions import Prediction
from curate.ground.errors import InputError
from curate.review.answers import Answer, AnswerWriter

AT = datetime(2026, 1, 2, tzinfo=UTC)


def answer(path: str, annotator: str, label: str | None, question: str = "blind", **fields: Any) -> Answer:
    digest = f"sha256:{sum(map(ord, path)):064x}"
    known = {"seconds": 2.0, "at": AT, "seen": {}, **fields}
    return Answer(path, digest, annotator, question, label, **known)  # type: ignore[arg-type]


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Two annotators, three samples; ben changed his mind once and was asked twice about two."""
    with AnswerWriter(str(tmp_path / "answers.jsonl")) as writer:
        writer.append(
            answer("a", "anna", "x"), answer("b", "anna", "y"), answer("c", "anna", "y", seconds=5.0),
            answer("a", "ben", "y"), answer("a", "ben", "x"), answer("b", "ben", "y"), answer("c", "ben", None),
            answer("a", "ben", "x", round=1), answer("b", "ben", "x", round=1),
            answer("a", "anna", "z", "label"),
        )  # fmt: skip
    return str(tmp_path / "answers.jsonl")


def test_blind_answers_count_and_the_last_one_stands(file: str) -> None:
    found = read_answered(file)
    assert found.blind
    assert found.annotations.labels == {
        "a": {"anna": "x", "ben": "x"},
        "b": {"anna": "y", "ben": "y"},
        "c": {"anna": "y"},
    }
    assert found.annotations.missing == 1


def test_time_and_agreement_with_oneself(file: str) -> None:
    anna, ben = read_answered(file).effort
    assert (anna.annotator, anna.answers, anna.median_s, anna.repeated, anna.self_agreement) == (
        "anna",
        3,
        2.0,
        0,
        None,
    )
    assert (ben.answers, ben.repeated, ben.self_agreement) == (2, 2, 0.5)


def test_the_human_level_is_held_against_the_labels_of_a_run(file: str) -> None:
    tested = [
        Prediction("a", "x", "x", tags=("dark",)),
        Prediction("b", "x", "y", tags=("dark", "far")),
        Prediction("c", "y", "y"),
    ]
    assert human_of_answers(file, tested) == {"(all)": 0.6, "dark": 0.5, "far": 0.0}


def test_one_annotator_has_a_human_level_and_no_agreement(tmp_path: Path) -> None:
    with AnswerWriter(str(tmp_path / "a.jsonl")) as writer:
        writer.append(answer("a", "anna", "x"), answer("b", "anna", "y"))
    given = read_answered(str(tmp_path / "a.jsonl")).annotations
    found = agree(given, {"a": "x", "b": "x"})
    assert (found.compared, found.alpha, found.fleiss.kappa) == (0, None, None)
    assert found.human_level[0].human == 0.5
    with pytest.raises(InputError, match="labelled by two annotators"):
        agree(given)


def test_answers_to_label_are_taken_where_none_is_blind(tmp_path: Path) -> None:
    with AnswerWriter(str(tmp_path / "a.jsonl")) as writer:
        writer.append(answer("a", "anna", "x", "label"), answer("a", "anna", "keep", "reject"))
    found = read_answered(str(tmp_path / "a.jsonl"))
    assert not found.blind
    assert found.annotations.labels == {"a": {"anna": "x"}}


def test_without_a_label_it_is_said(tmp_path: Path) -> None:
    with AnswerWriter(str(tmp_path / "a.jsonl")) as writer:
        writer.append(answer("a", "anna", None))
    with pytest.raises(InputError, match="no answer gives a label"):
        read_answered(str(tmp_path / "a.jsonl"))


@pytest.mark.parametrize(
    ("right", "wrong", "p", "verdict"),
    [
        (32, 18, 0.064909, "cannot tell real from made"),
        (40, 10, 0.000024, "can tell real from made"),
        (10, 40, 0.000024, "takes one for the other"),
    ],
)
def test_real_or_made_is_held_against_guessing(tmp_path: Path, right: int, wrong: int, p: float, verdict: str) -> None:
    made = {f"sha256:{at:064x}": at % 2 == 0 for at in range(right + wrong)}
    with AnswerWriter(str(tmp_path / "a.jsonl")) as writer:
        for at, (digest, is_made) in enumerate(made.items()):
            label = "made" if is_made == (at < right) else "real"
            writer.append(Answer(f"{at}.png", digest, "ann", "realism", label, 1.0, AT, {}))
        writer.append(Answer("x.png", f"sha256:{99:064x}", "ann", "realism", "made", 1.0, AT, {}))
        writer.append(Answer("0.png", next(iter(made)), "ben", "realism", None, 1.0, AT, {}))
    found = read_answered(str(tmp_path / "a.jsonl"))
    assert (found.question, found.blind) == ("realism", True)
    (ann,) = told_apart(found.realism, made)
    assert (ann.annotator, ann.answers, ann.right, ann.p, ann.verdict) == ("ann", right + wrong, right, p, verdict)
