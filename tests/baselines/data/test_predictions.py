"""The predictions of a run folder, and what is wrong where there are none."""

from pathlib import Path

import pytest

from baselines.data.predictions import predictions_of_run, write_predictions
from curate.ground.errors import InputError, ManifestError
from tests.baselines.predicted import predicted


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
