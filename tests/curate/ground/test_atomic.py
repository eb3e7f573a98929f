"""Either the old file or the new one, whole."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from curate.ground.atomic import atomic_write
from curate.ground.errors import InputError
from tests.conftest import ROOT
from tests.soak import SOAK


def test_the_new_file_takes_the_name_when_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "set.jsonl"
    target.write_text("old")
    with atomic_write(str(target)) as file:
        file.write(b"new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert os.listdir(tmp_path) == ["set.jsonl"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "set.jsonl"
    target.write_text("old")

    def interrupted() -> None:
        with atomic_write(str(target)) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["set.jsonl"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_what_did_not_fit_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    target = str(tmp_path / "set.jsonl")
    with pytest.raises(OSError, match=r"set\.jsonl") as caught, atomic_write(target) as file:
        file.write(b"new")
    assert caught.value.filename == target
    assert os.listdir(tmp_path) == []


def test_permissions_are_kept_and_new_files_get_the_usual_ones(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("")
    old.chmod(0o640)
    (tmp_path / "plain").write_text("")
    for path in (old, new):
        with atomic_write(str(path)) as file:
            file.write(b"x")
    assert old.stat().st_mode & 0o777 == 0o640
    assert new.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    with atomic_write(str(tmp_path / "link")) as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_pipe_is_written_to_directly(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with atomic_write(str(fifo)) as file:
        file.write(b"through")
    assert os.read(reader, 100) == b"through"
    os.close(reader)


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "it is a folder; name a file in it"), ("no/file", r"there is no folder .*no; make it first")],
)
def test_what_cannot_be_written(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message), atomic_write(str(tmp_path / name)):
        pass


def write(path: Path, content: bytes) -> None:
    with atomic_write(str(path)) as file:
        file.write(content)


def test_what_a_killed_writer_left_is_taken_over(tmp_path: Path) -> None:
    for name in (".set.jsonl.burnish.tmp", ".set.jsonl.burnish1.tmp", ".set.jsonl.burnish7.tmp"):
        (tmp_path / name).write_text("much longer than what comes")
    write(tmp_path / "set.jsonl", b"new")
    assert os.listdir(tmp_path) == ["set.jsonl"]
    assert (tmp_path / "set.jsonl").read_bytes() == b"new"


def test_each_of_many_writers_has_a_file_of_its_own_and_the_last_one_wins(tmp_path: Path) -> None:
    target = tmp_path / "a"
    writers = [atomic_write(str(target)) for _ in range(12)]
    files = [writer.__enter__() for writer in writers]
    assert len(os.listdir(tmp_path)) == 12
    for number, file in enumerate(files):
        file.write(b"%d" % number * 100)
    for number in random.Random(0).sample(range(12), 12):
        writers[number].__exit__(None, None, None)
        assert target.read_bytes() == b"%d" % number * 100
    assert os.listdir(tmp_path) == ["a"]


def test_what_was_put_in_the_way_is_neither_written_to_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious")
    (tmp_path / ".a.burnish.tmp").symlink_to("precious")
    os.link(tmp_path / "precious", tmp_path / ".a.burnish1.tmp")
    os.mkfifo(tmp_path / ".a.burnish2.tmp")
    (tmp_path / ".a.burnish3.tmp").mkdir()
    write(tmp_path / "a", b"new")
    assert (tmp_path / "precious").read_text() == "precious"
    assert (tmp_path / "a").read_bytes() == b"new"
    assert len(os.listdir(tmp_path)) == 6


@pytest.mark.parametrize("name", ["a" * 255, "\N{GRINNING FACE}" * 63, "x" + "\N{GRINNING FACE}" * 63], ids=len)
def test_names_as_long_as_they_may_be(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, b"new")
    assert os.listdir(tmp_path) == [name]


KILLED = 300 if SOAK else 6
_WRITER = """
import sys; sys.path.insert(0, sys.argv[1])
from curate.ground.atomic import atomic_write
print(flush=True)
while True:
    for letter in b"abc":
        with atomic_write(sys.argv[2]) as file:
            for _ in range(8):
                file.write(bytes([letter]) * 100_000)
"""


def test_writers_killed_at_any_moment_leave_a_whole_file_and_nothing_for_ever(tmp_path: Path) -> None:
    """Two at a time, so that the names of one are in use while the other is killed."""
    target = tmp_path / "set.jsonl"
    chance = random.Random(KILLED)
    words = [sys.executable, "-c", _WRITER, str(ROOT), str(target)]
    for _ in range(KILLED // 2):
        writers = [subprocess.Popen(words, stdout=subprocess.PIPE) for _ in range(2)]
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        for writer in writers:
            time.sleep(chance.random() / 20)
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            writer.communicate()
        if target.exists():
            content = target.read_bytes()
            assert len(content) == 800_000
            assert len(set(content)) == 1
        assert len(os.listdir(tmp_path)) <= 3
    write(target, b"last")
    assert os.listdir(tmp_path) == ["set.jsonl"]
