"""Names of files in datasets of others: they lead into one folder, or nowhere."""

from pathlib import Path

import pytest

from curate.exchange.named_files import NamedFiles
from curate.ground.errors import BurnishError, InputError


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "set" / "clips").mkdir(parents=True)
    (tmp_path / "set" / "clips" / "a.wav").touch()
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("folder", "base", "name", "path"),
    [
        ("", "", "set/clips/a.wav", "set/clips/a.wav"),
        ("", "", "./set//clips/../clips/a.wav", "set/clips/a.wav"),
        ("set/clips", "", "a.wav", "set/clips/a.wav"),
        ("set/clips", "set", "a.wav", "clips/a.wav"),
        ("set", "set", "clips/a.wav", "clips/a.wav"),
        ("", "", "s3://bucket/a.wav", "s3://bucket/a.wav"),
    ],
)
def test_paths_are_as_the_user_typed_the_folder(folder: str, base: str, name: str, path: str) -> None:
    files = NamedFiles(folder, base)
    assert files.path(name, "t:1") == path
    assert files.missing == 0


def test_an_absolute_name_is_one_inside_or_refused(tmp_path: Path) -> None:
    files = NamedFiles("set")
    assert files.path(str(tmp_path / "set/clips/a.wav"), "t:1") == "set/clips/a.wav"
    with pytest.raises(InputError, match=r"t:2: /etc/passwd leads out of set; .*--root DIR"):
        files.path("/etc/passwd", "t:2")


@pytest.mark.parametrize(
    "name",
    [
        "../a.wav",
        "clips/../../a.wav",
        "",
        "a\0.wav",
        "a" * 5000,
        "\ud800",
        "/",
        "file:///etc/passwd",
        "filecache::s3://b/a",
    ],
)
def test_what_leads_out_or_is_no_name_is_refused(name: str) -> None:
    files = NamedFiles("set")
    if name == "filecache::s3://b/a":
        # No protocol of any store: a file of that odd name inside the folder, which is not there.
        assert files.path(name, "t:1") == "set/filecache::s3:/b/a"
        assert files.missing == 1
        return
    with pytest.raises(BurnishError) as raised:
        files.path(name, "t:1")
    assert len(str(raised.value)) < 300


def test_a_sibling_with_the_same_beginning_is_outside() -> None:
    with pytest.raises(InputError, match="leads out"):
        NamedFiles("set").path("../settings/a.wav", "t:1")


def test_missing_files_are_counted_and_the_first_is_named() -> None:
    files = NamedFiles("set")
    for name in ("clips/b.wav", "clips/c.wav", "clips/a.wav", "clips"):
        files.path(name, "t:1")
    assert (files.missing, files.first_missing) == (3, "set/clips/b.wav")
