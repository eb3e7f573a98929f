"""Journals that strangers wrote: whatever they say, nothing outside of their folder changes."""

import json
import os
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from curate.ground.errors import BurnishError
from curate.journal import Journal, Operation, take_back
from tests.curate.journal.trees import apply, grow, look, moves, statuses, undo
from tests.soak import SOAK

NUMBER = 10_000 if SOAK else 1_500
TOKEN = "0123abcd"
PATHS = (
    "a", "b/c", "b", "b/c/d", "../outside/v.txt", "../outside/new.txt", "..", ".", "", "/etc/passwd", "../outside",
    "link/v.txt", "link/new.txt", "link", "deep/link/v.txt", "b/../../outside/v.txt", "./a", "journal.jsonl", "x\0y",
    ".burnish-0123abcd-staging", ".burnish-0123abcd-0.tmp", "b/.burnish-0123abcd-1.tmp", "../data/1.txt", "../q",
    "../outside/.burnish-0123abcd-0.tmp", "twin", "../outside/twin", "a" * 300,
)  # fmt: skip
TOKENS = (TOKEN, "x/../../outside/prod", "", "../outside", "0" * 8, "0123abcd/..", "x" * 5000)
DIGEST = "sha256:" + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""Of nothing: that of the empty files below."""


def plant(base: Path) -> Path:
    """Make a folder for a journal with things in it, and things outside of it, some of them one file with two names."""
    folder, outside = base / "q", base / "outside"
    for place in (folder / "b" / "c", folder / "deep", outside / "prod-staging", base / "data", outside / "empty"):
        place.mkdir(parents=True)
    for path in (folder / "a", folder / "b" / "c" / "d", outside / "v.txt", outside / "prod-staging" / "x"):
        path.touch()
    (base / "data" / "1.txt").write_text("1")
    (folder / "link").symlink_to(outside)
    (folder / "deep" / "link").symlink_to(outside)
    (outside / "twin").touch()
    os.link(outside / "twin", folder / "twin")
    (folder / ".burnish-x").mkdir()  # a step on the way out for a token with `..` in it
    (outside / f".burnish-{TOKEN}-0.tmp").touch()
    (folder / f".burnish-{TOKEN}-0.tmp").touch()
    return folder


def invented(chance: random.Random) -> bytes:
    """Return a journal as a stranger could write it: wild, right in all that is checked, or right but for one thing."""
    draw = chance.random()
    return wild(chance) if draw < 0.25 else well_formed(chance, broken=draw < 0.5)


def wild(chance: random.Random) -> bytes:
    """Return a journal of which most break a rule."""
    token = TOKEN if chance.random() < 0.8 else chance.choice(TOKENS)
    head: dict[str, Any] = {"record": "journal", "token": token, "made": chance.choice((0, 1, 2, 50, -1)), "version": 1}
    if chance.random() < 0.3:
        head["above"] = [[chance.randrange(99), chance.randrange(9999)] for _ in range(3)]
    records: list[dict[str, Any]] = [head]
    for number in range(chance.randrange(1, 6)):
        kind = chance.choice(("move", "copy", "hardlink", "symlink", "create", "folder", "rewrite", "put"))
        change: dict[str, Any] = {"record": "change", "id": number, "kind": kind, "target": chance.choice(PATHS)}
        if chance.random() < 0.8 and kind != "folder":
            change["source"] = chance.choice(PATHS)
        if chance.random() < 0.7 and kind in {"copy", "create", "move"}:
            change["digest"] = DIGEST if chance.random() < 0.9 else "sha256:?"
        if kind == "symlink" and chance.random() < 0.9:
            change["link"] = chance.choice(("../outside", str(Path("/etc")), "a"))
        if chance.random() < 0.5:
            change |= {"bytes": chance.choice((0, -1, 1)), "mtime_ns": chance.choice((0, 10**18))}
        records.append(change)
    return lines_of(records, chance)


INSIDE = (
    "a", "b/c/d", "b/c", "b", "b/new", "b/c/new", "twin", "link", "link/v.txt", "link/new.txt", "link/twin",
    "link/prod-staging/x", "link/empty", "deep/link", "deep/link/v.txt", "deep/link/new.txt", "deep/new/x",
)  # fmt: skip
"""Targets that no rule forbids: what lies behind the links, only the disk knows."""
OUTSIDE = ("../outside/v.txt", "../outside/new.txt", "../outside/twin", "../data/1.txt", "b/../../outside/new.txt")


def well_formed(chance: random.Random, *, broken: bool) -> bytes:
    """Return a journal that keeps every rule, so that it comes to be acted upon, or every rule but one."""
    head: dict[str, Any] = {"record": "journal", "token": TOKEN, "made": chance.choice((0, 1, 2, 50)), "version": 1}
    records = [head]
    # One move to the outside that was done, and the whole journal is put to the user first: most have none.
    sources = OUTSIDE if chance.random() < 0.4 else INSIDE
    for number in range(chance.randrange(1, 4)):
        kind = chance.choice(("move", "move", "copy", "hardlink", "symlink", "create", "create", "folder"))
        change: dict[str, Any] = {"record": "change", "id": number, "kind": kind, "target": chance.choice(INSIDE)}
        if kind != "folder":
            change["source"] = chance.choice(OUTSIDE if kind in {"copy", "hardlink", "symlink"} else sources)
        if kind in {"copy", "create"} or (kind == "move" and chance.random() < 0.5):
            change["digest"] = DIGEST
        if kind == "symlink":
            change["link"] = chance.choice(("../outside", "/etc", str(change["source"])))
        if chance.random() < 0.5:
            change |= {"bytes": chance.choice((0, 1)), "mtime_ns": chance.choice((0, 10**18))}
        records.append(change)
    if broken and chance.random() < 0.3:
        head["token"] = chance.choice(TOKENS)
    elif broken:
        records[-1][chance.choice(("target", "target", "source"))] = chance.choice(PATHS)
    return lines_of(records, chance)


def lines_of(records: list[dict[str, Any]], chance: random.Random) -> bytes:
    """Return a journal's lines, with marks for most of its changes."""
    ids = [number for number in range(len(records) - 1) if chance.random() < 0.8]
    states = chance.sample(("pending", "done", "dropped", "undoing", "undone"), chance.randrange(1, 3))
    records += [{"record": "mark", "state": state, "ids": ids} for state in states]
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def reopen(folder: Path) -> None:
    Journal.open(str(folder)).close()


