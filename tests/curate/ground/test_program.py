"""The digest of the program: what makes two of them one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from curate.ground import program


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Return what tells the digest of a program of two files."""
    monkeypatch.setattr(program, "HOME", tmp_path)
    (tmp_path / "cli" / "views").mkdir(parents=True)
    (tmp_path / "cli" / "views" / "a.py").write_text("1")
    (tmp_path / "burnish.py").touch()
    return program.program_digest.__wrapped__


@pytest.mark.parametrize(
    "name", ["burnish.py", "cli/views/a.py", "cli/views/page.html.j2", "cli/b.py", "curate/a.py", "baselines/x/y.js"]
)
def test_the_digest_changes_with_any_file_of_the_program(tmp_path: Path, digest: Callable[[], str], name: str) -> None:
    before = digest()
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("2")
    assert digest() != before


@pytest.mark.parametrize(
    "name",
    [
        "cli/views/__pycache__/a.cpython-311.pyc",
        "cli/views/__pycache__/a.cpython-311.pyc.140213850176000",
        "cli/views/a.pyc",
        "cli/views/.a.py.swp",
        "cli/views/a.py~",
        "cli/.DS_Store",
        "cli/.ipynb_checkpoints/a.py",
        "tests/test_a.py",
        "recipes/mine.yaml",
    ],
)
def test_what_python_and_editors_leave_beside_it_is_not_the_program(
    tmp_path: Path, digest: Callable[[], str], name: str
) -> None:
    before = digest()
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).touch()
    assert digest() == before


def test_the_names_of_files_count(tmp_path: Path, digest: Callable[[], str]) -> None:
    before = digest()
    (tmp_path / "cli" / "views" / "a.py").rename(tmp_path / "cli" / "a.py")
    assert digest() != before


def test_this_program_has_files_of_every_package_and_of_every_kind() -> None:
    files = [path.relative_to(program.HOME) for path in program._files()]
    assert {path.parts[0] for path in files} == {"burnish.py", "cli", "curate", "augment", "baselines"}
    assert {path.suffix for path in files} >= {".py", ".j2", ".js"}
