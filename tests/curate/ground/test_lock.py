"""One run in a work folder at a time."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from curate.ground import lock as lock_file
from curate.ground.errors import BurnishError, InputError
from curate.ground.lock import locked
from tests.machine import PATIENCE_S


def test_the_folder_is_made_and_the_process_is_named(tmp_path: Path) -> None:
    work = tmp_path / "deep" / "work"
    with locked(str(work)):
        assert (work / ".lock").read_text() == f"{os.getpid()}\n"
        with pytest.raises(BurnishError, match=rf"another run is at work in .*work \(process {os.getpid()}\)"):
            locked(str(work)).__enter__()
    with locked(str(work)):
        pass


def test_a_step_that_is_just_ending_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock_file, "_PATIENCE_S", PATIENCE_S)
    work = tmp_path / "work"
    with locked(str(work)) as lock:
        holder = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.5)"], pass_fds=(lock,))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (work / ".lock").write_text(f"{gone.pid}\n")
    with locked(str(work)):
        assert holder.wait() == 0


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot use the work folder"), locked(str(tmp_path / "file")):
        pass
    assert stat.S_ISREG((tmp_path / "file").stat().st_mode)
