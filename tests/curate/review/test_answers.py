"""Answers: what a line holds, what stands, and what is left after an accident."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from curate.ground.errors import BurnishError, InputError, ManifestError
from curate.ground.json import encode, loads
from curate.review.answers import Answer, AnswerWriter, Other, Question, now, read_answers, standing

A, B = (f"sha256:{digit * 64}" for digit in "ab")
AT = datetime(2026, 11, 26, 10, 0, 0, 123000, UTC)


def answer(label: str | None = "cat", digest: str = A, annotator: str = "ann", **more: Any) -> Answer:
    question: Question = more.pop("question", "label")
    return Answer("cats/1.jpg", digest, annotator, question, label, 1.5, AT, {}, **more)


def written(folder: Path, *lines: bytes) -> str:
    path = folder / "answers.jsonl"
    path.write_bytes(b"".join(lines))
    return str(path)


LINE = encode(answer()) + b"\n"


def test_a_line_has_the_eight_fields_of_the_contract_and_no_more() -> None:
    assert loads(LINE) == {
        "path": "cats/1.jpg", "digest": A, "annotator": "ann", "question": "label", "label": "cat",
        "seconds": 1.5, "at": "2026-11-26T10:00:00.123000Z", "seen": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    "one",
    [
        answer(None),
        answer(None, reject=True, note="a thumb"),
        answer(None, undo=True),
        answer("dog", question="blind", round=1),
        answer("first", question="pair", other=Other("cats/2.jpg", B)),
        replace(answer(), path="caf\udce9.jpg", seen={"label": "caf\udce9"}),
    ],
    ids=["unsure", "reject", "undo", "repeat", "pair", "not-utf-8"],
)
def test_what_is_written_is_read_back(one: Answer, tmp_path: Path) -> None:
    assert read_answers(written(tmp_path, encode(one), b"\n")).answers == [one]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"digest": "sha256:12"}, "`$.digest`"),
        ({"annotator": ""}, "`$.annotator`"),
        ({"question": "colour"}, "colour"),
        ({"seconds": -1}, "`$.seconds`"),
        ({"at": "2026-11-26T10:00:00"}, "`$.at`"),
        ({"label": 3}, "`$.label`"),
        ({"reject": True}, "it has a label and is a reject as well"),
        ({"undo": True}, "it has a label and is an undo as well"),
        ({"label": None, "undo": True, "reject": True}, "a reject and an undo at once"),
        ({"question": "realism"}, "realism is not answered by 'cat' (known: real, made)"),
        ({"question": "pair", "label": "first"}, "a question about a pair"),
        ({"other": {"path": "x", "digest": B}}, "a question about a pair"),
        ({"seen": ["label"]}, "`$.seen`"),
    ],
)
def test_what_is_no_answer_is_an_error_with_file_and_line(
    change: dict[str, object], problem: str, tmp_path: Path
) -> None:
    path = written(tmp_path, LINE, b"\n", encode({**loads(LINE), **change}), b"\n", LINE)
    with pytest.raises(ManifestError) as error:
        read_answers(path)
    assert str(error.value).startswith(f"{path}:3: not an answer: ")
    assert problem in str(error.value)


def test_a_field_that_is_not_there_is_named(tmp_path: Path) -> None:
    fields = loads(LINE)
    del fields["seen"]
    with pytest.raises(ManifestError, match=r":1: not an answer: missing required field `seen`"):
        read_answers(written(tmp_path, encode(fields), b"\n"))


def test_null_is_the_same_as_a_field_that_is_not_there(tmp_path: Path) -> None:
    every_column = {**loads(LINE), "label": None, "other": None, "note": None, "round": None, "reject": None}
    assert read_answers(written(tmp_path, encode(every_column), b"\n")).answers == [answer(None)]


@pytest.mark.parametrize("length", [1, 9, 40, len(LINE) - 2])
@pytest.mark.parametrize("zeros", [0, 100])
def test_half_a_last_line_is_left_out_and_cut_off_before_more_is_written(
    length: int, zeros: int, tmp_path: Path
) -> None:
    path = written(tmp_path, LINE, LINE[:length], b"\0" * zeros)
    found = read_answers(path)
    assert found.answers == [answer()]
    assert found.cut == f"{path}:2: this last line was cut off as it was written; it is left out"
    with AnswerWriter(path) as writer:
        assert writer.told == [found.cut]
        writer.append(answer("dog"))
    assert read_answers(path) == ([answer(), answer("dog")], "", os.path.getsize(path))


def test_a_whole_last_line_counts_without_its_line_feed(tmp_path: Path) -> None:
    path = written(tmp_path, LINE.rstrip())
    with AnswerWriter(path) as writer:
        assert writer.told == []
        writer.append(answer("dog"))
    assert Path(path).read_bytes() == LINE + encode(answer("dog")) + b"\n"


@pytest.mark.parametrize(
    "content",
    [b"buy milk", b'{"path":"a.jpg","label":"cat"}', b'{"path":"a.jpg"}\n', b"\x89PNG\r\n", LINE + b"milk"],
)
def test_a_file_of_something_else_is_refused_and_stays_as_it_is(content: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, content)
    with pytest.raises(ManifestError):
        AnswerWriter(path)
    assert Path(path).read_bytes() == content


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot keep answers in /dev/null: it is no file"):
        AnswerWriter("/dev/null")
    with pytest.raises(InputError, match="Is a directory"):
        AnswerWriter(str(tmp_path))


def test_a_file_has_one_writer(tmp_path: Path) -> None:
    path = str(tmp_path / "answers.jsonl")
    with AnswerWriter(path), pytest.raises(BurnishError, match="another review is writing to"):
        AnswerWriter(path)
    AnswerWriter(path).close()


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, LINE)
    with AnswerWriter(path) as writer:

        def half(descriptor: int, data: bytes) -> None:
            os.write(descriptor, data[:20])
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr("curate.review.answers.write_all", half)
            with pytest.raises(OSError, match="No space"):
                writer.append(answer("dog"))
        assert Path(path).read_bytes() == LINE
        writer.append(answer("hat"))
        assert writer.answers == [answer(), answer("hat")]


def test_what_was_appended_survives_a_kill(tmp_path: Path) -> None:
    path = str(tmp_path / "answers.jsonl")
    program = f"""
