"""A step as a process of its own."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli.pipeline import child
from cli.pipeline.child import Ended, run_child

SAMPLE = '{"path": "a.jpg", "label": "x"}\n'


@pytest.fixture
def lock(tmp_path: Path) -> int:
    return os.open(tmp_path / ".lock", os.O_RDWR | os.O_CREAT)


def run(tmp_path: Path, lock: int, *words: str, report: bool = True) -> tuple[Ended, list[str]]:
    seen: list[str] = []
    path = str(tmp_path / "out.json") if report else ""
    ended = run_child(words, report=path, log=str(tmp_path / "out.log"), lock=lock, tick=seen.append)
    assert not list(tmp_path.glob("*.tmp"))
    return ended, seen


def test_a_report_goes_to_its_file_and_what_is_said_to_the_log(tmp_path: Path, lock: int) -> None:
    (tmp_path / "set.jsonl").write_text(SAMPLE)
    ended, _ = run(tmp_path, lock, "balance", "--json", str(tmp_path / "set.jsonl"))
    assert (ended.code, ended.lines) == (0, ())
    assert json.loads((tmp_path / "out.json").read_text())["samples"] == 1
    assert (tmp_path / "out.log").read_text() == ""


def test_a_gate_leaves_the_report(tmp_path: Path, lock: int) -> None:
    (tmp_path / "set.jsonl").write_text(SAMPLE)
    ended, seen = run(tmp_path, lock, "balance", "--json", "--min-count=5", str(tmp_path / "set.jsonl"))
    assert ended.code == 1
    assert ended.lines[-1] == seen[-1] == "burnish balance: 1 of 1 classes are below --min-count 5: x (1)"
    assert (tmp_path / "out.json").exists()


def test_an_error_leaves_the_old_report(tmp_path: Path, lock: int) -> None:
    (tmp_path / "out.json").write_text("old")
    ended, _ = run(tmp_path, lock, "balance", "--json", str(tmp_path / "gone.jsonl"))
    assert ended.code == 2
    assert (tmp_path / "out.json").read_text() == "old"
    assert (tmp_path / "out.log").read_text().startswith("burnish balance: cannot read ")


def test_standard_input_is_closed(tmp_path: Path, lock: int) -> None:
    ended, _ = run(tmp_path, lock, "balance", "--json")
    assert ended.code == 0
    assert json.loads((tmp_path / "out.json").read_text())["samples"] == 0


def test_what_is_said_last_is_read_where_a_grandchild_holds_the_stream() -> None:
    ours, theirs = os.pipe()
    said: list[int] = []

    def poll() -> int:
        """Say the last word while being asked whether it still runs; what holds the other side open is this test."""
        if not said:
            said.append(os.write(theirs, b"the last word\n"))
        return 0

    log = io.BytesIO()
    with open(ours, "rb", buffering=0) as stream, open(theirs, "wb"):
        dying: Any = SimpleNamespace(stderr=stream, poll=poll)
        assert child._follow(dying, log, lambda _: None) == ("the last word",)
    assert log.getvalue() == b"the last word\n"


def test_what_does_not_end_in_time_is_killed_and_raises_nothing_that_hides_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_PATIENCE_S", 0.1)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", deaf], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        child._stop(process)
        assert process.returncode == -signal.SIGKILL
