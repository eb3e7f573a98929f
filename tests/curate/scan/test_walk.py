"""Every file once, in a fixed order, whatever lies in the folders."""

import os
from pathlib import Path

import pytest

from curate.ground.errors import InputError, UsageError
from curate.scan.walk import check_roots, walk


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("d/b.jpg", "d/a.jpg", "d/a/z.jpg", "d/.hidden/x.jpg", "d/.x.jpg", "d/c.jpg/inside.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return tmp_path / "d"


def paths(*roots: str) -> list[str]:
    return [entry.path for entry in walk(roots)]


def test_order_is_by_name_and_hidden_files_are_skipped(folder: Path) -> None:
    assert paths("d") == ["d/a/z.jpg", "d/a.jpg", "d/b.jpg", "d/c.jpg/inside.jpg"]


def test_without_statuses_the_files_are_the_same(folder: Path) -> None:
    (folder / "link.jpg").symlink_to("a.jpg")
    (folder / "broken.jpg").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.jpg")
    bare = [entry[:2] + entry[3:] for entry in walk(["d"], statuses=False)]
    assert bare == [entry[:2] + entry[3:] for entry in walk(["d"])]
    # What is no link is not looked at.
    assert [entry.path for entry in walk(["d"], statuses=False) if entry.status] == ["d/link.jpg"]


@pytest.mark.parametrize("root", ["d", "d/", "./d", "../{}/d"])
def test_paths_begin_as_they_were_typed(folder: Path, root: str) -> None:
    root = root.format(folder.parent.name)
    assert paths(root)[1] == f"{root.rstrip('/')}/a.jpg"


def test_what_is_named_itself_is_walked_even_if_hidden(folder: Path) -> None:
    assert paths("d/.hidden", "d/b.jpg") == ["d/.hidden/x.jpg", "d/b.jpg"]


def test_links_are_followed_but_not_in_circles(folder: Path) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "a" / "up").symlink_to("..")
    (folder / "twin").symlink_to("a")
    assert paths("d") == ["d/a/z.jpg", "d/a.jpg", "d/b.jpg", "d/c.jpg/inside.jpg", "d/twin/z.jpg"]


def test_what_is_no_file_is_named(folder: Path) -> None:
    (folder / "broken.jpg").symlink_to("nowhere")
    (folder / "self.jpg").symlink_to("self.jpg")
    os.mkfifo(folder / "pipe.wav")
    problems = {entry.path: entry.problem for entry in walk(["d"]) if entry.problem}
    assert problems == {
        "d/broken.jpg": "a broken link to nowhere",
        "d/pipe.wav": "a named pipe",
        "d/self.jpg": "a broken link to self.jpg",
    }


def test_a_folder_that_may_not_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def scandir(path: str) -> object:
        if path == "d/a":
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    problems = [(entry.path, entry.problem) for entry in walk(["d"]) if entry.problem]
    assert problems == [("d/a", "a folder that cannot be read: Permission denied")]


def test_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff\xfe.jpg"
    with open(name, "w"):
        pass
    assert [os.fsencode(path) for path in paths(str(tmp_path))] == [name]


@pytest.mark.parametrize(
    ("roots", "message"),
    [
        (["nowhere"], "^nowhere does not exist$"),
        (["link"], "^link is a broken link$"),
        (["fifo"], "^fifo is a named pipe, not a folder or a file$"),
        (["/dev/null"], "^/dev/null is a device, not a folder or a file$"),
        (["a\0b"], "embedded null"),
    ],
)
def test_roots_that_cannot_be_walked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, roots: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("link").symlink_to("gone")
    os.mkfifo("fifo")
    with pytest.raises(InputError, match=message):
        check_roots(roots)


@pytest.mark.parametrize("roots", [["d", "d/a"], ["d/a", "d"], ["d", "./d"]])
def test_roots_that_overlap(folder: Path, roots: list[str]) -> None:
    with pytest.raises(UsageError, match=f"{roots[1]} and {roots[0]} overlap"):
        check_roots(roots)
    check_roots(["d/a", "d/c.jpg"])
