"""What a folder holds for an operation, whatever kind it takes."""

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest

from augment.operations.folder_contents import find_in_folder, read_of_kind, read_unchanged
from curate.ground.errors import InputError

PNG, WAV = b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WAVE"


class Kept(NamedTuple):
    path: str
    digest: str


def look_at(path: str) -> Kept | None:
    read = read_of_kind(path, "image")
    if read is None:
        return None
    if bytes(read[0]).endswith(b"bad"):
        raise InputError("its end is bad")
    return Kept(path, read[1])


def test_files_of_the_kind_each_once_and_why_others_are_left_out(tmp_path: Path) -> None:
    for name, data in {"a.png": PNG, "b.png": PNG, "c.dat": PNG + b"1", "d.png": PNG + b"bad", "e.wav": WAV}.items():
        (tmp_path / name).write_bytes(data)
    found, notes = find_in_folder(str(tmp_path), "x", "image", look_at)
    assert sorted(found) == [
        Kept(str(tmp_path / name), digest(data)) for name, data in (("a.png", PNG), ("c.dat", PNG + b"1"))
    ]
    assert [one.digest for one in found] == sorted(one.digest for one in found)
    assert notes == (f"{tmp_path / 'd.png'} is left out: its end is bad",)


def test_what_is_chosen_is_looked_at_and_said(tmp_path: Path) -> None:
    for name, data in {"a.png": PNG, "b.png": PNG + b"1"}.items():
        (tmp_path / name).write_bytes(data)
    found, notes = find_in_folder(str(tmp_path), "x", "image", look_at, lambda files: (files[1:], "1 of 2 is used"))
    assert [one.path for one in found] == [str(tmp_path / "b.png")]
    assert notes == ("1 of 2 is used",)


def test_none_is_an_error_with_the_first_reason(tmp_path: Path) -> None:
    (tmp_path / "d.png").write_bytes(PNG + b"bad")
    why = (
        r"^x: .* has no picture that can be read \(.*d.png is left out: its end is bad\); put JPEG or PNG files there$"
    )
    with pytest.raises(InputError, match=why):
        find_in_folder(str(tmp_path), "x", "image", look_at)


def test_the_bytes_are_those_that_were_found(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(PNG)
    assert read_unchanged(str(path), digest(PNG)) == PNG
    path.write_bytes(PNG + b"1")
    with pytest.raises(InputError, match="has changed since the command began: run it again"):
        read_unchanged(str(path), digest(PNG))
    path.unlink()
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_unchanged(str(path), digest(PNG))


def digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"
