"""`burnish relabel`: answers, tables and new names into the manifest, and back."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from curate.review.answers import Answer, AnswerWriter
from tests.conftest import Burnish

DIGESTS = [f"sha256:{at:064x}" for at in range(4)]


@pytest.fixture
def manifest(tmp_path: Path) -> str:
    lines = [
        {"path": f"{at}.png", "label": "cat", "digest": digest, "theirs": at, **({"split": "test"} if at == 3 else {})}
        for at, digest in enumerate(DIGESTS)
    ]
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return "set.jsonl"


def write_answers(path: Path, annotator: str, **labels: str) -> None:
    """Write answers: `x0="dog"` is one to the first sample."""
    with AnswerWriter(str(path)) as writer:
        for name, label in labels.items():
            at = int(name[1:])
            digest = DIGESTS[at] if at < 4 else f"sha256:{9:064x}"
            moment = datetime(2026, 1, 2, tzinfo=UTC)
            writer.append(Answer(f"{at % 4}.png", digest, annotator, "label", label, 1.0, moment, {"label": "cat"}))


def test_answers_change_labels_and_undo_gives_the_file_back(burnish: Burnish, tmp_path: Path, manifest: str) -> None:
    write_answers(tmp_path / "anna.jsonl", "anna", x0="dog", x1="cat", x3="dog", x6="cow")
    result = burnish("relabel", manifest, "--answers", "anna.jsonl", "-o", "new.jsonl")
    assert result.stderr.splitlines() == [
        "relabelled 1 of 4 samples: 'cat' → 'dog' 1",
        "note: no sample had the label 'dog' before (1 now)",
        "confirmed: 1",
        "void, the file is not the one that was seen: 1, such as 2.png",
        "of the test split, whose labels change by --rule adjudicated only: 1, such as 3.png",
    ]
    assert [json.loads(line)["label"] for line in (tmp_path / "new.jsonl").read_text().splitlines()] == [
        "dog", "cat", "cat", "cat",
    ]  # fmt: skip
    burnish("relabel", "new.jsonl", "--undo", "-o", "back.jsonl")
    before, after = ((tmp_path / name).read_text().splitlines() for name in (manifest, "back.jsonl"))
    assert list(map(json.loads, after)) == list(map(json.loads, before))
    assert "no label of this manifest was changed" in burnish("relabel", "back.jsonl", "--undo").stderr


def test_several_files_of_answers_and_adjudication(burnish: Burnish, tmp_path: Path, manifest: str) -> None:
    write_answers(tmp_path / "anna.jsonl", "anna", x0="dog", x3="dog")
    write_answers(tmp_path / "ben.jsonl", "ben", x0="cow", x3="cow")
    both = ("--answers", "anna.jsonl", "--answers", "ben.jsonl")
    assert "without a decision by the rule majority: 1" in burnish("relabel", manifest, *both).stderr
    result = burnish("relabel", manifest, *both, "--rule", "adjudicated", "--adjudicator", "ben")
    assert [json.loads(line)["label"] for line in result.stdout.splitlines()] == ["cow", "cat", "cat", "cow"]


def test_a_table_and_a_new_name(burnish: Burnish, tmp_path: Path, manifest: str) -> None:
    (tmp_path / "t.csv").write_text("path,label\n0.png,dog\ngone.png,dog\n")
    result = burnish("relabel", manifest, "--table", "t.csv")
    assert json.loads(result.stdout.splitlines()[0])["label"] == "dog"
    assert "answers about files that the manifest does not have: 1, such as gone.png" in result.stderr
    result = burnish("relabel", manifest, "--map-label", "cat=kitten", "--map-label", "catt=x")
    assert result.stdout.count('"kitten"') >= 4
    assert "no sample has the label 'catt' (did you mean 'cat'?)" in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "nothing to change; give --answers FILE"),
        (("--undo", "--map-label", "a=b"), "--map-label and --undo: one of them"),
        (("--table", "t.csv", "--adjudicator", "x"), "--adjudicator goes with --rule adjudicated"),
        (("--answers", "a.jsonl", "--rule", "adjudicated"), "whose word decides? --adjudicator NAME"),
        (("--answers", "gone.jsonl"), "cannot read gone.jsonl: No such file"),
        (("--map-label", "x"), "--map-label 'x' is not OLD=NEW"),
    ],
)
def test_what_makes_no_sense(burnish: Burnish, manifest: str, words: tuple[str, ...], message: str) -> None:
    result = burnish("relabel", manifest, *words, code=2)
    assert message in result.stderr
    assert result.stdout == ""
