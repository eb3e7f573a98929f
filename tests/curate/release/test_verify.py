"""Whether a release is still what it was, and back from the copies that it kept."""

import json
import shutil
from pathlib import Path

import pytest

from curate.ground.errors import GateError, UsageError
from curate.release.folder import read_current
from curate.release.records import MANIFEST, RECORD
from curate.release.restore import restore
from curate.release.verify import Verified, verify
from tests.curate.release.sets import files_of, line, release, some


def look(folder: Path, *names: str, files: bool = True) -> list[Verified]:
    return verify(str(folder / "releases"), names, str(folder), iter, files=files).releases


def test_files_are_found_at_their_paths_or_in_the_store(tmp_path: Path) -> None:
    files_of(tmp_path, some())
    release(tmp_path, "v1", some()[:2])
    release(tmp_path, "v2", some(), media="copy")
    assert [(one.name, one.files, one.is_sound) for one in look(tmp_path)] == [("v1", 2, True), ("v2", 4, True)]
    shutil.rmtree(tmp_path / "d")
    assert [one.is_sound for one in look(tmp_path)] == [True, True]
    shutil.rmtree(tmp_path / "releases" / "media")
    files_of(tmp_path, some()[:2])
    (tmp_path / "d/1.png").write_text("changed")
    found = look(tmp_path, "v2")[0]
    assert (found.files, list(found.lost), found.changed) == (1, ["d/2.png", "d/3.png"], ["d/1.png"])
    assert look(tmp_path, "v2", files=False)[0].is_sound


def test_each_part_of_a_release_is_held_against_its_digest(tmp_path: Path) -> None:
    files_of(tmp_path, some())
    release(tmp_path, "v1", some())
    manifest = tmp_path / "releases/v1" / MANIFEST
    text = manifest.read_bytes()
    manifest.write_bytes(text.replace(b"dog", b"cow"))
    assert "it has been changed since" in look(tmp_path)[0].problems[0]
    manifest.write_bytes(text)
    record = tmp_path / "releases/v1" / RECORD
    record.write_text(json.dumps({**json.loads(record.read_text()), "samples": 5}))
    assert "has 4 samples, and its record says 5" in look(tmp_path)[0].problems[0]
    record.write_text("{}")
    assert [one.name for one in look(tmp_path)] == ["v1", "current"]
    with pytest.raises(UsageError, match="has no release v7"):
        look(tmp_path, "v7")


def test_files_are_put_back_and_none_is_written_over(tmp_path: Path) -> None:
    files_of(tmp_path, some())
    release(tmp_path, "v1", some(), media="copy")
    folder, there = str(tmp_path / "releases"), tmp_path / "there"
    assert restore(folder, read_current(folder), str(there), iter) == 4
    assert (there / "d/2.png").read_text() == "d/2.png"
    (there / "d/2.png").unlink()
    assert restore(folder, read_current(folder), str(there), iter) == 1
    (there / "d/2.png").write_text("ours")
    (there / "d/3.png").unlink()
    with pytest.raises(GateError, match="is there with other bytes"):
        restore(folder, read_current(folder), str(there), iter)
    assert (there / "d/2.png").read_text() == "ours"
    assert not (there / "d/3.png").exists(), "nothing is written if not all can be"


@pytest.mark.parametrize("path", ["../out.png", "/tmp/out.png", "d/../../out.png", "link/out.png"])
def test_nothing_is_put_outside_of_the_root(tmp_path: Path, path: str) -> None:
    there = tmp_path / "a" / "there"
    there.mkdir(parents=True)
    (tmp_path / "away").mkdir()
    (there / "link").symlink_to(tmp_path / "away")
    release(tmp_path, "v1", [line(path, "x")], media="trust")
    store = tmp_path / "releases" / "media"
    digest = json.loads(line(path, "x"))["digest"].removeprefix("sha256:")
    (store / digest[:2]).mkdir(parents=True)
    (store / digest[:2] / f"{digest}.png").write_text("x")
    folder = str(tmp_path / "releases")
    with pytest.raises(GateError, match="is outside of"):
        restore(folder, read_current(folder), str(there), iter)
    assert not list(tmp_path.rglob("out.png"))


def test_without_copies_nothing_is_put_back(tmp_path: Path) -> None:
    files_of(tmp_path, some())
    release(tmp_path, "v1", some())
    folder = str(tmp_path / "releases")
    with pytest.raises(GateError, match=r"has no copy of d/0\.png; .* --media copy keeps them, and 3 more"):
        restore(folder, read_current(folder), str(tmp_path / "there"), iter)
    assert not (tmp_path / "there").exists()
