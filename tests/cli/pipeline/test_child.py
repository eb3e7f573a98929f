"""A step as a process of its own."""

import json
import os
from pathlib import Path

import pytest

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
