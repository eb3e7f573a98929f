"""The folder of a run: whole or not at all, and never someone else's."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from baselines.data.predictions import Prediction
from baselines.metrics.metrics import measure
from baselines.runs import run_folder
from baselines.runs.run_folder import (
    check_run_folder,
    predictions_of_run,
    read_predictions,
    read_run,
    write_predictions,
    write_run,
)
from baselines.runs.run_record import Cost, Counts, ManifestRecord, Run, Score
from curate.ground.errors import InputError, ManifestError, UsageError
from tests.baselines.predicted import predicted
from tests.conftest import ROOT
from tests.soak import some

PREDICTIONS = [Prediction("a.wav", "x", "x"), Prediction("b.wav", "y", "x")]
METRICS = measure(PREDICTIONS)
RUN = Run(
    command="train",
    created="2026-01-02T03:04:05+00:00",
    arguments=("train",),
    directory="/d",
    manifest=ManifestRecord("sha256:abc", 2, {"x": 1, "y": 1}, {"none": 2}),
    counts=Counts(2, 2),
    evaluation="test split",
    parameters={"model": "auto", "seed": 0},
    score=Score(2, 0.5, (0.1, 0.9), 0.5, 0.33, 0.5),
    cost=Cost(1, 2, 3),
)


def test_a_run_comes_back_as_it_was(tmp_path: Path) -> None:
    folder = str(tmp_path / "deep" / "run")
    write_run(folder, RUN, METRICS, PREDICTIONS, b"model")
    assert sorted(os.listdir(folder)) == ["metrics.json", "model.skops", "predictions.jsonl", "run.json"]
    assert read_run(folder) == RUN
    assert read_predictions(os.path.join(folder, "predictions.jsonl")) == PREDICTIONS
    metrics = msgspec.json.decode(Path(folder, "metrics.json").read_bytes())
    assert metrics["accuracy"] == 0.5
    assert metrics["confusion"] == {"labels": ["x", "y"], "matrix": [[1, 0], [1, 0]]}


def test_a_run_takes_the_place_of_another_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    folder = str(tmp_path / "run")
    write_run(folder, RUN, METRICS, PREDICTIONS, b"model")
    (tmp_path / "run" / "notes.txt").write_text("mine")
    check_run_folder(folder)
    write_run(folder, RUN, METRICS, PREDICTIONS)
    assert sorted(os.listdir(folder)) == ["metrics.json", "notes.txt", "predictions.jsonl", "run.json"]


@pytest.mark.parametrize("names", [[], ["run.json", "x"], ["predictions.jsonl"], [".run.json.x.tmp"]], ids=",".join)
def test_folders_that_may_be_written_into(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).touch()
    check_run_folder(str(tmp_path))
    check_run_folder(str(tmp_path / "new"))


@pytest.mark.parametrize("names", [["x"], ["metrics.json", "x"]], ids=",".join)
def test_a_folder_of_someone_else_is_refused(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(UsageError, match="the folder is not empty and holds no run; name a new folder"):
        check_run_folder(str(tmp_path))


def test_a_file_and_an_empty_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="that is a file"):
        check_run_folder(str(tmp_path / "file"))
    with pytest.raises(UsageError, match="--run is empty"):
        check_run_folder("")


@pytest.mark.parametrize(
    ("text", "message"),
    [(None, "no run in .*: there is no run.json; make one with burnish train"), ("{", "is not the record of a run")],
)
def test_what_is_no_run_is_said(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "run.json").write_text(text)
    with pytest.raises(InputError, match=message):
        read_run(str(tmp_path))


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    run = msgspec.structs.replace(RUN, directory="/d/\udcff")
    odd = [Prediction("\udcff.wav", "x", "x")]
    write_run(str(tmp_path), run, METRICS, odd)
    assert b"\\udcff" in (tmp_path / "run.json").read_bytes()
    assert read_predictions(str(tmp_path / "predictions.jsonl")) == odd


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match=r"cannot write the run .*: Not a directory"):
        write_run(str(tmp_path / "file" / "run"), RUN, METRICS, PREDICTIONS)


@pytest.mark.parametrize("step", some(range(5), 3))
def test_a_run_that_is_killed_while_it_replaces_another_is_no_run(tmp_path: Path, step: int) -> None:
    """Killed before the n-th file gets its name, there is no run.json, so that nothing takes the mixture for a run."""
    folder = str(tmp_path / "run")
    write_run(folder, RUN, METRICS, PREDICTIONS, b"old")
    program = (
        f"import os, signal, sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.baselines.runs import test_run_folder as t\n"
        f"left = [{step}]\n"
        "real = os.replace\n"
        "def replace(*names):\n"
        "    left[0] -= 1\n"
        "    if left[0] < 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    real(*names)\n"
        "os.replace = replace\n"
        f"t.write_run({folder!r}, t.RUN, t.METRICS, t.PREDICTIONS, b'new')\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert result.returncode == (-signal.SIGKILL if step < 4 else 0), result.stderr
    assert os.path.exists(os.path.join(folder, run_folder.RUN)) == (step == 4)
    check_run_folder(folder)
    write_run(folder, RUN, METRICS, PREDICTIONS, b"new")
    assert read_run(folder) == RUN


def test_they_are_read_as_they_were_written(tmp_path: Path) -> None:
    made = [predicted("a", "b", "dark", path="ü.wav", digest="sha256:1"), predicted("a", "a")]
    write_predictions(str(tmp_path / "predictions.jsonl"), made)
    assert predictions_of_run(str(tmp_path)) == made


def test_no_run_there(tmp_path: Path) -> None:
    def problem(folder: Path) -> str:
        with pytest.raises(InputError) as error:
            predictions_of_run(str(folder))
        return str(error.value).replace(str(tmp_path), "T")

    assert problem(tmp_path / "gone") == (
        "no run in T/gone: no such folder; make one with burnish train SET --run T/gone"
    )
    (tmp_path / "runs" / "after").mkdir(parents=True)
    assert problem(tmp_path / "runs") == (
        "no run in T/runs: it has no predictions.jsonl; make one with burnish train SET --run T/runs"
    )
    write_predictions(str(tmp_path / "runs" / "after" / "predictions.jsonl"), [])
    assert problem(tmp_path / "runs") == "no run in T/runs: did you mean T/runs/after?"
    assert problem(tmp_path / "runs" / "after").startswith("the run in T/runs/after has no predictions: ")
    file = tmp_path / "runs" / "after" / "predictions.jsonl"
    assert problem(file) == f"no run in {file}: it is a file; name the folder that it is in".replace(str(tmp_path), "T")


def test_a_malformed_line(tmp_path: Path) -> None:
    (tmp_path / "predictions.jsonl").write_text('{"path": "a", "label": "x"}\n')
    with pytest.raises(ManifestError, match=r"predictions.jsonl:1: .*missing required field `prediction`"):
        predictions_of_run(str(tmp_path))
