"""Either the old file or the new one, whole."""

import os
from pathlib import Path

import pytest

from curate.ground.atomic import atomic_write
from curate.ground.errors import InputError


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
