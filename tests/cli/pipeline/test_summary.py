"""The table at the end, and its Markdown."""

from pathlib import Path

import pytest

from cli.pipeline.state import Result
from cli.pipeline.summary import RunReport, append_markdown, report_of, sentence
from cli.pipeline.view import line_of
from tests.cli.pipeline.test_tasks import tasks_of


def results() -> list[Result]:
    tasks = tasks_of(
        "kind: pipeline\nsteps: [{scan: {paths: d}}, {id: 'a|b', clean: {}}, balance]".replace("a|b", "a-b")
    )
    return [
        Result(tasks["scan"], "run", "folder d|<b> changed", None, 1200, 3, 1.25),
        Result(tasks["a-b"], "failed", "--fail-on dark", 1200, 1100, None, 0.04, 1),
        Result(tasks["balance"], "not run"),
    ]


def test_a_step_in_one_line() -> None:
    assert [line_of(result) for result in results()] == [
        "scan: run (folder d|<b> changed): 1,200 samples, 3 files worked on, 1.2 s",
        "a-b: a gate did not hold (--fail-on dark): 1,200 → 1,100 samples, 0.0 s",
        "balance: not run",
    ]


def test_the_run_in_one_sentence() -> None:
    report = report_of("mine", "work", results(), 1.3)
    assert sentence(report) == "mine: 1 of 3 steps run, 0 cached, 1.3 s; all is in work"


def test_markdown_is_appended_and_escaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    append_markdown(report_of("mine", "work", results(), 1.3))
    lines = (tmp_path / "summary.md").read_text().splitlines()
    assert lines[4] == "| scan |  |  | 1,200 | 3 | 1.2 s | run | folder d&#124;&lt;b&gt; changed |"
    assert lines[5] == "| a-b | clean | 1,200 | 1,100 |  | 0.0 s | a gate did not hold | --fail-on dark |"


def test_a_summary_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    append_markdown(RunReport("mine", "work", 0.0, []))
    assert capsys.readouterr().err == f"cannot write the summary {tmp_path}: Is a directory\n"
