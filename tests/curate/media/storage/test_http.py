"""Lists, files and shards at https: on a server as simple as they come, which knows no ranges."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from curate.media.storage import read_media, status_of
from curate.media.storage.remote import read_range
from curate.scan.labels import Labeller
from curate.scan.scan import Options, ScanTally, scan
from tests.curate.media.storage.tars import tar_of

pytest.importorskip("aiohttp", reason="the extra `remote` is not installed")

Write = Callable[..., Path]


class Quiet(SimpleHTTPRequestHandler):
    """The standard library's server; a path with `private` is forbidden."""

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if "private" in self.path:
            self.send_error(403)
        else:
            super().do_GET()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    folder = tmp_path / "served"
    folder.mkdir()
    found = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=found.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{found.server_port}", folder
    found.shutdown()
    thread.join()
    found.server_close()


def lines(*roots: str) -> list[bytes]:
    return list(scan(roots, Labeller(), Options(jobs=1), ScanTally()))


def test_ranges_of_a_server_that_has_none(server: tuple[str, Path]) -> None:
    url, folder = server
    (folder / "x").write_bytes(bytes(range(100)))
    assert read_range(f"{url}/x", 10, 20) == bytes(range(10, 20))
    assert read_range(f"{url}/x", 90, 200) == bytes(range(90, 100))
    assert read_range(f"{url}/x", 100, 200) == b""
    assert read_media(f"{url}/x") == bytes(range(100))
    assert status_of(f"{url}/x").bytes == 100
    with pytest.raises(FileNotFoundError):
        read_media(f"{url}/none")


def test_a_list_and_what_it_names(server: tuple[str, Path], picture: Write) -> None:
    url, folder = server
    picture(folder / "set/cat/1.png")
    picture(folder / "set/private/2.png")
    (folder / "set/list.txt").write_text("cat/1.png\nprivate/2.png\ncat/gone.png\nhttp://127.0.0.1:1/x.png\n")
    first, second, third, fourth = lines(f"{url}/set/list.txt")
    assert b'"label":"cat"' in first
    assert b'"digest"' in first
    assert b'"permission"' in second
    assert b"it is not there any more" in third
    assert b"not below" in fourth


def test_a_tar(server: tuple[str, Path], tmp_path: Path, picture: Write) -> None:
    url, folder = server
    data = picture(tmp_path / "1.png").read_bytes()
    shard = tar_of(folder / "a.tar", {"cat/1.png": data, "dog/2.png": data + b" "})
    told = [line.replace(url.encode(), str(folder).encode()) for line in lines(f"{url}/a.tar")]
    for ours, theirs in zip(lines(shard), told, strict=True):
        assert ours.partition(b'"facts_version"')[2] == theirs.partition(b'"facts_version"')[2]
