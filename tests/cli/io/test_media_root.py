"""A manifest from another folder, or of files that were moved: one behaviour of all commands."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Burnish

Write = Callable[..., Path]

NEEDING = {
    "dedup": ["-o", "out.jsonl"],
    "train": ["--run", "run"],
    "overfit": [],
    "organize": ["--into", "organized"],
}


@pytest.fixture
def folder(tmp_path: Path, picture: Write, burnish: Burnish) -> Path:
    for label in "ab":
        for number in range(4):
            picture(tmp_path / "home" / "set" / label / f"{number}.png", seed=10 * ord(label) + number)
    shutil.copy(tmp_path / "home/set/a/0.png", tmp_path / "home/set/a/copy.png")
    burnish("scan", "home/set", "--root", "home", "-o", "home/set.jsonl")
    return tmp_path


@pytest.mark.parametrize("command", NEEDING)
def test_what_needs_the_files_stops_before_it_begins(burnish: Burnish, folder: Path, command: str) -> None:
    shutil.copy(folder / "home" / "set.jsonl", folder)
    text = (folder / "set.jsonl").read_text()
    before = sorted(os.listdir(folder))
    for source, stdin in ((["set.jsonl"], ""), ([], text)):
        errors = burnish(command, *source, *NEEDING[command], stdin=stdin, code=2).stderr
        assert errors == (
            f"burnish {command}: 9 of 9 files that were looked at are not there, such as set/a/0.png; paths are "
            "relative to the working directory; name the folder that scan ran in: --root DIR\n"
        )
    assert sorted(os.listdir(folder)) == before


@pytest.mark.parametrize("command", ["augment", "preview"])
def test_so_do_those_that_take_recipes(burnish: Burnish, folder: Path, command: str) -> None:
    shutil.copy(folder / "home" / "set.jsonl", folder)
    outputs = {"augment": ["--into", "new"], "preview": ["-o", "page.html"]}
    errors = burnish(command, "photos-wear", "set.jsonl", *outputs[command], code=2).stderr
    assert "9 of 9 files that were looked at are not there" in errors


def test_the_folder_of_the_manifest_is_where_they_are_looked_for_next(burnish: Burnish, folder: Path) -> None:
    result = burnish("dedup", "home/set.jsonl")
    assert "paths are relative to home, where the manifest is; said once and for all: --root home" in result.stderr
    assert len(result.stdout.splitlines()) == 8
    assert burnish("dedup", "home/set.jsonl", "--root", "home").stdout == result.stdout


def test_a_page_without_its_pictures_is_written_with_a_warning(burnish: Burnish, folder: Path) -> None:
    shutil.copy(folder / "home" / "set.jsonl", folder)
    assert "warning: 9 of 9 files" in burnish("stats", "set.jsonl", "--html", "page.html").stderr
    assert burnish("stats", "set.jsonl").stderr == ""
    assert "not there" not in burnish("clean", "set.jsonl").stderr


def test_a_few_that_are_gone_stop_nothing(burnish: Burnish, folder: Path) -> None:
    for number in range(4):
        (folder / "home" / "set" / "b" / f"{number}.png").unlink()
    burnish("dedup", "home/set.jsonl", "--root", "home", "-o", "out.jsonl")


@pytest.mark.parametrize("change", ["gone", "changed", "touched"])
def test_a_copy_that_is_not_what_was_scanned_stands_for_none(burnish: Burnish, folder: Path, change: str) -> None:
    kept = folder / "home" / "set" / "a" / "0.png"
    if change == "gone":
        kept.unlink()
    elif change == "changed":
        kept.write_bytes(b"x" * kept.stat().st_size)
    if change != "gone":
        os.utime(kept, ns=(1, 1))
    result = burnish("dedup", "home/set.jsonl", "--root", "home", "--json", "-o", "out.jsonl")
    groups = json.loads(result.stdout)["groups"]
    dropped = {"touched": [["set/a/copy.png"]], "gone": [["set/a/0.png"]], "changed": []}
    assert [group["dropped"] for group in groups] == dropped[change]
    if change == "changed":
        assert "home/set/a/0.png: it was changed after it was scanned; scan again" in result.stderr
    assert len((folder / "out.jsonl").read_text().splitlines()) == (9 if change == "changed" else 8)
