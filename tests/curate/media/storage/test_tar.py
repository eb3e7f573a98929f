"""Tar files as shards: members in order, strangers' tricks refused, what was cut."""

import os
import tarfile
from pathlib import Path

import pytest

from curate.media.storage import open_media, read_media, status_of
from curate.media.storage.tar import CUT, members, place_of, read_part
from tests.curate.media.storage.tars import member, tar_of


def test_members_in_their_order_and_their_bytes(tmp_path: Path) -> None:
    shard = tar_of(tmp_path / "a.tar", {"z/1.jpg": b"first", "a.json": b"{}", "z/2.jpg": b""})
    found = list(members(shard))
    assert [(one.name, one.bytes, one.problem) for one in found] == [
        ("z/1.jpg", 5, ""),
        ("a.json", 2, ""),
        ("z/2.jpg", 0, ""),
    ]
    assert [read_part(shard, one.start, one.bytes) for one in found] == [b"first", b"{}", b""]
    assert read_media(f"{shard}#z/1.jpg") == b"first"
    with open_media(f"{shard}#z/1.jpg") as file:
        assert file.seek(2) == 2
        assert file.read() == b"rst"
    assert status_of(f"{shard}#z/1.jpg").bytes == 5
    with pytest.raises(FileNotFoundError, match="no such member"):
        read_media(f"{shard}#b")


def test_one_that_tar_itself_made(tmp_path: Path) -> None:
    (tmp_path / "set/cat").mkdir(parents=True)
    (tmp_path / "set/cat/1.jpg").write_bytes(b"x")
    (tmp_path / "set/.hidden").write_bytes(b"x")
    with tarfile.open(tmp_path / "a.tar", "w", format=tarfile.GNU_FORMAT) as tar:
        tar.add(tmp_path / "set", ".")
    assert [one.name for one in members(str(tmp_path / "a.tar"))] == ["cat/1.jpg"]


def test_a_shard_that_was_written_anew_is_looked_at_anew(tmp_path: Path) -> None:
    shard = tar_of(tmp_path / "a.tar", {"1.jpg": b"old"})
    assert read_media(f"{shard}#1.jpg") == b"old"
    tar_of(tmp_path / "a.tar", {"0.jpg": b"other", "1.jpg": b"newer"})
    os.utime(shard, ns=(1, 1))
    assert read_media(f"{shard}#1.jpg") == b"newer"


@pytest.mark.parametrize(
    ("info", "problem"),
    [
        (member("/etc/passwd.jpg"), "leads out"),
        (member("../1.jpg"), "leads out"),
        (member("a/../../1.jpg"), "leads out"),
        (member("a//1.jpg"), "leads out"),
        (member("1.jpg", kind=tarfile.LNKTYPE, link="/etc/passwd"), "a hard link"),
        (member("1.jpg", kind=tarfile.SYMTYPE, link="/etc/passwd"), "a symbolic link"),
        (member("1.jpg", kind=tarfile.CHRTYPE), "a device"),
        (member("1.jpg", kind=tarfile.FIFOTYPE), "a device or a pipe"),
        (member("1.jpg", kind=tarfile.GNUTYPE_SPARSE), "a sparse file"),
    ],
    ids=lambda value: value.name if isinstance(value, tarfile.TarInfo) else value,
)
def test_what_is_refused(tmp_path: Path, info: tarfile.TarInfo, problem: str) -> None:
    # tarfile strips what is absolute when it writes; a stranger's program does not.
    data = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    shard = tmp_path / "a.tar"
    good = member("2.jpg", 1)
    shard.write_bytes(bytes(data) + good.tobuf(tarfile.GNU_FORMAT) + b"x".ljust(512, b"\0") + bytes(1024))
    first, second = members(str(shard))
    assert problem in first.problem
    assert (second.name, second.problem) == ("2.jpg", "")
    with pytest.raises(FileNotFoundError):
        place_of(str(shard), info.name)


def test_the_second_of_one_name(tmp_path: Path) -> None:
    shard = tar_of(tmp_path / "a.tar", [(member("1.jpg", 1), b"a"), (member("1.jpg", 1), b"b")])
    assert [one.problem for one in members(shard)] == ["", "a second member of its name"]
    assert read_media(f"{shard}#1.jpg") == b"a"


def test_cut_at_every_block_it_keeps_what_is_whole(tmp_path: Path) -> None:
    shard = tar_of(tmp_path / "whole.tar", {"1.jpg": b"a" * 700, "2.jpg": b"b" * 100, "3.jpg": b""})
    whole = Path(shard).read_bytes()
    sizes = {"1.jpg": 512 + 700, "2.jpg": 512 + 1024 + 512 + 100, "3.jpg": 512 + 1024 + 512 + 512 + 512}
    for end in range(512, sizes["3.jpg"] + 1024, 256):
        cut = tmp_path / f"{end}.tar"
        cut.write_bytes(whole[:end])
        found = list(members(str(cut)))
        assert [one.name for one in found if one.name and not one.problem] == [
            n for n, size in sizes.items() if size <= end
        ]
        assert found[-1].problem == CUT or end >= sizes["3.jpg"] + 1024


def test_what_is_no_tar(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(b"\x1f\x8b" + bytes(2000))
    with pytest.raises(OSError, match="no tar"):
        list(members(str(tmp_path / "a.tar")))


def test_a_claim_of_eight_gigabytes_is_not_believed(tmp_path: Path) -> None:
    info = member("1.jpg", 8 << 30)
    (tmp_path / "a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + b"x" * 100)
    assert next(members(str(tmp_path / "a.tar"))).problem == "a member that its tar ends inside of"
    with pytest.raises(OSError, match="ends inside"):
        read_part(str(tmp_path / "a.tar"), 512, 8 << 30)


def test_members_are_read_out_of_a_store(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec", reason="the extra `remote` is not installed")
    shard = tar_of(tmp_path / "a.tar", {f"{number}.jpg": bytes([number]) * 3000 for number in range(50)})
    fsspec.filesystem("memory").pipe_file("/shards/a.tar", Path(shard).read_bytes())
    for number in (49, 0, 7):
        assert read_media(f"memory://shards/a.tar#{number}.jpg") == bytes([number]) * 3000
    assert [one._replace(start=0) for one in members("memory://shards/a.tar")] == [
        one._replace(start=0) for one in members(shard)
    ]
