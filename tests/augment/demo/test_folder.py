from pathlib import Path

import pytest

from augment.demo.folder import claim, fill
from curate.ground.errors import UsageError


def test_a_new_and_an_empty_folder_and_that_of_an_earlier_demo_are_taken(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("new/deep", "empty", "empty"):
        claim(str(tmp_path / name), 3)
    assert (tmp_path / "empty" / ".burnish-demo.json").read_text() == '{"seed":3}\n'


def test_a_folder_with_something_else_in_it_is_refused_and_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"is not empty, and no earlier demo made it; name a new folder"):
        claim(str(tmp_path), 0)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("mark", [b"", b"\xff", b"[]", b'{"seed": "x"}'], ids=["empty", "bytes", "list", "text"])
def test_a_mark_that_is_none_is_something_else(tmp_path: Path, mark: bytes) -> None:
    (tmp_path / ".burnish-demo.json").write_bytes(mark)
    with pytest.raises(UsageError, match="is not empty"):
        claim(str(tmp_path), 0)


def test_a_demo_that_was_killed_before_its_mark_was_whole_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "..burnish-demo.json.x1.tmp").touch()
    claim(str(tmp_path), 0)
    assert (tmp_path / ".burnish-demo.json").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    with pytest.raises(UsageError, match="x is a file; name a folder for the demo"):
        claim(str(tmp_path / "x"), 0)


def test_another_seed_needs_another_folder(tmp_path: Path) -> None:
    claim(str(tmp_path / "demo"), 1)
    with pytest.raises(UsageError, match=r"holds the demo of --seed 1; name another folder for --seed 2"):
        claim(str(tmp_path / "demo"), 2)


def test_only_files_that_differ_are_written(tmp_path: Path) -> None:
    files = {"a/same": b"1", "a/half": b"12", "a/b/gone": b"123"}
    fill(str(tmp_path), files)
    (tmp_path / "a/half").write_bytes(b"1")
    (tmp_path / "a/b/gone").unlink()
    (tmp_path / "a/mine").write_bytes(b"?")
    before = (tmp_path / "a/same").stat().st_mtime_ns
    fill(str(tmp_path), files)
    assert {name: (tmp_path / name).read_bytes() for name in files} == files
    assert (tmp_path / "a/same").stat().st_mtime_ns == before
    assert (tmp_path / "a/mine").read_bytes() == b"?"