def stage(folder: Path) -> None:
    with Journal.open(str(folder)) as journal:
        (Path(journal.staging()) / "made").write_text("made")


def organize(folder: Path) -> None:
    apply(folder, [Operation("copy", str(folder.parent / "data" / "1.txt"), "b/link/1.txt"),
                   Operation("copy", str(folder.parent / "data" / "1.txt"), "link/1.txt")])  # fmt: skip


@pytest.mark.parametrize("act", [undo, reopen, stage, organize])
def test_nothing_outside_of_the_folder_changes(tmp_path: Path, act: Callable[[Path], Any]) -> None:
    chance = random.Random(act.__name__)
    folder = plant(tmp_path / "base")
    before = {path: entry for path, entry in look(tmp_path / "base").items() if "/base/q" not in path}
    accepted = 0
    for number in range(NUMBER // 4):
        journal = invented(chance)
        (folder / "journal.jsonl").write_bytes(journal)
        if number % 9 == 1:
            (folder / f".burnish-{TOKEN}-staging").symlink_to(tmp_path / "base" / "outside" / "prod-staging")
        with suppress(BurnishError, OSError):
            act(folder)
            accepted += 1
        now = {path: entry for path, entry in look(tmp_path / "base").items() if "/base/q" not in path}
        assert now == before, journal
        assert folder.is_dir(), "a folder that the journal only claims to have made stays"
        if number % 3 == 0:
            shutil.rmtree(tmp_path / "base")
            folder = plant(tmp_path / "base")
            before = {path: entry for path, entry in look(tmp_path / "base").items() if "/base/q" not in path}
    # Of journals that are all refused when they are read, nothing would be learnt of what acts upon them.
    assert accepted > NUMBER // 4 // 5


def test_a_folder_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    paths = grow(tmp_path / "data", 4)
    apply(tmp_path / "q", moves(paths, "copy"))
    (tmp_path / "q" / "odd").rename(tmp_path / "elsewhere")
    (tmp_path / "q" / "odd").symlink_to(tmp_path / "elsewhere")
    before = look(tmp_path / "elsewhere")
    assert statuses(apply(tmp_path / "q", [Operation("copy", paths[0], "odd/new")])) == ["failed"]
    results = undo(tmp_path / "q")
    assert sorted(statuses(results)) == ["gone", "gone", "undone", "undone"]
    assert look(tmp_path / "elsewhere") == before


def test_a_journal_that_is_a_link_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "q").mkdir()
    (tmp_path / "theirs").write_text("")
    (tmp_path / "q" / "journal.jsonl").symlink_to(tmp_path / "theirs")
    for act in (undo, reopen):
        with pytest.raises(BurnishError, match="symbolic link"):
            act(tmp_path / "q")
    assert (tmp_path / "theirs").read_text() == ""


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, dict[str, Any]]:
    """A folder with files that another user moved there, and the tree as it was before."""
    paths = grow(tmp_path / "data", 4)
    before = look(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path.parent / f"{tmp_path.name}-other"))
    apply(tmp_path / "q", moves(paths))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path.parent / f"{tmp_path.name}-mine"))
    return tmp_path / "q", before


