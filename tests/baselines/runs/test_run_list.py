"""The list of runs."""

from pathlib import Path

import msgspec
import pytest

from baselines.runs.run_folder import write_run
from baselines.runs.run_list import list_runs
from baselines.runs.run_record import GitRecord
from curate.ground.errors import InputError
from tests.baselines.runs.test_run_folder import METRICS, PREDICTIONS, RUN


def test_runs_are_found_at_any_depth_the_oldest_first(tmp_path: Path) -> None:
    newer = msgspec.structs.replace(RUN, created="2026-02-01T00:00:00+00:00", git=GitRecord("c" * 40, dirty=True))
    write_run(str(tmp_path / "a"), newer, METRICS, PREDICTIONS)
    write_run(str(tmp_path / "b" / "c"), RUN, METRICS, PREDICTIONS)
    write_run(str(tmp_path / ".hidden"), RUN, METRICS, PREDICTIONS)
    found = list_runs(str(tmp_path))
    assert [line.run for line in found.runs] == [str(tmp_path / "b" / "c"), str(tmp_path / "a")]
    assert [line.code for line in found.runs] == [None, "cccccccccccc+"]
    assert found.runs[0].data == "abc"
    assert found.runs[0].score == RUN.score
    assert found.broken == {}


def test_a_broken_run_is_named_and_the_others_are_listed(tmp_path: Path) -> None:
    write_run(str(tmp_path / "good"), RUN, METRICS, PREDICTIONS)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "run.json").write_text('{"command": 1}')
    found = list_runs(str(tmp_path))
    assert [line.run for line in found.runs] == [str(tmp_path / "good")]
    assert list(found.broken) == [str(tmp_path / "bad")]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not there; make a run with burnish train"):
        list_runs(str(tmp_path / "gone"))
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file; name a folder"):
        list_runs(str(tmp_path / "file"))
