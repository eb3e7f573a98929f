"""Renames that never overwrite, copies that are verified."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from curate.journal import fs
from curate.journal.tree import Tree


@pytest.fixture(params=["native", "links"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The system's own exclusive rename, and the one for file systems that have none."""
    if request.param == "links":
        monkeypatch.setattr(fs, "_rename_natively", lambda source, target: errno.EINVAL)
    return str(request.param)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    found = Tree(str(tmp_path), "0" * 8)
    yield found
    found.close()


def test_rename(tmp_path: Path, tree: Tree, way: str) -> None:
    (tmp_path / "a").write_text("a")
    fs.rename_exclusive(tree, str(tmp_path / "a"), str(tmp_path / "b"))
    assert os.listdir(tmp_path) == ["b"]
    assert os.stat(tmp_path / "b").st_nlink == 1


@pytest.mark.parametrize("there", ["file", "folder", "broken link"])
def test_rename_never_overwrites(tmp_path: Path, tree: Tree, way: str, there: str) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_text("a")
    if there == "folder":
        target.mkdir()
    elif there == "file":
        target.touch()
    else:
        target.symlink_to("gone")
    before = os.lstat(target)
    with pytest.raises(FileExistsError):
        fs.rename_exclusive(tree, str(source), str(target))
    assert source.read_text() == "a"
    assert os.path.samestat(os.lstat(target), before)


def test_a_vanished_source_is_said_so(tmp_path: Path, tree: Tree, way: str) -> None:
    with pytest.raises(FileNotFoundError):
        fs.rename_exclusive(tree, str(tmp_path / "a"), str(tmp_path / "b"))


@pytest.mark.parametrize("kernel", [True, False], ids=["kernel", "memory"])
def test_copy_keeps_bytes_times_and_permissions(
    tmp_path: Path, tree: Tree, monkeypatch: pytest.MonkeyPatch, kernel: bool
) -> None:
    if not kernel:
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(bytes(range(256)) * 5000)
    source.chmod(0o640)
    os.utime(source, ns=(1, 123456789123456789))
    assert fs.copy(tree, str(source), str(target)) == fs.digest_of(str(source))
    assert target.read_bytes() == source.read_bytes()
    assert (target.stat().st_mode, target.stat().st_mtime_ns) == (source.stat().st_mode, 123456789123456789)


def test_copy_never_overwrites_and_leaves_nothing_half_made(tmp_path: Path, tree: Tree) -> None:
    (tmp_path / "b").write_text("b")
    with pytest.raises(FileExistsError):
        fs.copy(tree, str(tmp_path / "b"), str(tmp_path / "b"))
    with pytest.raises(FileNotFoundError):
        fs.copy(tree, str(tmp_path / "gone"), str(tmp_path / "c"))
    assert os.listdir(tmp_path) == ["b"]


def test_sync_of_few_and_of_many(tmp_path: Path, tree: Tree) -> None:
    for number in range(20):
        (tmp_path / str(number)).touch()
    fs.sync(tree, [str(tmp_path)])
    fs.sync(tree, (str(tmp_path / str(number)) for number in range(20)))
    with pytest.raises(FileNotFoundError):
        fs.sync(tree, [str(tmp_path / "gone")])
