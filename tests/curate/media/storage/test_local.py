"""Files of a disk are read whole, whatever their size, and never hang the reader."""

import os
from pathlib import Path

import pytest

from curate.media.sniff import HEAD_BYTES
from curate.media.storage.local import read_file

AT_ONCE = 1 << 17


@pytest.mark.parametrize("size", [0, 1, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1, AT_ONCE, AT_ONCE + 1, 3 * AT_ONCE])
def test_every_byte_is_read(tmp_path: Path, size: int) -> None:
    content = pattern(size)
    path = tmp_path / "file"
    path.write_bytes(content)
    shown: list[bytes] = []

    def show(head: bytes) -> bool:
        shown.append(head)
        return True

    assert read_file(str(path)) == content
    assert read_file(str(path), show) == content
    assert shown == [content[:HEAD_BYTES]]


def pattern(size: int) -> bytes:
    return bytes(number * 7919 % 251 for number in range(size))


def test_what_is_not_wanted_is_left(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"text")
    assert read_file(str(path), lambda _: False) is None


def test_a_file_that_grows_meanwhile_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(200_000))

    def grow(_: bytes) -> bool:
        with path.open("ab") as file:
            file.write(b"more" * 100_000)
        return True

    found = read_file(str(path), grow)
    assert found == bytes(200_000) + b"more" * 100_000


def test_a_pipe_is_refused_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match="not a regular file"):
        read_file(str(path))
    assert len(os.listdir("/proc/self/fd")) == before
