"""The journal's file survives crashes, odd names and other processes; damage is named."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from curate.ground.errors import BurnishError, InputError
from curate.journal import Journal, Operation
from curate.journal.journal_file import JournalFile
from curate.journal.records import RESERVED, STATES, VERSION, Change, Kind
from tests.conftest import ROOT, Burnish
from tests.curate.journal.trees import apply, grow, look, moves, statuses, undo


def test_states_and_changes_are_read_back(tmp_path: Path) -> None:
    path = str(tmp_path / "journal.jsonl")
    file = JournalFile(path, made=())
    changes = [Change(n, "move", f"x/{n}\udcff", f"../{n}") for n in range(4)]
    for change in changes:
        file.add(change)
    file.mark("done", [0, 2])
    file.mark("undone", [2])
    file.commit()
    file.close()
    again = JournalFile(path)
    assert [again.state(n) for n in range(4)] == ["done", "pending", "undone", "pending"]
    assert [again.change(n) for n in range(4)] == changes
    assert list(again.ids("pending", "done")) == [3, 1, 0]
    again.close()


def test_it_is_readable(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("a")
    apply(tmp_path / "q", moves([str(tmp_path / "a.wav")]))
    first, *changes, mark = [json.loads(line) for line in (tmp_path / "q" / "journal.jsonl").read_text().splitlines()]
    assert len(first["token"]) == 8
    assert {**first, "token": ""} == {
        "record": "journal", "version": 1, "token": "", "made": 1, "above": [], "seal": first["seal"]
    }  # fmt: skip
    assert [(change["kind"], change["target"]) for change in changes] == [
        ("folder", "even"),
        ("folder", "even/deep"),
        ("move", "even/deep/a.wav"),
    ]
    assert changes[2]["source"] == "../a.wav"
    assert mark == {"record": "mark", "state": "done", "ids": [0, 1, 2], "seal": mark["seal"]}


@pytest.mark.parametrize("cut", range(1, 54, 4))
def test_a_torn_last_line_is_cut_off(tmp_path: Path, cut: int) -> None:
    paths = grow(tmp_path / "data", 4)
    before = look(tmp_path)
    apply(tmp_path / "q", moves(paths))
    file = tmp_path / "q" / "journal.jsonl"
    file.write_bytes(file.read_bytes()[:-cut])
    apply(tmp_path / "q", [])
    assert file.read_bytes().endswith(b"\n")
    assert statuses(undo(tmp_path / "q")) == ["undone"] * 4
    assert look(tmp_path) == before


def test_zeros_at_the_end_are_a_torn_line(tmp_path: Path) -> None:
    apply(tmp_path / "q", moves(grow(tmp_path / "data", 4)))
    with open(tmp_path / "q" / "journal.jsonl", "ab") as file:
        file.write(b"\0" * 100)
    assert statuses(undo(tmp_path / "q")) == ["undone"] * 4


@pytest.mark.parametrize(
    ("line", "text", "message"),
    [
        (1, b'{"path": "a.jpg"}', r"journal.jsonl:1: not a journal of burnish: .*; nothing was changed"),
        (1, b'{"record": "journal", "token": "", "made": 0, "version": 0}', r":1: not a journal of burnish: .*version"),
        (3, b"?", r"journal.jsonl:3: damaged: JSON is malformed"),
        (3, b'{"record": "mark", "state": "done", "ids": [9]}', r":3: damaged: there is no change 9"),
        (3, b'{"record": "change", "id": 7, "kind": "move", "target": "x"}', r":3: damaged: change 1 is missing"),
        (3, b'{"record": "journal", "token": "", "made": 0}', r":3: damaged: the first line"),
        (3, b'{"record": "mark", "state": "gone", "ids": []}', r":3: damaged: Invalid enum value 'gone'"),
    ],
)
def test_other_damage_is_named_and_nothing_is_touched(tmp_path: Path, line: int, text: bytes, message: str) -> None:
    apply(tmp_path / "q", moves(grow(tmp_path / "data", 4)))
    file = tmp_path / "q" / "journal.jsonl"
    lines = file.read_bytes().split(b"\n")
    lines[line - 1] = text
    file.write_bytes(b"\n".join(lines))
    before = look(tmp_path)
    for attempt in (undo, lambda folder: apply(folder, [])):
        with pytest.raises(InputError, match=message):
            attempt(tmp_path / "q")
    assert look(tmp_path) == before


LATER = {
    "version 2": (0, {"record": "journal", "version": 2, "token": "0123abcd", "made": 1}),
    "version 3": (0, {"record": "journal", "version": 3, "key": ["another", "shape"]}),
    "'rewrite' (contents changed in place": (
        -1, {"record": "change", "id": 4, "kind": "rewrite", "target": "even/deep/0.wav", "backup": "old/0.wav"}
    ),
    "'put' (a key written to an object store": (
        -1, {"record": "change", "id": 4, "kind": "put", "target": "s3://bucket/key", "etag": "x"}
    ),
    "'chmod', which version 1": (-1, {"record": "change", "id": 4, "kind": "chmod", "target": "even/deep/0.wav"}),
}  # fmt: skip


@pytest.mark.parametrize("said", LATER)
@pytest.mark.parametrize(
    "words", [("undo", "q"), ("undo", "q", "--dry-run"), ("undo", "q", "--outside"),
              ("organize", "set.jsonl", "--into", "q", "--apply", "-o", "new.jsonl")],
    ids=["undo", "dry run", "outside", "organize"],
)  # fmt: skip
def test_a_later_format_is_refused_in_one_line_before_any_effect(
    burnish: Burnish, tmp_path: Path, said: str, words: tuple[str, ...]
) -> None:
    apply(tmp_path / "q", moves(grow(tmp_path / "data", 4)))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.wav").write_text("a")
    (tmp_path / "set.jsonl").write_text('{"path": "more/a.wav", "label": "a", "kind": "audio"}\n')
    file = tmp_path / "q" / "journal.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    place, record = LATER[said]
    line = json.dumps(record).encode() + b"\n"
    # Behind what can be read and is done, and with a torn line behind it, which would be cut off.
    lines[place:] = [line, *lines[1:]] if place == 0 else [lines[-1], line]
    file.write_bytes(b"".join(lines) + b'{"record": "ma')
    before = look(tmp_path)
    errors = burnish(*words, "-q", code=2).stderr
    assert said in errors
    assert f"journal.jsonl:{1 if place == 0 else len(lines)}: " in errors
    assert errors.rstrip().endswith("take it back with the burnish that wrote it; nothing was changed")
    assert errors.count("\n") == 1
    assert look(tmp_path) == before


def test_the_page_of_the_format_has_every_kind_state_and_the_version() -> None:
    page = (ROOT / "docs" / "journal.md").read_text()
    for word in (*get_args(Kind), *STATES, *RESERVED):
        assert f"`{word}`" in page, word
    assert f"This is version {VERSION}." in page


def test_two_processes_cannot_work_on_one_folder(tmp_path: Path) -> None:
    program = "import sys; from curate.journal import Journal; Journal.open(sys.argv[1])"
    with Journal.open(str(tmp_path / "q")) as journal:
        list(journal.apply([Operation("symlink", __file__, "x")]))
        other = subprocess.run(
            [sys.executable, "-c", program, tmp_path / "q"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert f"another burnish is at work in {tmp_path / 'q'}; wait for its end" in other.stderr
        with pytest.raises(BurnishError, match="another burnish"):
            Journal.find(str(tmp_path / "q"), read_only=True)
    apply(tmp_path / "q", [])


def test_an_undo_that_removes_the_file_while_one_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    (tmp_path / "journal.jsonl").touch()
    real = fcntl.flock

    def removed_in_between(descriptor: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", real)
        os.unlink(tmp_path / "journal.jsonl")
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", removed_in_between)
    file = JournalFile(str(tmp_path / "journal.jsonl"), made=())
    assert os.path.getsize(tmp_path / "journal.jsonl") > 0
    file.close()


def test_a_full_disk_takes_back_what_was_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = JournalFile(str(tmp_path / "journal.jsonl"), made=())
    before = (tmp_path / "journal.jsonl").read_bytes()
    real, calls = os.write, []

    def half(descriptor: int, data: bytes) -> int:
        calls.append(data)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return real(descriptor, bytes(data)[: len(data) // 2])

    monkeypatch.setattr(os, "write", half)
    file.add(Change(0, "move", "x", "y"))
    with pytest.raises(OSError, match="No space"):
        file.commit()
    assert (tmp_path / "journal.jsonl").read_bytes() == before
    file.close()
