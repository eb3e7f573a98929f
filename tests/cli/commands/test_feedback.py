"""`burnish feedback`: predictions and outcomes."""

import json
from pathlib import Path

import pytest

from tests.conftest import Burnish

LOG = "".join(
    json.dumps({"path": f"{n}.jpg", "prediction": "cat", "at": f"2026-01-0{n + 1}T00:00:00Z"}) + "\n" for n in range(4)
)


@pytest.fixture
def files(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(LOG)
    (tmp_path / "o.csv").write_text("path,label,at\n0.jpg,cat,2026-01-03\n1.jpg,dog,2026-01-03T12:00\nx.jpg,cat,\n")


def test_labelled_ones_go_on_and_the_others_wait(burnish: Burnish, files: None, tmp_path: Path) -> None:
    result = burnish(
        "feedback", "log.jsonl", "o.csv", "--time", "at", "--rejects", "wait.jsonl", "-o", "labelled.jsonl"
    )
    assert result.stderr.splitlines() == [
        "2 of 4 predictions are labelled now; 2 have no outcome yet",
        "1 outcomes are of no prediction",
        "right: 50.0 % of 2 that came back, which need not be like the others",
        "lag: half within 36.0 h, nine in ten within 2.0 days, all within 2.0 days",
    ]
    made = [json.loads(line) for line in (tmp_path / "labelled.jsonl").read_text().splitlines()]
    assert [(one["label"], one["lag_s"]) for one in made] == [("cat", 172800), ("dog", 129600)]
    assert (tmp_path / "wait.jsonl").read_text() == "".join(LOG.splitlines(keepends=True)[2:])


def test_the_result_is_a_manifest_for_the_next_command(burnish: Burnish, files: None) -> None:
    labelled = burnish("feedback", "log.jsonl", "o.csv").stdout
    assert "cat" in burnish("balance", stdin=labelled).stdout
    assert burnish("feedback", "-", "o.csv", stdin=LOG).stdout == labelled


def test_a_key_with_two_predictions_writes_nothing(burnish: Burnish, files: None, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(LOG + LOG)
    said = burnish("feedback", "log.jsonl", "o.csv", "-o", "out.jsonl", "--rejects", "r.jsonl", code=2).stderr
    assert "log.jsonl:5: path 0.jpg has a prediction in line 1 already; keep one" in said
    assert not (tmp_path / "out.jsonl").exists()
    assert not (tmp_path / "r.jsonl").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("log.jsonl gone.csv", "cannot read gone.csv"),
        ("log.jsonl o.csv --key order", "has no column 'order'"),
        ("log.jsonl o.csv --rejects log.jsonl", "that is an input"),
        ("log.jsonl o.csv -o photo.jpg", "name of a media file"),
    ],
)
def test_what_cannot_be_joined_is_refused(burnish: Burnish, files: None, words: str, said: str) -> None:
    assert said in burnish("feedback", *words.split(), code=2).stderr
