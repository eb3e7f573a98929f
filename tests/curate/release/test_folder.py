"""A folder of releases may have come from anybody: what does not fit is named in one line, and nothing leads out."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from curate.ground.errors import InputError, UsageError
from curate.release.folder import check_manifest, list_releases, read_current, read_pointer, read_release, schema_path
from curate.release.records import CURRENT, MANIFEST, RECORD
from tests.curate.release.sets import files_of, release, some


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make two releases."""
    files_of(tmp_path, some())
    release(tmp_path, "v1", some()[:2])
    release(tmp_path, "v2", some())
    return tmp_path / "releases"


def change(path: Path, **fields: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def outside(folder: Path) -> None:
    """Let the folder of the current release be a link to another place, which holds a release of that name."""
    (folder / "v2").rename(folder.parent / "away")
    (folder / "v2").symlink_to(folder.parent / "away")


def linked(folder: Path) -> None:
    (folder / "v2" / MANIFEST).rename(folder.parent / "away")
    (folder / "v2" / MANIFEST).symlink_to(folder.parent / "away")


def fifo(folder: Path) -> None:
    (folder / CURRENT).unlink()
    os.mkfifo(folder / CURRENT)


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "a pointer out of the folder": (lambda at: change(at / CURRENT, release="../away"), "is named by letters"),
    "a pointer to an absolute path": (lambda at: change(at / CURRENT, release="/etc"), "is named by letters"),
    "a pointer to no release": (lambda at: change(at / CURRENT, release="v9"), "has no release v9"),
    "a pointer to other content": (lambda at: change(at / CURRENT, release="v1"), "it is not what was released"),
    "a pointer of another version": (lambda at: change(at / CURRENT, version=2), "version 2, and this burnish knows"),
    "a pointer without a digest": (lambda at: change(at / CURRENT, digest="x"), "is not as burnish writes it"),
    "a pointer of switch 0": (lambda at: change(at / CURRENT, switch=0), "is not as burnish writes it"),
    "a pointer cut off": (lambda at: (at / CURRENT).write_text('{"rele'), "is not as burnish writes it"),
    "an empty pointer": (lambda at: (at / CURRENT).write_text(""), "is not as burnish writes it"),
    "a pointer of megabytes": (lambda at: (at / CURRENT).write_text(" " * (2 << 20)), "which no record"),
    "a pointer nested": (lambda at: (at / CURRENT).write_text("[" * 100_000), "is not as burnish writes it"),
    "a pointer that is a pipe": (fifo, "is no file"),
    "a folder that is a link": (outside, "is no folder"),
    "a manifest that is a link": (linked, "is no file"),
    "a record of another": (lambda at: change(at / "v2" / RECORD, name="v1"), "it is the record of 'v1'"),
    "a record that leads out": (lambda at: change(at / "v2" / RECORD, previous="../x"), "is named by letters"),
    "a record with -1 samples": (lambda at: change(at / "v2" / RECORD, samples=-1), "is not as burnish writes it"),
    "no record": (lambda at: (at / "v2" / RECORD).unlink(), "cannot read"),
    "no manifest": (lambda at: (at / "v2" / MANIFEST).unlink(), "cannot read"),
    "a longer manifest": (lambda at: (at / "v2" / MANIFEST).write_text("{}\n" * 999), "and was released with"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_not_right_is_named_in_one_line(folder: Path, damage: str) -> None:
    work, message = DAMAGE[damage]
    work(folder)
    with pytest.raises((InputError, UsageError), match=message) as found:
        read_current(str(folder))
    assert "\n" not in str(found.value)


def test_a_manifest_of_the_same_size_with_other_bytes(folder: Path) -> None:
    path = folder / "v2" / MANIFEST
    path.write_bytes(path.read_bytes().replace(b'"dog"', b'"cow"'))
    current = read_current(str(folder))
    with pytest.raises(InputError, match="it has been changed since"):
        check_manifest(str(folder), current)


def test_the_list_has_all_in_the_order_of_their_making(folder: Path) -> None:
    (folder / "notes").mkdir()
    (folder / "v3").mkdir()
    (folder / "v3" / RECORD).write_text("{}")
    found = list_releases(str(folder))
    assert [one.name for one in found.releases] == ["v1", "v2"]
    assert found.pointer is not None
    assert found.pointer.release == "v2"
    assert list(found.broken) == ["v3"]


def test_a_folder_without_releases(tmp_path: Path) -> None:
    assert read_pointer(str(tmp_path / "none")) is None
    with pytest.raises(InputError, match="has no release yet; make one: burnish release"):
        read_current(str(tmp_path))
    with pytest.raises(InputError, match="cannot read"):
        list_releases(str(tmp_path / "none"))


def test_a_schema_that_was_changed(tmp_path: Path) -> None:
    files_of(tmp_path, some())
    (tmp_path / "s.yaml").write_text("kind: schema\nversion: 1\n")
    release(tmp_path, "v1", some(), schema=str(tmp_path / "s.yaml"))
    folder = str(tmp_path / "releases")
    path = schema_path(folder, read_release(folder, "v1"))
    assert path is not None
    Path(path).write_text("kind: schema\nversion: 1\nalpha: 0.5\n")
    with pytest.raises(InputError, match="it has been changed since"):
        schema_path(folder, read_release(folder, "v1"))
