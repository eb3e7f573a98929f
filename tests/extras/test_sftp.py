"""SFTP, from a server with keys of its own: read, written whole, connected again, and spoken to only if it is known."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from curate.media.storage import exists, read_media, remote, retry, status_of
from curate.media.storage.remote import pages, put_new, read_range, remove
from tests.conftest import Burnish
from tests.extras.writers import one_wins_and_is_whole

pytest.importorskip("paramiko", reason="paramiko, through which SFTP is spoken, is not installed")
from curate.media.storage import sftp
from tests.extras.sftp_server import sftp_server

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:paramiko.*")

Write = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    monkeypatch.setattr(remote, "_stores", {})
    monkeypatch.setattr(retry, "_BASE_S", 0.01)
    # Of a busy machine; what is about time-outs says so.
    monkeypatch.setattr(sftp, "_CONNECT_S", 60.0)
    return tmp_path / "home"


@pytest.fixture
def there(tmp_path: Path, home: Path) -> Iterator[str]:
    (tmp_path / "there").mkdir()
    with sftp_server(tmp_path / "there", home) as url:
        yield url


def test_written_whole_read_in_parts_and_removed(there: str, tmp_path: Path) -> None:
    data = bytes(range(256)) * 1000
    put_new(f"{there}/a/b/1.bin", data)
    assert (tmp_path / "there/a/b/1.bin").read_bytes() == data
    assert read_media(f"{there}/a/b/1.bin") == data
    assert read_range(f"{there}/a/b/1.bin", 1000, 200_000) == data[1000:200_000]
    assert read_range(f"{there}/a/b/1.bin", len(data), len(data) + 9) == b""
    assert status_of(f"{there}/a/b/1.bin").bytes == len(data)
    remove(f"{there}/a/b/1.bin")
    assert not exists(f"{there}/a/b/1.bin")
    with pytest.raises(FileNotFoundError):
        read_media(f"{there}/a/b/1.bin")


def test_of_many_writers_one_wins_and_is_whole(there: str, tmp_path: Path) -> None:
    one_wins_and_is_whole(f"{there}/new/out")
    assert [path.name for path in (tmp_path / "there/new").iterdir()] == ["out"]


def test_a_connection_that_is_lost_comes_back(there: str, tmp_path: Path) -> None:
    put_new(f"{there}/1", b"one")
    for _ in range(3):
        (tmp_path / "there/.break").touch()
        while (tmp_path / "there/.break").exists():
            pass
        assert read_media(f"{there}/1") == b"one"


def test_a_host_that_is_slow_to_let_us_in_is_asked_again(
    there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there/1").write_bytes(b"one")
    (tmp_path / "there/.silent").touch()
    monkeypatch.setattr(sftp, "_CONNECT_S", 5.0)
    assert read_media(f"{there}/1") == b"one"
    assert not list((tmp_path / "there").glob(".silent*"))


def test_links_are_what_they_lead_to(there: str, tmp_path: Path) -> None:
    (tmp_path / "there/cat").mkdir()
    (tmp_path / "there/cat/1.png").write_bytes(b"picture")
    (tmp_path / "there/2.png").symlink_to("cat/1.png")
    (tmp_path / "there/gone.png").symlink_to("nowhere")
    (tmp_path / "there/loop").symlink_to(".")
    found = {one.url.removeprefix(there): (one.status.bytes, one.problem) for page in pages(there) for one in page}
    assert found["/2.png"] == (len(b"picture"), "")
    assert found["/loop"] == (None, "a link to a folder, which is not followed")
    assert list(found) == ["/2.png", "/cat/1.png", "/gone.png", "/loop"]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        ("unknown", "its key is not in ~/.ssh/known_hosts: connect to it once with ssh"),
        ("another", "the host has another key than ~/.ssh/known_hosts says"),
        ("stranger", "the host lets us not in: check the user and the keys in ~/.ssh"),
    ],
)
def test_a_host_that_is_not_known_is_not_spoken_to(
    burnish: Burnish, there: str, home: Path, spoil: str, why: str
) -> None:
    import paramiko

    known = home / ".ssh/known_hosts"
    if spoil == "unknown":
        known.unlink()
    elif spoil == "another":
        where, kind, _ = known.read_text().split()
        known.write_text(f"{where} {kind} {paramiko.ECDSAKey.generate().get_base64()}\n")
    else:
        paramiko.ECDSAKey.generate().write_private_key_file(str(home / ".ssh/id_ecdsa"))
    said = burnish("scan", there, code=2).stderr
    assert said == f"burnish scan: cannot read {there}: {why}\n"


def test_a_host_of_the_config(there: str, home: Path, tmp_path: Path) -> None:
    port = there.split(":")[2].partition("/")[0]
    (home / ".ssh/config").write_text(f"Host shelf\n  HostName 127.0.0.1\n  Port {port}\n")
    (tmp_path / "there/1").write_bytes(b"one")
    assert read_media(f"sftp://shelf{tmp_path}/there/1") == b"one"


def test_what_somebody_wrote_in_the_same_second_is_left(
    burnish: Burnish, there: str, tmp_path: Path, picture: Write
) -> None:
    for number in range(3):
        picture(tmp_path / f"set/cat/{number}.png", seed=number)
    burnish("scan", "set", "-o", "set.jsonl", "-q")
    burnish("organize", "set.jsonl", "--into", f"{there}/out", "--apply", "-q")
    first, *others = sorted((tmp_path / "there/out").rglob("*.png"))
    before = first.stat()
    first.write_bytes(bytes(before.st_size))
    os.utime(first, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "1 of" in burnish("undo", f"{there}/out", code=1).stderr
    assert first.read_bytes() == bytes(before.st_size)
    assert not any(path.exists() for path in others)
