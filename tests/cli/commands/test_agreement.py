"""`burnish agreement`: table, JSON, page, and human levels that `weak` takes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from baselines.runs.run_folder import write_predictions
from curate.review.answers import Answer, AnswerWriter
from tests.baselines.predicted import answers
from tests.conftest import Burnish

EVIL = "<script>x</script>\x1b[31m"
LABELS = "path,annotator,label,tags\n" + "".join(
    f"{number},{name},{label},{'dark' if number < 10 else ''}\n"
    for number in range(50)
    for name, label in (("ann", "y" if number < 25 else "n"), ("bob", "y" if number < 20 or number >= 40 else "n"))
)
"""Cohen's table [[20, 5], [10, 15]]."""


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    (tmp_path / "labels.csv").write_text(LABELS)
    return tmp_path / "labels.csv"


def test_json(burnish: Burnish, labels: Path) -> None:
    report = json.loads(burnish("agreement", "labels.csv", "--json").stdout)
    assert report["pairs"] == [
        {"annotators": ["ann", "bob"], "samples": 50, "agreement": 0.7, "kappa": pytest.approx(0.4)}
    ]
    assert report["alpha"] == pytest.approx(1 - 99 * 30 / (2 * 55 * 45))
    assert report["disagreements"] == [{"labels": ["n", "y"], "samples": 15}]
    assert [(level["tag"], level["human"]) for level in report["human_level"]] == [("(all)", 0.7), ("dark", 1.0)]


def test_the_table(burnish: Burnish, labels: Path) -> None:
    lines = [line.rstrip() for line in burnish("agreement", "labels.csv").stdout.splitlines()]
    assert "50 samples, 50 with two labels or more, 2 annotators, 2 labels" in lines
    assert next(line for line in lines if line.startswith("ann and bob")).split()[3:6] == ["50", "70.0", "0.400"]
    alpha = next(line for line in lines if line.startswith("Krippendorff"))
    assert alpha.startswith("Krippendorff's alpha 0.400: too low to rely on the labels (below 0.667)")
    assert "the human level is measured against the other annotators" in lines
    assert next(line for line in lines if line.startswith("ann  ")).split()[1:3] == ["50", "70.0"]


def test_the_kappa_of_fleiss_says_of_which_samples(burnish: Burnish, tmp_path: Path) -> None:
    rows = [f"{i},{name},x" for i in range(5) for name in ("ann", "bob", "eve")[: 3 if i < 2 else 2]]
    rows[1] = "0,bob,y"
    (tmp_path / "labels.csv").write_text("path,annotator,label\n" + "\n".join(rows) + "\n")
    shown = burnish("agreement", "labels.csv", "--html", "g.html").stdout + burnish("agreement", "labels.csv").stdout
    assert "of the 3 of 5 samples that have 2 labels each" in shown
    assert "of 3 of 5 samples" in (tmp_path / "g.html").read_text()


@pytest.mark.parametrize("form", ["csv", "json"])
def test_weak_takes_the_human_levels(burnish: Burnish, labels: Path, tmp_path: Path, form: str) -> None:
    (tmp_path / "run").mkdir()
    write_predictions(str(tmp_path / "run" / "predictions.jsonl"), answers((5, True, ("dark",)), (5, False, ("far",))))
    result = burnish("agreement", "labels.csv", "--human-level", "human.csv", "--json")
    assert result.stderr == "wrote human.csv\n"
    (tmp_path / "human.json").write_text(result.stdout)
    report = json.loads(burnish("weak", "run", "--human", f"human.{form}", "--json").stdout)
    assert {found["tag"]: found["human"] for found in report["tags"]} == {"dark": 1.0, "far": 0.7}