def test_a_foreign_journal_asks_before_it_reaches_outside(foreign: tuple[Path, dict[str, Any]]) -> None:
    folder, before = foreign
    there = look(folder.parent)
    with pytest.raises(BurnishError, match=r"not written by your burnish .* 4 files outside .*/data/.*--outside"):
        undo(folder)
    assert statuses(undo(folder, dry_run=True)) == ["undone"] * 4
    assert look(folder.parent) == there
    with Journal.find(str(folder), outside=True) as journal:
        assert statuses(take_back(journal)) == ["undone"] * 4
    (folder / "journal.jsonl").unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()
    assert look(folder.parent) == before


@pytest.mark.parametrize("state", ["pending", "done", "undoing"])
def test_a_foreign_journal_asks_in_every_state_that_can_end_outside(tmp_path: Path, state: str) -> None:
    folder = plant(tmp_path)
    change = {"record": "change", "id": 0, "kind": "move", "target": "a", "source": "../outside/new.txt"}
    records = ({"record": "journal", "token": TOKEN, "made": 0}, change, {"record": "mark", "state": state, "ids": [0]})
    (folder / "journal.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    before = look(tmp_path)
    with pytest.raises(BurnishError, match=r"1 files outside of its folder .*new\.txt.*--outside"):
        undo(folder)
    assert look(tmp_path) == before


@pytest.mark.parametrize("edit", [b"../data/", b'"done"', b'"seal":"', b'"made":1'])
def test_a_journal_of_ones_own_that_was_edited_is_foreign(tmp_path: Path, edit: bytes) -> None:
    apply(tmp_path / "q", moves(grow(tmp_path / "data", 4)))
    path = tmp_path / "q" / "journal.jsonl"
    new = {b"../data/": b".././data/", b'"done"': b'"done" ', b'"seal":"': b'"seal": "', b'"made":1': b'"made":2'}[edit]
    path.write_bytes(path.read_bytes().replace(edit, new, 1))
    with pytest.raises(BurnishError, match="not written by your burnish"):
        undo(tmp_path / "q")


def test_a_journal_that_was_copied_elsewhere_takes_nothing_back(tmp_path: Path) -> None:
    apply(tmp_path / "q", moves(grow(tmp_path / "data", 8), "copy"))
    (tmp_path / "p").mkdir()
    shutil.copy(tmp_path / "q" / "journal.jsonl", tmp_path / "p")
    before = look(tmp_path / "q"), look(tmp_path / "data"), (tmp_path / "p" / "journal.jsonl").read_bytes()
    assert statuses(undo(tmp_path / "p")) == ["gone"] * 8
    assert (look(tmp_path / "q"), look(tmp_path / "data"), (tmp_path / "p" / "journal.jsonl").read_bytes()) == before
