"""Undo restores every byte, overwrites nothing, and says what it left."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.ground.errors import InputError
from curate.journal import Operation
from curate.journal.journal_file import JournalFile
from tests.curate.journal.trees import apply, contents, far_away, grow, look, moves, statuses, undo


def test_a_file_that_appeared_meanwhile_is_not_overwritten(tmp_path: Path, across: bool) -> None:
    paths = grow(tmp_path / "data", 6)
    before = look(tmp_path)
    apply(tmp_path / "q", moves(paths))
    Path(paths[2]).write_text("new")
    results = undo(tmp_path / "q")
    assert statuses(results) == ["undone"] * 3 + ["exists"] + ["undone"] * 2
    assert (results[3].source, results[3].detail) == (paths[2], "something with its old name appeared meanwhile")
    assert Path(results[3].target).read_bytes() == b"2" * 100
    assert statuses(undo(tmp_path / "q")) == ["exists"], "asked again, it is still refused, and nothing else is left"
    os.unlink(paths[2])
    assert statuses(undo(tmp_path / "q")) == ["undone"]
    assert look(tmp_path) == before


def test_a_file_that_appears_in_a_race_is_not_overwritten(
    tmp_path: Path, across: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("a")
    apply(tmp_path / "q", [Operation("move", str(tmp_path / "a"), "x")])
    commit = JournalFile.commit

    def then_race(self: JournalFile) -> None:
        commit(self)
        if self.count() and self.state(0) == "undoing":
            (tmp_path / "a").write_text("theirs")

    monkeypatch.setattr(JournalFile, "commit", then_race)
    assert statuses(undo(tmp_path / "q")) == ["exists"]
    assert (tmp_path / "a").read_text() == "theirs"
    assert (tmp_path / "q" / "x").read_text() == "a"


@pytest.mark.parametrize(
    ("kind", "change", "status"),
    [
        ("move", "edit target", "undone"),
        ("move", "remove target", "vanished"),
        ("move", "put back by hand", "gone"),
        ("move", "remove source folder", "failed"),
        ("move", "folder at target", "changed"),
        ("copy", "edit target", "changed"),
        ("copy", "remove target", "gone"),
        ("copy", "touch target", "undone"),
        ("copy", "remove source", "changed"),
        ("copy", "edit source", "changed"),
        ("copy", "touch source", "undone"),
        ("hardlink", "remove source", "changed"),
        ("hardlink", "replace source", "changed"),
        ("hardlink", "edit target", "undone"),
        ("hardlink", "remove target", "gone"),
        ("symlink", "remove source", "undone"),
        ("symlink", "replace target", "changed"),
        ("symlink", "remove target", "gone"),
    ],
)
def test_what_was_touched_meanwhile(tmp_path: Path, kind: str, change: str, status: str) -> None:
    source, target = tmp_path / "data" / "a", tmp_path / "q" / "x"
    source.parent.mkdir()
    source.write_text("a")
    apply(tmp_path / "q", [Operation(kind, str(source), "x")])  # type: ignore[arg-type]
    path = target if "target" in change else source
    match change.split(maxsplit=1)[0]:
        case "edit":
            path.write_text("edited")
        case "touch":
            os.utime(path, ns=(1, 1))
        case "put":
            target.rename(source)
        case "folder":
            target.rename(tmp_path / "away")
            target.mkdir()
        case "replace":
            path.unlink()
            path.write_text("another")
        case _ if change == "remove source folder":
            source.parent.rmdir()
        case _:
            path.unlink()
    bytes_before = contents(tmp_path)
    foreseen = undo(tmp_path / "q", dry_run=True)
    results = undo(tmp_path / "q")
    assert statuses(results) == [status]
    assert set(statuses(foreseen)) <= {status}
    assert results[0].detail or status in {"undone", "gone"}
    if status != "undone" or kind == "move":
        assert contents(tmp_path) == bytes_before
    assert contents(tmp_path).keys() == bytes_before.keys(), "no content is lost"
    assert (tmp_path / "q").exists() == (status != "undone" and change != "put back by hand")


def test_dry_run_changes_nothing(tmp_path: Path) -> None:
    paths = grow(tmp_path / "data")
    apply(tmp_path / "q", moves(paths))
    with open(tmp_path / "q" / "journal.jsonl", "ab") as file:
        file.write(b'{"torn')
    Path(paths[0]).write_text("in the way")
    before = look(tmp_path)
    assert sorted(statuses(undo(tmp_path / "q", dry_run=True))) == ["exists"] + ["undone"] * 11
    assert look(tmp_path) == before


def test_folders_with_files_of_someone_else_stay(tmp_path: Path) -> None:
    apply(tmp_path / "q", moves(grow(tmp_path / "data")))
    (tmp_path / "q" / "odd" / "notes.txt").write_text("mine")
    assert set(statuses(undo(tmp_path / "q"))) == {"undone"}
    assert sorted(path.name for path in (tmp_path / "q").rglob("*")) == ["notes.txt", "odd"]


def test_folders_that_were_there_before_stay(tmp_path: Path) -> None:
    (tmp_path / "q" / "odd").mkdir(parents=True)
    paths = grow(tmp_path / "data")
    before = look(tmp_path)
    apply(tmp_path / "q", moves(paths))
    undo(tmp_path / "q" / "journal.jsonl")
    assert look(tmp_path) == before


def test_all_folders_that_were_made_for_it_go(tmp_path: Path) -> None:
    paths = grow(tmp_path / "data")
    before = look(tmp_path)
    apply(tmp_path / "new" / "deep" / "q", moves(paths))
    undo(tmp_path / "new" / "deep" / "q")
    assert look(tmp_path) == before


def test_twice_is_nothing_left_to_undo(tmp_path: Path) -> None:
    apply(tmp_path / "q", moves(grow(tmp_path / "data")))
    undo(tmp_path / "q")
    with pytest.raises(InputError, match=r"there is no journal at .*: nothing left to undo there"):
        undo(tmp_path / "q")


def test_a_chain_of_moves_is_taken_back_in_reverse(tmp_path: Path, across: bool) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "b").write_text("b")
    before = look(tmp_path)
    apply(tmp_path / "q", [Operation("move", str(tmp_path / "a"), "1")])
    apply(tmp_path / "q", [Operation("move", str(tmp_path / "q" / "1"), "2")])
    apply(tmp_path / "q", [Operation("move", str(tmp_path / "b"), "1")])
    apply(tmp_path / "q", [Operation("copy", str(tmp_path / "q" / "1"), "x/3")])
    assert statuses(undo(tmp_path / "q")) == ["undone"] * 4
    assert look(tmp_path) == before


names = st.binary(min_size=1, max_size=20).filter(lambda raw: not {0, 47} & set(raw) and raw not in {b".", b".."})
trees = st.dictionaries(
    names.map(os.fsdecode), st.tuples(st.binary(max_size=50), st.integers(0o400, 0o777)), max_size=8
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    files=trees,
    kinds=st.lists(st.sampled_from(["move", "copy", "hardlink", "symlink"]), min_size=8, max_size=8),
    folders=st.lists(st.lists(names.map(os.fsdecode), max_size=2), min_size=8, max_size=8),
    is_far=st.booleans(),
)
def test_undo_restores_every_byte(
    tmp_path_factory: pytest.TempPathFactory,
    files: dict[str, tuple[bytes, int]],
    kinds: list[str],
    folders: list[list[str]],
    is_far: bool,
) -> None:
    base = tmp_path_factory.mktemp("tree")
    (base / "data").mkdir()
    operations = []
    for number, (name, (content, mode)) in enumerate(files.items()):
        path = base / "data" / name
        path.write_bytes(content)
        path.chmod(mode)
        os.utime(path, ns=(number, 10**18 + number))
        target = "/".join(["d", *folders[number], f"{number}-{name}"[:100]])
        operations.append(Operation(kinds[number], str(path), target))  # type: ignore[arg-type]
    before = look(base)
    with pytest.MonkeyPatch.context() as patch:
        if is_far:
            far_away(patch)
        outcomes = apply(base / "q", operations)
        assert set(statuses(outcomes)) <= {"done", "failed", "exists"}
        if outcomes:
            results = undo(base / "q") if (base / "q").exists() else []
            assert set(statuses(results)) <= {"undone"}
    assert look(base) == before