import sys
from tests.curate.review.test_answers import answer
from curate.review.answers import AnswerWriter
writer = AnswerWriter({path!r})
for number in range(1000):
    writer.append(answer(str(number)))
    print(number, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(37):
            last = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.wait()
    labels = [one.label for one in read_answers(path).answers]
    assert len(labels) > last
    assert labels == [str(number) for number in range(len(labels))]


def test_the_latest_answer_of_each_annotator_digest_and_question_stands() -> None:
    given = [
        answer("cat"), answer("cat", B), answer("hat", annotator="bob"), answer(None, question="reject", reject=True),
        answer("dog"), replace(answer("cow"), path="moved/1.jpg"),
    ]  # fmt: skip
    assert standing(given) == [given[5], given[1], given[2], given[3]]


def test_undo_gives_back_what_stood_before_to_any_depth() -> None:
    undo = answer(None, undo=True)
    given = [answer("cat"), answer("dog"), answer(None, reject=True)]
    assert standing([*given, undo]) == [answer("dog")]
    assert standing([*given, undo, undo]) == [answer("cat")]
    assert standing([*given, undo, undo, undo]) == []
    assert standing([*given, undo, undo, undo, undo, answer("hat")]) == [answer("hat")]
    assert standing([*given, replace(undo, digest=B)]) == [given[2]]


def test_a_repeat_is_no_second_vote() -> None:
    first, again = answer("cat", question="blind"), answer("dog", question="blind", round=1)
    assert standing([first, again]) == [first]
    assert standing([first, again], repeats=True) == [first, again]


def test_pairs_of_exact_copies_are_told_apart_by_their_paths() -> None:
    one, two = (answer("first", question="pair", other=Other(path, A)) for path in ("copy1.jpg", "copy2.jpg"))
    assert standing([one, two]) == [one, two]


def test_times_are_of_milliseconds() -> None:
    assert now().microsecond % 1000 == 0
    assert now().tzinfo is UTC
