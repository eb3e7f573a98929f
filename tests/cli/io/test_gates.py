"""Gates: what failed is named where it is looked for."""

from pathlib import Path

import pytest

from cli.io.gates import annotate, refuse_empty
from curate.ground.errors import GateError
from tests.conftest import Burnish


def test_a_gate_on_nothing_fails_unless_it_is_allowed() -> None:
    refuse_empty(1, "--max-ratio", allowed=False)
    refuse_empty(0, "--max-ratio", allowed=True)
    with pytest.raises(GateError, match=r"--max-ratio: there are no samples, .*: --allow-empty"):
        refuse_empty(0, "--max-ratio", allowed=False)


def test_nothing_is_said_outside_of_a_workflow(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    annotate("clean", "it failed", [("a.jpg", "dark")])
    assert capsys.readouterr().err == ""
    assert not (tmp_path / "summary.md").exists()


def test_annotations_name_the_file_and_nothing_in_a_name_ends_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    annotate("clean", "it failed", [("a,b:100%\n::x.jpg", "dark: 5 %")])
    annotate("balance", "uneven")
    assert capsys.readouterr().err.splitlines() == [
        "::error file=a%2Cb%3A100%25\\n%3A%3Ax.jpg::dark: 5 %25",
        "::error title=burnish balance::uneven",
    ]
    assert (tmp_path / "summary.md").read_text() == "**burnish clean**: it failed\n\n**burnish balance**: uneven\n\n"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    annotate("balance", "a summary that cannot be written is no other failure")


def test_a_failed_gate_of_a_command_is_annotated(
    burnish: Burnish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.jpg").write_bytes(b"no picture")
    errors = burnish("clean", "--fail-on", "error", "-q", stdin=burnish("scan", "d").stdout, code=1).stderr
    assert errors.splitlines() == [
        "burnish clean: --fail-on error: 1 finding: unreadable 1 (d/a.jpg)",
        "::error file=d/a.jpg::unreadable: one of 1 file",
    ]
