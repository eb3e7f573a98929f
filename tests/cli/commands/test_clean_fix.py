"""`burnish clean --fix`: what it says, what it does with --apply, and the way back."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ROOT, Burnish
from tests.curate.media.repair.test_cut import archive
from tests.curate.repair.test_repair import contents, grow

Write = Callable[..., Path]
ALL = "extension,orientation,trailing-bytes"
DIE = ROOT / "tests" / "soak" / "die_at_change.py"


@pytest.fixture
def folder(tmp_path: Path, burnish: Burnish) -> Path:
    grow(tmp_path / "data")
    burnish("scan", "data", "--label", "none", "-o", "set.jsonl")
    return tmp_path


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_plan_first_then_the_files_then_all_back(burnish: Burnish, folder: Path) -> None:
    before = contents(folder / "data")
    plan = burnish("clean", "set.jsonl", "--fix", ALL, "-o", "same.jsonl").stderr
    assert "fix extension: 3 files would be renamed, such as data/all.jpg\n" in plan
    assert f"  look: a zip archive behind the end of 1 file, {len(archive()):,} bytes, such as data/long.jpg\n" in plan
    assert "nothing was changed; do it with --apply\n" in plan
    assert contents(folder / "data") == before
    said = burnish("clean", "set.jsonl", "--fix", ALL, "--apply", "-o", "set.jsonl").stderr
    assert "fix extension: 3 files renamed, such as data/all.jpg\n" in said
    assert "take it back with: burnish undo data/journal.jsonl\n" in said
    burnish("scan", "data", "--label", "none", "-o", "again.jsonl")
    kept = [{**one, "origin": 0} for one in lines(folder / "set.jsonl")]
    assert sorted(map(str, kept)) == sorted(str({**one, "origin": 0}) for one in lines(folder / "again.jsonl"))
    said = burnish("clean", "set.jsonl", "--fix", ALL, "--apply").stderr
    assert "fix: nothing to mend in 6 files\n" in said
    burnish("undo", "data/journal.jsonl")
    assert contents(folder / "data") == before


def test_a_mended_file_is_kept_and_a_broken_one_is_not(burnish: Burnish, folder: Path, recording: Write) -> None:
    sound = recording(folder / "data" / "loud.wav")
    sound.write_bytes(sound.read_bytes() + archive() * 3)
    cut = folder / "data" / "cut.gif"
    cut.write_bytes((folder / "data" / "fine.jpg").read_bytes()[:-90])
    burnish("scan", "data", "--label", "none", "-o", "set.jsonl")
    words = ("--fix", ALL, "--quarantine", "aside", "--apply", "-o", "good.jsonl")
    said = burnish("clean", "set.jsonl", *words).stderr
    names = {Path(str(one["path"])).name for one in lines(folder / "good.jsonl")}
    assert "loud.wav" in names, "its header counted too few bytes, which the cut mended"
    assert not names & {"cut.gif", "cut.jpg"}
    assert [path.name for path in (folder / "aside").rglob("cut.*")] == ["cut.jpg"], "renamed first, then set aside"
    assert "trailing-bytes not mended: 1 file, such as data/cut.gif" in said


@pytest.mark.parametrize("at", [0.3, 0.6, 0.9] if os.environ.get("BURNISH_SOAK") else [0.6])
def test_killed_on_the_way_it_goes_on(burnish: Burnish, folder: Path, at: float) -> None:
    before, words = contents(folder / "data"), ["clean", "set.jsonl", "--fix", ALL, "--apply", "-o", "set.jsonl", "-q"]

    def run(fatal: int) -> int:
        command = [sys.executable, str(DIE), str(fatal), "changes", *words]
        return subprocess.run(command, cwd=folder, check=False, start_new_session=True).returncode

    first = (folder / "set.jsonl").read_bytes()
    assert run(0) == 0
    whole, changes = contents(folder / "data"), int((folder / "changes").read_text())
    burnish("undo", "data/journal.jsonl")
    (folder / "set.jsonl").write_bytes(first)
    assert run(int(at * changes)) == -9
    assert {*contents(folder / "data").values()} >= {*before.values()}
    assert (folder / "set.jsonl").read_bytes() == first
    assert run(0) == 0
    assert contents(folder / "data") == whole
    assert {one["path"] for one in lines(folder / "set.jsonl")} <= {f"data/{name}" for name in whole}
    burnish("undo", "data/journal.jsonl")
    assert contents(folder / "data") == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["set.jsonl", "--fix", "colour"], "--fix colour: there is extension, orientation, trailing-bytes"),
        (["set.jsonl", "--apply"], "--apply moves or mends files, so it needs --quarantine DIR or --fix WHAT"),
        (
            ["far.jsonl", "--fix", ALL],
            "--fix changes files of a disk, and s3://b/a.jpg is in a store or a shard; bring",
        ),
        (["else.jsonl", "--fix", ALL, "--apply"], "not one of the files can be read; are they in another folder?"),
    ],
)
def test_wrong_calls_are_one_line(burnish: Burnish, folder: Path, words: list[str], message: str) -> None:
    (folder / "far.jsonl").write_text('{"path":"s3://b/a.jpg","kind":"image","digest":"sha256:0"}\n')
    (folder / "else.jsonl").write_text((folder / "set.jsonl").read_text().replace("data/", "date/"))
    before = contents(folder / "data")
    errors = burnish("clean", *words, code=2).stderr
    assert errors.startswith(f"burnish clean: {message}")
    assert errors.count("\n") == 1
    assert contents(folder / "data") == before


def test_a_file_that_cannot_be_changed_ends_in_one_line_and_no_manifest(burnish: Burnish, folder: Path) -> None:
    other = folder / "data" / "more"
    other.mkdir()
    (folder / "data" / "two.gif").rename(other / "two.gif")
    burnish("scan", "data", "--label", "none", "-o", "set.jsonl")
    other.chmod(0o555)
    try:
        if (other / "probe").exists() or _may_write(other):
            pytest.skip("a user who may write everywhere")
        result = burnish("clean", "set.jsonl", "--fix", "extension", "--apply", "-o", "out.jsonl", code=1)
    finally:
        other.chmod(0o755)
    assert "1 file could not be changed, and no manifest was written" in result.stderr
    assert not (folder / "out.jsonl").exists()


def _may_write(folder: Path) -> bool:
    try:
        (folder / "probe").touch()
    except OSError:
        return False
    (folder / "probe").unlink()
    return True
