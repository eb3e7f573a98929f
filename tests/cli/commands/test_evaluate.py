"""`burnish evaluate`: a run from the predictions of another model."""

import json
import os
from pathlib import Path

from tests.conftest import Burnish

SET = "".join(
    json.dumps({"path": f"{i}.wav", "label": "ab"[i % 2], "kind": "audio", "split": "test" if i > 3 else "train"})
    + "\n"
    for i in range(8)
)


def test_the_run_has_no_model_and_no_file_is_read(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("path,prediction\n4.wav,a\n5.wav,a\n6.wav,a\n")
    result = burnish("evaluate", "--predictions", "p.csv", "--run", "r", stdin=SET)
    assert sorted(os.listdir(tmp_path / "r")) == ["metrics.json", "predictions.jsonl", "run.json"]
    run = json.loads((tmp_path / "r/run.json").read_text())
    assert (run["command"], run["model"], run["score"]["samples"]) == ("evaluate", None, 3)
    assert run["predictions"].startswith("p.csv sha256:")
    assert run["counts"]["left_out"] == {"without a prediction": 1}
    assert "66.7 %" in result.stdout
    assert result.stderr == "left out, without a prediction: 1, such as 7.wav\n"
    assert json.loads(burnish("runs", "--json").stdout)["runs"][0]["model"] is None


def test_groups_are_kept(burnish: Burnish, tmp_path: Path) -> None:
    lines = [{"path": f"{i}.wav", "label": "x", "kind": "audio", "tags": [f"speaker={i // 10}"]} for i in range(60)]
    manifest = "".join(json.dumps(line) + "\n" for line in lines)
    said = [f"{i}.wav,{'x' if i < 30 else 'y'}" for i in range(60)]
    (tmp_path / "p.csv").write_text("\n".join(["path,prediction", *said]))
    found = burnish("evaluate", "--predictions", "p.csv", "--run", "r", "--group", "speaker", "--json", stdin=manifest)
    metrics = json.loads(found.stdout)["metrics"]
    assert (metrics["groups"], metrics["effective_samples"]) == (6, 5), "each speaker is all right or all wrong"
    assert json.loads(found.stdout)["run"]["groups"] == {"key": "speaker", "count": 6}
    assert metrics["per_tag"]["speaker=0"]["groups"] is None, "of one speaker, the recordings are the sample"
    errors = burnish("evaluate", "--predictions", "p.csv", "--run", "r", "--group", "spaker", stdin=manifest, code=2)
    assert errors.stderr.startswith("burnish evaluate: --group 'spaker': no sample has such a tag (did you mean 'spe")


def test_what_is_missing_is_said(burnish: Burnish) -> None:
    assert "name the file of predictions" in burnish("evaluate", "--run", "r", stdin=SET, code=2).stderr
    errors = burnish("evaluate", "--predictions", "p.txt", "--run", "r", stdin=SET, code=2).stderr
    assert errors == "burnish evaluate: cannot read p.txt as predictions: it has to end in .csv or .jsonl\n"
