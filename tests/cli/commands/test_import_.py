"""`burnish import`: labels of people from other tools, as a manifest and as answers."""

import json
from pathlib import Path

import pytest

from curate.review.answers import read_answers
from tests.conftest import Burnish

DIGEST = f"sha256:{1:064x}"
LINE = {"path": "a.png", "label": "x", "kind": "image", "digest": DIGEST}


def write_export(path: Path, *labels: str, split: str | None = None) -> None:
    """Write what Label Studio exports of one task with an annotation for each label."""
    sample = json.dumps({**LINE, **({"split": split} if split else {})})
    annotations = [
        {
            "completed_by": {"email": f"{at}@x.org"},
            "created_at": f"2026-11-26T10:00:0{at}Z",
            "lead_time": 1.5,
            "result": [{"type": "choices", "value": {"choices": [label]}}],
        }
        for at, label in enumerate(labels)
    ]
    path.write_text(json.dumps([{"data": {"image": "x", "sample": sample}, "annotations": annotations}]))


def test_a_changed_label_is_recorded_and_can_be_undone(burnish: Burnish, tmp_path: Path) -> None:
    write_export(tmp_path / "e.json", "y", "y", "x")
    result = burnish("import", "e.json", "--from", "label-studio", "-o", "new.jsonl")
    assert "read 1 sample; 1 have another label than before" in result.stderr
    found = json.loads((tmp_path / "new.jsonl").read_text())
    assert found["label"] == "y"
    assert found["origin"]["relabelled"][0]["by"] == ["0@x.org", "1@x.org"]
    assert json.loads(burnish("relabel", "new.jsonl", "--undo").stdout) == LINE


def test_test_labels_stay_unless_somebody_adjudicates(burnish: Burnish, tmp_path: Path) -> None:
    write_export(tmp_path / "e.json", "y", split="test")
    result = burnish("import", "e.json", "--from", "label-studio")
    assert json.loads(result.stdout)["label"] == "x"
    assert "of the test split, whose labels change by --rule adjudicated only: 1, such as a.png" in result.stderr
    judged = ("--rule", "adjudicated", "--adjudicator", "0@x.org")
    assert json.loads(burnish("import", "e.json", "--from", "label-studio", *judged).stdout)["label"] == "y"


def test_annotations_become_answers_once(burnish: Burnish, tmp_path: Path) -> None:
    write_export(tmp_path / "e.json", "y", "x")
    words = ("import", "e.json", "--from", "label-studio", "--answers", "answers.jsonl")
    assert "wrote 2 answers" in burnish(*words).stderr
    assert "wrote 0 answers" in burnish(*words).stderr, "the same export again is no second opinion"
    answers = read_answers(str(tmp_path / "answers.jsonl")).answers
    assert [(one.annotator, one.label, one.seconds, one.digest) for one in answers] == [
        ("0@x.org", "y", 1.5, DIGEST),
        ("1@x.org", "x", 1.5, DIGEST),
    ]
    assert json.loads(burnish("agreement", "answers.jsonl", "--json").stdout)["blind"] is False


def test_samples_that_a_manifest_does_not_have_are_named(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text(json.dumps(LINE) + "\n")
    (tmp_path / "t.csv").write_text("path,label\na.png,y\nb.png,y\n")
    result = burnish("import", "t.csv", "--from", "csv", "--manifest", "set.jsonl")
    assert json.loads(result.stdout)["label"] == "y"
    assert "not in set.jsonl: 1, such as b.png" in result.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("e.json",), "which format?"),
        (("gone.json", "--from", "cvat"), "cannot read gone.json"),
        ((".", "--from", "csv"), ". is a folder; name the file"),
        (("e.json", "--from", "csv", "--adjudicator", "x"), "--adjudicator goes with --rule adjudicated"),
        (("empty.json", "--from", "label-studio"), "empty.json holds no sample"),
        (("e.json", "--from", "cvat"), "e.json is no XML"),
    ],
)
def test_what_makes_no_sense(burnish: Burnish, tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    write_export(tmp_path / "e.json", "y")
    (tmp_path / "empty.json").write_text("[]")
    assert message in burnish("import", *words, code=2).stderr
