"""`burnish runs`: one line for each run."""

import json
import os
from pathlib import Path

import msgspec
import pytest

from baselines.runs.run_folder import write_run
from tests.baselines.runs.test_run_folder import METRICS, PREDICTIONS, RUN
from tests.conftest import Burnish


def test_a_line_for_each_run(burnish: Burnish, tmp_path: Path) -> None:
    other = msgspec.structs.replace(RUN, parameters={"model": "svm", "feature": ["hog"], "seed": 0})
    write_run(str(tmp_path / "runs/a"), RUN, METRICS, PREDICTIONS)
    write_run(str(tmp_path / "runs/b"), other, METRICS, PREDICTIONS)
    lines = [line.split() for line in burnish("runs", "runs").stdout.splitlines() if "runs/" in line]
    assert lines[0] == ["runs/a", "2026-01-02", "03:04", "abc", "train", "2", "50.0", "%", "33.0", "%"]
    assert lines[1][5:7] == ["model=svm", "feature=hog"]
    found = json.loads(burnish("runs", "--json").stdout)
    assert [line["run"] for line in found["runs"]] == ["./runs/a", "./runs/b"]


def test_no_runs_and_no_folder(burnish: Burnish) -> None:
    assert burnish("runs").stdout == "no runs under .; make one:  burnish train set.jsonl --run runs/first\n"
    assert burnish("runs", "gone", code=2).stderr == (
        "burnish runs: gone is not there; make a run with burnish train\n"
    )


def test_mlflow_is_asked_only_when_it_is_wanted(
    burnish_process: Burnish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "path" / "mlflow"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "tracking.py").write_text(
        "from types import SimpleNamespace as N\n"
        "class MlflowClient:\n"
        "    def __init__(self, tracking_uri): self.log = open('log', 'a')\n"
        "    def get_experiment_by_name(self, name): return N(experiment_id='7')\n"
        "    def search_runs(self, *a, **k): return []\n"
        "    def create_run(self, *a, **k): return N(info=N(run_id='1'))\n"
        "    def __getattr__(self, name): return lambda *a, **k: print(name, *a, file=self.log)\n"
    )
    write_run(str(tmp_path / "r"), RUN, METRICS, PREDICTIONS)
    errors = burnish_process("runs", "r", "--mlflow", "file:x", code=2).stderr
    assert errors.startswith("burnish runs: --mlflow needs mlflow, which is not installed")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))
    assert burnish_process("runs", "r", "--mlflow", "file:x").stderr.startswith("logged 1 of 1 runs to file:x")
    assert "log_metric 1 accuracy 0.5" in (tmp_path / "log").read_text()
    assert os.environ["PYTHONPATH"]
