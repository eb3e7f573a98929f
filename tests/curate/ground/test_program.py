"""The digest of the program: what makes two of them one."""

from pathlib import Path

import pytest

from curate.ground import program


def test_the_code_has_a_digest_that_changes_with_any_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "HOME", tmp_path)
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "a.py").write_text("1")
    (tmp_path / "burnish.py").touch()
    before = program.program_digest.__wrapped__()
    (tmp_path / "cli" / "a.pyc").touch()
    assert program.program_digest.__wrapped__() == before
    (tmp_path / "cli" / "a.py").write_text("2")
    assert program.program_digest.__wrapped__() != before