def test_against_a_manifest(burnish: Burnish, labels: Path, tmp_path: Path) -> None:
    samples = [{"path": str(number), "label": "y" if number < 25 else "n", "tags": ["far"]} for number in range(45)]
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    report = json.loads(burnish("agreement", "labels.csv", "--manifest", "set.jsonl", "--json").stdout)
    assert (report["measured_against"], report["unknown"]) == ("manifest", 5)
    levels = {level["tag"]: level for level in report["human_level"]}
    assert levels["(all)"]["human"] == levels["far"]["human"] == (45 + 20 + 15) / 90
    assert levels["dark"] == {
        "tag": "dark",
        "human": 1.0,
        "samples": 10,
        "interval": [pytest.approx(0.7225, abs=1e-4), 1],
    }
    shown = burnish("agreement", "labels.csv", "--manifest", "set.jsonl").stdout
    assert "the human level is measured against the manifest's labels" in shown
    assert "5 samples have no label in the manifest and are in no human level" in shown


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,annotator,label\n1,ann,x\n", "labels.csv has one annotator only (ann); agreement needs two or more"),
        ("path,annotator,label\n1,ann,x\n1,ann,x\n", "labels.csv has one annotator only (ann)"),
        (
            "path,annotator,label\n1,ann,x\n1,bob,x\n1,ann,x\n",
            "labels.csv:4: ann labelled 1 before, in line 2; keep one",
        ),
        ("path,annotator\n1,ann\n", "labels.csv has no column 'label'"),
        ("", "labels.csv is empty; its first line has to be path,annotator,label"),
        ("path,annotator,label\n1,ann,x\n2,bob,x\n", "no sample was labelled by two annotators"),
        (None, "cannot read labels.csv: No such file or directory"),
    ],
    ids=["one annotator", "one twice", "twice", "no column", "empty", "apart", "gone"],
)
def test_bad_input_is_one_line(burnish: Burnish, tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "labels.csv").write_text(text)
    errors = burnish("agreement", "labels.csv", code=2).stderr
    assert errors.startswith(f"burnish agreement: {message}")
    assert errors.count("\n") == 1


def test_inputs_are_not_written_over(burnish: Burnish, labels: Path) -> None:
    errors = burnish("agreement", "labels.csv", "--human-level", "labels.csv", code=2).stderr
    assert errors == "burnish agreement: --human-level labels.csv: that is an input; name another file\n"
    assert (
        "that is the name of a media file"
        in burnish("agreement", "labels.csv", "--human-level", "a.wav", code=2).stderr
    )
    assert labels.read_text() == LABELS


def test_names_are_escaped(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(f"path,annotator,label\n1,{EVIL},{EVIL}\n1,bob,x\n2,bob,x\n2,{EVIL},x\n")
    assert "\x1b" not in burnish("agreement", "labels.csv").stdout
    burnish("agreement", "labels.csv", "--html", "g.html")
    text = (tmp_path / "g.html").read_text()
    assert text.count("<script") == 1
    assert "&lt;script&gt;" in text
    assert text.count("<svg") == text.count('role="img"') == 5


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_terminal(labels: Path, columns: int, fits: Callable[..., str]) -> None:
    report = "agree(read_annotations('labels.csv'))"
    module = "baselines.annotators.agreement import *; from baselines.annotators.annotations"
    assert "ann and bob" in fits("agreement", module, report, columns, labels.parent)


def test_real_or_made_is_held_against_the_manifest(burnish: Burnish, tmp_path: Path) -> None:
    digests = [f"sha256:{at:064x}" for at in range(50)]
    samples = [
        {"path": f"{at}.png", "label": "cat", "tags": ["dark"] if at < 10 else [], "digest": digest}
        | ({"origin": {"source": "x.png", "recipe": "photos-wear"}} if at % 2 else {})
        for at, digest in enumerate(digests)
    ]
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    with AnswerWriter(str(tmp_path / "a.jsonl")) as writer:
        for at, digest in enumerate(digests):
            word = "made" if (at % 2 == 1) == (at < 32) else "real"
            # Of another folder than the manifest's paths: the bytes say which sample it is.
            moment = datetime(2026, 1, 2, tzinfo=UTC)
            writer.append(Answer(f"elsewhere/{at}.png", digest, "ann", "realism", word, 1.0, moment, {}))
    result = json.loads(burnish("agreement", "a.jsonl", "--manifest", "set.jsonl", "--json").stdout)
    assert result["told_apart"] == [
        {"annotator": "ann", "answers": 50, "right": 32, "share": 0.64, "p": 0.064909,
         "verdict": "cannot tell real from made"}
    ]  # fmt: skip
    assert {one["tag"]: one["human"] for one in result["human_level"]} == {"(all)": 0.64, "dark": 1.0}
    assert result["measured_against"] == "what was made"
    shown = burnish("agreement", "a.jsonl", "--manifest", "set.jsonl").stdout
    burnish("agreement", "a.jsonl", "--manifest", "set.jsonl", "--html", "a.html")
    assert "cannot tell real from made" in shown
    assert "what the manifest says was made" in shown
    assert "Real or made?" in (tmp_path / "a.html").read_text()
    assert (
        "what is real and what made, the manifest says: --manifest FILE"
        in burnish("agreement", "a.jsonl", code=2).stderr
    )
