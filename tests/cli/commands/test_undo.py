"""`burnish undo`: what it says, and how it ends."""

import os
import shutil
from pathlib import Path

import pytest

from cli.catalog import COMMANDS
from tests.conftest import Burnish
from tests.curate.journal.trees import apply, grow, look, moves

pytestmark = pytest.mark.skipif("undo" not in COMMANDS, reason="undo is not in the catalogue")


@pytest.mark.parametrize("name", ["q", "q/", "q/journal.jsonl"])
def test_all_is_taken_back(burnish: Burnish, tmp_path: Path, name: str) -> None:
    paths = grow(tmp_path / "data", 6)
    before = look(tmp_path)
    apply(tmp_path / "q", moves(paths))
    result = burnish("undo", name)
    assert (result.stdout, result.stderr) == ("", "6 files moved back\n")
    assert look(tmp_path) == before
    again = burnish("undo", name, code=2)
    file = tmp_path / "q" / "journal.jsonl" if "." in name else tmp_path / "q"
    assert again.stderr == f"burnish undo: there is no journal at {file}: nothing left to undo there\n"


def test_an_undo_that_was_killed_at_its_very_end_can_be_repeated(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "q").mkdir()
    for name in ("q", "q/journal.jsonl"):
        assert burnish("undo", name).stderr == f"nothing left to undo in {name}: it is empty\n"


def test_a_journal_that_was_copied_elsewhere_says_what_is_not_here(burnish: Burnish, tmp_path: Path) -> None:
    apply(tmp_path / "q", moves(grow(tmp_path / "data", 6), "copy"))
    (tmp_path / "p").mkdir()
    shutil.copy(tmp_path / "q" / "journal.jsonl", tmp_path / "p")
    assert burnish("undo", "p").stderr.startswith("not here: 6 of 6, removed or put back by hand; the journal stays")
    assert (tmp_path / "p" / "journal.jsonl").exists()


def test_a_foreign_journal_is_one_line(burnish: Burnish, tmp_path: Path) -> None:
    paths = grow(tmp_path / "data", 6)
    apply(tmp_path / "q", moves(paths))
    journal = tmp_path / "q" / "journal.jsonl"
    journal.write_bytes(journal.read_bytes().replace(b',"seal"', b',"sea1"'))
    message = burnish("undo", "q", code=2).stderr
    assert message.count("\n") == 1
    assert "would put 6 files outside of its folder" in message
    assert burnish("undo", "q", "--dry-run").stderr == "6 files would be moved back\n"
    assert burnish("undo", "q", "--outside").stderr == "6 files moved back\n"
    assert all(os.path.lexists(path) for path in paths)


def test_dry_run_only_says(burnish: Burnish, tmp_path: Path) -> None:
    apply(tmp_path / "q", moves(grow(tmp_path / "data", 6), "copy"))
    before = look(tmp_path)
    assert burnish("undo", "q", "--dry-run").stderr == "6 copies would be removed\n"
    assert look(tmp_path) == before


def test_what_stays_is_named(burnish: Burnish, tmp_path: Path) -> None:
    paths = grow(tmp_path / "data", 6)
    apply(tmp_path / "q", moves(paths))
    Path(paths[0]).write_text("new")
    name = os.path.basename(paths[0])
    said = f"q/even/deep/{name} stays: data/a/{name}: something with its old name appeared meanwhile"
    foreseen = burnish("undo", "q", "--dry-run", code=1)
    assert foreseen.stderr.splitlines()[0] == said
    result = burnish("undo", "q", code=1)
    assert result.stderr.splitlines() == [
        said,
        "5 files moved back",
        "burnish undo: 1 of 6 changes could not be taken back: 1 exists",
    ]
    assert Path(paths[0]).read_text() == "new"
    assert burnish("undo", "q", "--quiet", code=1).stderr.count("\n") == 1


def test_quiet_says_nothing(burnish: Burnish, tmp_path: Path) -> None:
    apply(tmp_path / "q", moves(grow(tmp_path / "data", 6)))
    assert burnish("undo", "q", "--quiet").stderr == ""


def test_another_file_is_not_taken_for_a_journal(burnish: Burnish, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_text('{"path": "a.jpg"}\n')
    message = burnish("undo", "set.jsonl", code=2).stderr
    assert message.startswith(f"burnish undo: {tmp_path}/set.jsonl:1: not a journal of burnish: ")
    assert message.count("\n") == 1
    assert (tmp_path / "set.jsonl").read_text() == '{"path": "a.jpg"}\n'
