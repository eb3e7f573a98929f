"""Each operation, each refusal, resuming, and what is left behind."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from curate.ground.errors import InputError, UsageError
from curate.journal import Journal, Operation, Outcome, fs
from curate.journal.fs import digest_of
from curate.journal.tree import Tree
from tests.curate.journal.trees import apply, contents, far_away, grow, look, moves, statuses, undo

KINDS = ["move", "copy", "hardlink", "symlink", "create"]


def one(folder: Path, operation: Operation) -> Outcome:
    (outcome,) = apply(folder, [operation])
    return outcome


def test_move(tmp_path: Path, across: bool) -> None:
    paths = grow(tmp_path / "data")
    before, bytes_before = look(tmp_path), contents(tmp_path)
    assert statuses(apply(tmp_path / "q", moves(paths))) == ["done"] * len(paths)
    assert contents(tmp_path) == bytes_before
    assert not any(os.path.exists(path) for path in paths)
    moved = tmp_path / "q" / "odd" / os.path.basename(paths[1])
    assert (moved.stat().st_mode, moved.stat().st_mtime_ns) == before[paths[1]][:2]
    assert not list((tmp_path / "q").rglob(".*"))
    assert statuses(undo(tmp_path / "q")) == ["undone"] * len(paths)
    assert look(tmp_path) == before


@pytest.mark.parametrize("kind", ["copy", "hardlink", "symlink"])
def test_copy_and_links(tmp_path: Path, kind: str) -> None:
    paths = grow(tmp_path / "data")
    before = look(tmp_path)
    assert statuses(apply(tmp_path / "o", moves(paths, kind))) == ["done"] * len(paths)
    for number, path in enumerate(paths):
        made = tmp_path / "o" / ("odd" if number % 2 else "even/deep") / os.path.basename(path)
        assert made.read_bytes() == Path(path).read_bytes()
        assert made.stat().st_mtime_ns == os.stat(path).st_mtime_ns
        assert made.is_symlink() == (kind == "symlink")
        assert os.path.samefile(made, path) == (kind != "copy")
    assert statuses(undo(tmp_path / "o")) == ["undone"] * len(paths)
    assert look(tmp_path) == before


def test_create(tmp_path: Path) -> None:
    with Journal.open(str(tmp_path / "a")) as journal:
        for name in ("1.wav", "2.wav", "left over"):
            Path(journal.staging(), name).write_text(name)
        operations = [Operation("create", f"{journal.staging()}/{n}.wav", f"x/{n}.wav") for n in (1, 2)]
        assert statuses(journal.apply(operations)) == ["done", "done"]
    assert sorted(os.listdir(tmp_path / "a")) == ["journal.jsonl", "x"]
    with Journal.open(str(tmp_path / "a")) as journal:
        found = journal.done("x/1.wav")
        assert found
        assert found.digest == digest_of(str(tmp_path / "a" / "x" / "1.wav"))
        assert journal.done("x/3.wav") is None
    (tmp_path / "a" / "x" / "2.wav").write_text("edited")
    assert statuses(undo(tmp_path / "a")) == ["changed", "undone"]
    assert os.listdir(tmp_path / "a" / "x") == ["2.wav"]


def test_symbolic_links_are_relative_and_survive_a_move_of_the_tree(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    paths = grow(tmp_path / "old" / "data", 3)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "old" / "shortcut").symlink_to(tmp_path / "elsewhere")
    apply(tmp_path / "old" / "o", moves(paths, "symlink"))
    (tmp_path / "old").rename(tmp_path / "new")
    assert all(path.exists() for path in (tmp_path / "new" / "o").rglob("*"))


def test_undo_after_a_move_of_the_whole_tree_and_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old").mkdir()
    monkeypatch.chdir(tmp_path / "old")
    grow(Path("data"))
    before = {path.removeprefix(str(tmp_path / "old")): entry for path, entry in look(tmp_path / "old").items()}
    apply(Path("q"), moves(sorted(str(path) for path in Path("data").rglob("*") if path.is_file())))
    (tmp_path / "old").rename(tmp_path / "new")
    monkeypatch.chdir("/")
    undo(tmp_path / "new" / "q")
    assert {path.removeprefix(str(tmp_path / "new")): entry for path, entry in look(tmp_path / "new").items()} == before


def test_links_in_paths_are_followed_before_they_are_compared(tmp_path: Path) -> None:
    (tmp_path / "real" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "in").symlink_to("real/deep/er")
    (tmp_path / "out").symlink_to("real/deep")
    (tmp_path / "in" / "a").write_text("a")
    before = look(tmp_path)
    assert one(tmp_path / "out" / "q", Operation("move", f"{tmp_path}/in/../er/a", "x")).status == "done"
    undo(tmp_path / "out" / "q")
    assert look(tmp_path) == before


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_ever_overwritten(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "o").mkdir()
    (tmp_path / "o" / "x").write_text("theirs")
    before = look(tmp_path)
    outcome = one(tmp_path / "o", Operation(kind, str(tmp_path / "a"), "x"))  # type: ignore[arg-type]
    assert (outcome.status, outcome.detail) == ("exists", "something else is at the target")
    assert look(tmp_path) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_appears_in_a_race_is_safe(
    tmp_path: Path, kind: str, across: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("a")
    real = Tree.status
    raced = str(tmp_path / "o" / "x")

    def not_yet(self: Tree, path: str) -> os.stat_result | None:
        if path == raced and real(self, path) is None:
            monkeypatch.setattr(Tree, "status", real)
            Path(path).write_text("theirs")
            return None
        return real(self, path)

    monkeypatch.setattr(Tree, "status", not_yet)
    outcome = one(tmp_path / "o", Operation(kind, str(tmp_path / "a"), "x"))  # type: ignore[arg-type]
    assert outcome.status == "exists"
    assert Path(raced).read_text() == "theirs"
    assert (tmp_path / "a").read_text() == "a"
    assert os.listdir(tmp_path / "o") == ["x"]


def test_two_operations_with_one_target(tmp_path: Path) -> None:
    paths = grow(tmp_path / "data", 2)
    before = contents(tmp_path)
    assert statuses(apply(tmp_path / "q", [Operation("move", path, "x") for path in paths])) == ["done", "exists"]
    assert contents(tmp_path) == before


@pytest.mark.parametrize("kind", ["move", "copy", "hardlink", "symlink"])
def test_what_changed_since_the_scan_is_not_touched(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    path.write_text("new!")
    status, digest = path.stat(), digest_of(str(path))
    other = "sha256:" + "0" * 64
    cases = [
        (Operation(kind, str(path), "0", 4, 1, other), "changed"),  # type: ignore[arg-type]
        (Operation(kind, str(path), "1", 3, 1), "changed"),  # type: ignore[arg-type]
        (Operation(kind, str(path), "2", 4, 1), "changed"),  # type: ignore[arg-type]
        (Operation(kind, str(path), "3", digest=other), "changed"),  # type: ignore[arg-type]
        (Operation(kind, str(tmp_path / "gone"), "4"), "vanished"),  # type: ignore[arg-type]
        (Operation(kind, f"{path}/no/folder", "5"), "vanished"),  # type: ignore[arg-type]
        (Operation(kind, str(tmp_path), "6"), "failed"),  # type: ignore[arg-type]
        (Operation(kind, "nul\0", "7"), "failed"),  # type: ignore[arg-type]
        (Operation(kind, str(path), "8", 4, 1, digest), "done"),  # type: ignore[arg-type]
    ]
    outcomes = apply(tmp_path / "q", [operation for operation, _ in cases])
    assert statuses(outcomes) == [status for _, status in cases]
    assert all(outcome.detail for outcome in outcomes[:-1])
    assert sorted(os.listdir(tmp_path / "q")) == ["8", "journal.jsonl"]
    assert status.st_size == 4


def test_a_copy_is_compared_with_the_digest_even_if_size_and_time_agree(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("a")
    outcome = one(tmp_path / "o", Operation("copy", str(path), "x", 1, path.stat().st_mtime_ns, "sha256:" + "0" * 64))
    assert (outcome.status, outcome.detail) == ("changed", "its content is not what was planned with")
    assert not (tmp_path / "o").exists()


def test_a_source_that_is_written_to_while_it_is_copied_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    far_away(monkeypatch)
    path = tmp_path / "a"
    path.write_text("a")

    def written_to(tree: Tree, paths: Iterable[str]) -> None:
        path.write_text("b")
        fs.sync(tree, paths)

    monkeypatch.setattr("curate.journal.apply.sync", written_to)
    outcome = one(tmp_path / "q", Operation("move", str(path), "x"))
    assert (outcome.status, outcome.detail) == ("failed", "it was written to while it was copied")
    assert path.read_text() == "b"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("target", ["", "/x", "../x", "a/../../x", "a//b", "./a", "a/", "x\0"])
def test_targets_outside_are_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "a").write_text("a")
    with pytest.raises(UsageError, match="is not a path below the destination"):
        apply(tmp_path / "q", [Operation("move", str(tmp_path / "a"), target)])
    assert os.listdir(tmp_path) == ["a"]


def test_links_are_moved_as_they_are_unless_they_would_break(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a")
    for name, goal in (("absolute", tmp_path / "a"), ("relative", Path("a")), ("broken", Path("gone"))):
        (tmp_path / name).symlink_to(goal)
    before = look(tmp_path)
    names = ["absolute", "relative", "broken"]
    outcomes = apply(tmp_path / "q", [Operation("move", str(tmp_path / name), name) for name in names])
    assert statuses(outcomes) == ["done", "failed", "done"]
    assert outcomes[1].detail == "it is a relative link, which would point nowhere from another folder"
    assert os.readlink(tmp_path / "q" / "absolute") == str(tmp_path / "a")
    undo(tmp_path / "q")
    assert look(tmp_path) == before


@pytest.mark.parametrize("kind", ["copy", "hardlink", "symlink"])
def test_other_kinds_are_about_what_a_link_points_to(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a").write_text("a")
    (tmp_path / "link").symlink_to("a")
    operation = Operation(kind, str(tmp_path / "link"), "x/y")  # type: ignore[arg-type]
    assert one(tmp_path / "o", operation).status == "done"
    assert (tmp_path / "o" / "x" / "y").read_text() == "a"
    assert one(tmp_path / "o", operation).status == "already"


@pytest.mark.parametrize("kind", ["move", "copy", "hardlink", "symlink"])
def test_the_same_call_again_does_only_what_is_missing(tmp_path: Path, kind: str, across: bool) -> None:
    paths = grow(tmp_path / "data")
    before, plan = look(tmp_path), moves(paths, kind)
    assert statuses(apply(tmp_path / "q", plan[:5])) == ["done"] * 5
    assert statuses(apply(tmp_path / "q", plan)) == ["already"] * 5 + ["done"] * 7
    assert statuses(apply(tmp_path / "q", plan)) == ["already"] * 12
    assert len(undo(tmp_path / "q")) == 12
    assert look(tmp_path) == before


def test_after_an_undo_it_can_be_done_again(tmp_path: Path) -> None:
    paths = grow(tmp_path / "data", 4)
    (tmp_path / "mine").write_text("x")
    before, plan = look(tmp_path), moves(paths)
    for _ in range(2):
        apply(tmp_path / "q", plan)
        Path(paths[0]).write_text("in the way")
        assert sorted(statuses(undo(tmp_path / "q"))) == ["exists", "undone", "undone", "undone"]
        assert statuses(apply(tmp_path / "q", plan[1:])) == ["done"] * 3
        os.unlink(paths[0])
        assert statuses(undo(tmp_path / "q")) == ["undone"] * 4
        assert look(tmp_path) == before


def test_a_newer_version_of_a_copied_file_is_not_taken_for_done(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    apply(tmp_path / "o", [Operation("copy", str(path), "x", digest=digest_of(str(path)))])
    path.write_text("new")
    assert one(tmp_path / "o", Operation("copy", str(path), "x", digest=digest_of(str(path)))).status == "exists"


def test_nothing_done_leaves_nothing(tmp_path: Path) -> None:
    apply(tmp_path / "deep" / "er" / "q", moves([str(tmp_path / "gone")]))
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_made_fails_its_files_only(tmp_path: Path) -> None:
    paths = grow(tmp_path / "data", 3)
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "file").touch()
    targets = ["file/x", "n" * 300 + "/deep/x", "ok/x"]
    outcomes = apply(tmp_path / "q", [Operation("move", path, t) for path, t in zip(paths, targets, strict=True)])
    assert statuses(outcomes) == ["failed", "failed", "done"]
    assert "File exists" in outcomes[0].detail or "Not a directory" in outcomes[0].detail
    assert "File name too long" in outcomes[1].detail


@pytest.mark.parametrize("place", ["file", "file/below", "proc"])
def test_a_destination_that_cannot_be(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    destination = Path("/proc/burnish") if place == "proc" else tmp_path / place
    with pytest.raises(InputError, match="cannot keep a journal in"):
        Journal.open(str(destination))
    assert os.listdir(tmp_path) == ["file"]


def test_memory_and_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outcomes come while operations are still being drawn: nothing is held but a batch."""
    monkeypatch.setattr("curate.journal.batch.BATCH", 5)
    monkeypatch.setattr("curate.journal.undo.BATCH", 3)
    paths = grow(tmp_path / "data", 23)
    before, drawn = look(tmp_path), []
    with Journal.open(str(tmp_path / "q")) as journal:
        for number, outcome in enumerate(journal.apply(drawn.append(o) or o for o in moves(paths))):  # type: ignore[func-returns-value]
            assert outcome.status == "done"
            assert len(drawn) <= number + 5
    assert len(undo(tmp_path / "q")) == 23
    assert look(tmp_path) == before
