"""An S3 that is really used, beside the simulated one: whichever `BURNISH_S3_ENDPOINT` names, or Swift.

    BURNISH_S3_ENDPOINT=https://… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… pytest tests/extras/test_real_store.py
    BURNISH_SWIFT=swift/bin pytest tests/extras/test_real_store.py                (see swift_server.py)

A bucket is made for the tests, and removed.
"""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex

import pytest

from curate.media.storage import read_media, remote, retry, status_of
from curate.media.storage.remote import pages, put_new, read_range
from tests.conftest import Burnish
from tests.extras.test_digests import Result, expected, folder, uploaded, worked
from tests.extras.writers import one_wins_and_is_whole

__all__ = ["expected", "folder"]  # fixtures

pytest.importorskip("s3fs", reason="the extra `remote` is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:(botocore|aiobotocore).*"),
    pytest.mark.skipif(
        not os.environ.get("BURNISH_S3_ENDPOINT") and not os.environ.get("BURNISH_SWIFT"),
        reason="no real store is named: BURNISH_S3_ENDPOINT or BURNISH_SWIFT",
    ),
]

Write = Callable[..., Path]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment variables that name a store and open it."""
    if address := os.environ.get("BURNISH_S3_ENDPOINT"):
        yield {"AWS_ENDPOINT_URL": address}
        return
    from tests.extras.swift_server import CREDENTIALS, swift_server

    programs = os.path.abspath(os.environ["BURNISH_SWIFT"])
    with swift_server(programs, tmp_path_factory.mktemp("swift")) as address:
        yield {**CREDENTIALS, "AWS_ENDPOINT_URL": address}


@pytest.fixture
def bucket(endpoint: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name, value in endpoint.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(remote, "_stores", {})
    monkeypatch.setattr(retry, "_BASE_S", 0.05)
    import s3fs

    store, name = s3fs.S3FileSystem(skip_instance_cache=True), f"burnish-{token_hex(4)}"
    store.mkdir(name)
    yield f"s3://{name}"
    for page in pages(f"s3://{name}"):
        for found in page:
            remote.remove(found.url)
    store.rm(name, recursive=True)


def test_the_same_manifest_files_and_copies(burnish: Burnish, folder: Path, expected: Result, bucket: str) -> None:
    assert worked(burnish, uploaded(folder, bucket), f"{bucket}/work", f"{bucket}/sorted", "--jobs", "2") == expected


def test_a_second_scan_reads_only_what_changed(burnish: Burnish, folder: Path, bucket: str) -> None:
    root = uploaded(folder, bucket)
    burnish("scan", root, "-o", "set.jsonl")
    assert "(13 unchanged)" in burnish("scan", root, "-o", "set.jsonl").stderr
    changed = f"{root}/train/cat/cut.png"
    remote.remove(changed)
    put_new(changed, (folder / "train/cat/2 &+'#?.x.png").read_bytes())
    assert "(12 unchanged)" in burnish("scan", root, "-o", "set.jsonl").stderr


def test_what_somebody_else_wrote_is_left(burnish: Burnish, folder: Path, bucket: str) -> None:
    burnish("scan", uploaded(folder, bucket), "-o", "set.jsonl")
    burnish("organize", "set.jsonl", "--into", f"{bucket}/sorted", "--apply", "-o", "sorted.jsonl", "-q")
    theirs = json.loads(Path("sorted.jsonl").read_text().splitlines()[0])["path"]
    remote.remove(theirs)
    put_new(theirs, b"theirs")
    assert "1 of" in burnish("undo", f"{bucket}/sorted", code=1).stderr
    assert [found.url for page in pages(f"{bucket}/sorted") for found in page] == [theirs]


def test_of_many_writers_one_wins_and_is_whole(bucket: str) -> None:
    one_wins_and_is_whole(f"{bucket}/out")


@pytest.mark.parametrize("name", ["a b/ü+&=~.png", "q?#%20'\"()*!,;:@$[]{}|^`\\.png", "日本/1.png", "a%2Fb.png"])
def test_keys_of_all_kinds(bucket: str, name: str) -> None:
    put_new(f"{bucket}/{name}", b"abc")
    assert [found.url for page in pages(bucket) for found in page] == [f"{bucket}/{name}"]
    assert read_media(f"{bucket}/{name}") == b"abc"
    assert read_range(f"{bucket}/{name}", 1, 2) == b"b"
    assert read_range(f"{bucket}/{name}", 3, 9) == b""
    assert status_of(f"{bucket}/{name}").bytes == 3


def test_more_keys_than_a_page(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_PAGE", 7)
    for number in range(20):
        put_new(f"{bucket}/many/{number:02d}", b"")
    assert [len(page) for page in pages(f"{bucket}/many")] == [7, 7, 6]
