"""`burnish issues`: report, findings in the pipe, runs, and what it says where it cannot."""

import json
from pathlib import Path

import pytest
import soundfile

from curate.ground.json import encode
from tests.baselines.label_errors.test_cross_fit import swapped
from tests.baselines.samples import tones
from tests.conftest import Burnish

QUICK = ("--model", "logistic", "--folds", "4", "--plantings", "1", "--no-cache", "--feature", "base")


@pytest.fixture
def manifest(tmp_path: Path) -> str:
    """Twelve tones of each of two pitches; the fourth has the wrong label."""
    samples = swapped(tones(tmp_path / "a", 12), 3)
    (tmp_path / "set.jsonl").write_bytes(b"".join(encode(one) + b"\n" for one in samples))
    return "set.jsonl"


def test_the_shape_that_scripts_rely_on(burnish: Burnish, tmp_path: Path, manifest: str) -> None:
    found = json.loads(burnish("issues", manifest, *QUICK, "--json").stdout)
    (one,) = found["samples"]
    assert one["path"].endswith("low_3.wav")
    assert (one["label"], one["suggested"], one["kind"]) == ("high", "low", "wrong-label")
    assert 0 <= one["score"] < 0.5
    assert found["judged"][0]["planted"]["planted"] == 1


def test_findings_go_into_the_pipe_and_nothing_is_dropped(burnish: Burnish, tmp_path: Path, manifest: str) -> None:
    result = burnish("issues", manifest, *QUICK, "-o", "-")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == 24
    flagged = [line for line in lines if line.get("findings")]
    assert [one["findings"][0]["check"] for one in flagged] == ["wrong-label"]
    assert flagged[0]["suggested"] == "low"
    assert "looked at 24 labels: 1 wrong-label" in result.stderr
    # What it wrote is read by the next command, and by itself.
    again = burnish("issues", "-", *QUICK, "-o", "again.jsonl", "--json", stdin=result.stdout)
    assert (tmp_path / "again.jsonl").read_text() == result.stdout
    assert len(json.loads(again.stdout)["samples"]) == 1
    burnish("clean", "--drop", "wrong-label", "--keep", "label-conflict", stdin="")


def test_the_page_and_the_tables(burnish: Burnish, tmp_path: Path, manifest: str) -> None:
    shown = burnish("issues", manifest, *QUICK).stdout
    assert "wrong-label" in shown
    assert "finds at least" in shown
    burnish("issues", manifest, *QUICK, "--html", "i.html")
    page = (tmp_path / "i.html").read_text()
    assert "high → low" in page
    assert "<audio" in page


def test_a_run_that_held_groups_apart_is_fitted_again(burnish: Burnish, tmp_path: Path, manifest: str) -> None:
    words = ["train", manifest, "--run", "r", "--model", "logistic", "--folds", "3", "--no-cache"]
    burnish(*words, "--group", "{}_{speaker}")
    result = burnish("issues", "r", "--plantings", "0", "--no-cache", "--json")
    assert (
        "held {}_{speaker} apart, and a model doubts the labels of a new one: its model was fitted again"
        in result.stderr
    )
    assert json.loads(result.stdout)["samples"][0]["path"].endswith("low_3.wav")
    (tmp_path / manifest).unlink()
    error = burnish("issues", "r", code=2).stderr.splitlines()[-1]
    assert error == (
        "burnish issues: the manifest that r was made of is not where it was, or has changed; name it: "
        "burnish issues r MANIFEST"
    )


@pytest.mark.parametrize("form", ["columns", "object", "jsonl"])
def test_probabilities_from_elsewhere(burnish: Burnish, tmp_path: Path, manifest: str, form: str) -> None:
    samples = [json.loads(line) for line in (tmp_path / manifest).read_text().splitlines()]
    rows = []
    for one in samples:
        low = 0.98 if Path(one["path"]).name.startswith("low") else 0.03
        shares = {"low": low, "high": round(1 - low, 2)}
        rows.append((one["path"], max(shares, key=lambda name: shares[name]), shares))
    if form == "jsonl":
        text = "".join(json.dumps({"path": p, "prediction": y, "probabilities": s}) + "\n" for p, y, s in rows)
    elif form == "columns":
        text = "path,prediction,p:low,p:high\n" + "".join(f"{p},{y},{s['low']},{s['high']}\n" for p, y, s in rows)
    else:
        cells = ((p, y, json.dumps(s).replace('"', '""')) for p, y, s in rows)
        text = "path,prediction,probabilities\n" + "".join(f'{p},{y},"{s}"\n' for p, y, s in cells)
    name = "said.jsonl" if form == "jsonl" else "said.csv"
    (tmp_path / name).write_text(text)
    burnish("evaluate", manifest, "--predictions", name, "--run", "r")
    for one in samples:
        Path(one["path"]).unlink()
    found = json.loads(burnish("issues", "r", "--json").stdout)
    assert [(Path(one["path"]).name, one["score"], one["suggested"]) for one in found["samples"]] == [
        ("low_3.wav", 0.02, "low")
    ]
    written = burnish("issues", "r", manifest, "-o", "flagged.jsonl", "--json")
    assert json.loads(written.stdout) == found
    assert (tmp_path / "flagged.jsonl").read_text().count("wrong-label") == 1


def test_one_thing_has_one_label(burnish: Burnish, tmp_path: Path, manifest: str) -> None:
    found = json.loads(burnish("issues", manifest, *QUICK, "--same", "{}_{id}", "--json").stdout)
    assert found["counts"].get("conflict", 0) == 22, "low_1 and high_1 are one thing; low_3 and high_3 agree"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("set.jsonl", "other.jsonl"), "set.jsonl is no run, and a second manifest is not read"),
        (("set.jsonl", "-o", "-", "--json"), "-o -: standard output takes the manifest or the report"),
        (("set.jsonl", "--model", "majority"), "--model majority says nothing of a sample"),
        (("set.jsonl", "--model", "svn"), "--model 'svn' is unknown (did you mean 'svm'?)"),
        (("set.jsonl", "--feature", "smell"), "--feature 'smell' is unknown"),
    ],
)
def test_what_makes_no_sense(burnish: Burnish, manifest: str, words: tuple[str, ...], message: str) -> None:
    assert message in burnish("issues", *words, code=2).stderr.splitlines()[-1]


def test_a_folder_without_a_run(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    assert "d is a folder, not a manifest" in burnish("issues", "d", code=2).stderr


def test_a_file_that_cannot_be_read_is_counted(burnish: Burnish, tmp_path: Path, manifest: str) -> None:
    path = json.loads((tmp_path / manifest).read_text().splitlines()[0])["path"]
    soundfile.write(path, [0.0] * 10, 8000)
    Path(path).write_bytes(b"RIFF")
    assert "left out, unreadable: 1" in burnish("issues", manifest, *QUICK, "--json").stderr
