"""Stores through fsspec, on the one that lives in memory: reading, listing, writing once."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from curate.ground.errors import InputError
from curate.media.storage import Status, exists, open_media, read_media, remote, status_of, unchanged
from curate.media.storage.publish import why_no_key, write_whole
from curate.media.storage.remote import pages, put_new, read_url, remove
from tests.conftest import ROOT

fsspec = pytest.importorskip("fsspec", reason="the extra `remote` is not installed")


@pytest.fixture
def memory() -> Iterator[str]:
    """A folder of the store in memory, empty."""
    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    yield "memory://set"
    store.store.clear()


def put(url: str, *names: str) -> None:
    for name in names:
        put_new(f"{url}/{name}", name.encode())


def test_read_looked_at_and_removed(memory: str) -> None:
    put(memory, "a/1.jpg")
    url = f"{memory}/a/1.jpg"
    assert read_media(url) == b"a/1.jpg"
    assert read_media(url, lambda head: head == b"other") is None
    with open_media(url) as file:
        file.seek(2)
        assert file.read() == b"1.jpg"
    status = status_of(url)
    assert (status.bytes, status.mtime_ns) == (7, None)
    assert status.etag
    assert unchanged([(url, status), (url, Status(7, None, "other")), (f"{memory}/b", status)]) == [True, False, False]
    remove(url)
    assert not exists(url)
    with pytest.raises(FileNotFoundError):
        read_media(url)


def test_keys_come_in_their_order_and_hidden_ones_do_not(memory: str) -> None:
    put(memory, "cat/2", "cat/1", "cat-2/1", "cat.txt", "a/b/c", ".hidden/x", "cat/.x")
    names = [found.url for page in pages(memory) for found in page]
    # As S3 lists them: a slash counts as a character, and comes after `-` and `.`.
    assert names == [f"{memory}/{name}" for name in ("a/b/c", "cat-2/1", "cat.txt", "cat/1", "cat/2")]
    assert names == sorted(names)


def test_large_keys_are_read_in_ranges(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "ONE_GET_BYTES", 4)
    for size in (0, 3, 4, 8, 9):
        put_new(f"{memory}/{size}", bytes(range(size)))
        assert read_url(f"{memory}/{size}") == bytes(range(size))
        assert read_url(f"{memory}/{size}", size) == bytes(range(size))


def test_a_key_that_changes_while_its_ranges_are_read(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "ONE_GET_BYTES", 4)
    put_new(f"{memory}/x", bytes(9))
    answers = iter([Status(9, None, "one"), Status(9, None, "two")])
    monkeypatch.setattr(remote, "status_of_url", lambda _: next(answers))
    with pytest.raises(OSError, match="changed while"):
        read_url(f"{memory}/x")


def test_the_second_writer_is_refused_and_the_first_ones_key_stands(memory: str) -> None:
    url = f"{memory}/out.jsonl"
    ours = write_whole(url)
    ours.__enter__().write(b"ours")
    with write_whole(url) as theirs:
        theirs.write(b"theirs")
    with pytest.raises(InputError, match="another writer was first"):
        ours.__exit__(None, None, None)
    assert read_media(url) == b"theirs"
    assert why_no_key(url) == "there is such a key already; name another, or remove it"


def test_a_writer_that_fails_leaves_nothing(memory: str) -> None:
    ours = write_whole(f"{memory}/out.jsonl")
    ours.__enter__().write(b"half")
    assert not ours.__exit__(RuntimeError, RuntimeError(), None)
    assert not exists(f"{memory}/out.jsonl")


def test_what_was_written_by_a_try_whose_answer_was_lost_is_ours(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = remote.store_of(memory)
    once, calls = store.once, 0

    async def lossy(name: str, *arguments: object, **options: object) -> object:
        nonlocal calls
        answer = await once(name, *arguments, **options)
        calls += 1
        if name == "pipe_file" and calls == 1:
            raise ConnectionResetError
        return answer

    monkeypatch.setattr(store, "once", lossy)
    assert put_new(f"{memory}/x", b"ours")
    with pytest.raises(FileExistsError):
        put_new(f"{memory}/x", b"ours")


def test_https_is_only_read_from() -> None:
    assert why_no_key("https://host/out.jsonl") == "https:// is only read from"


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setattr(remote, "_stores", {})
    with pytest.raises(InputError, match=r"pip install 'burnish\[remote\]'") as told:
        remote.store_of("memory://x")
    assert isinstance(told.value, OSError)  # in a worker it is the fault of a file


def test_files_of_a_disk_import_no_fsspec(tmp_path: object) -> None:
    """Neither the door, nor a scan and what follows it: in a process of its own, which has imported nothing yet."""
    program = (
        "import sys; from tests import in_process\n"
        "from curate.media.storage import read_media, status_of, unchanged, Status\n"
        "from curate.scan.scan import scan, Options, ScanTally\n"
        "from curate.scan.labels import Labeller\n"
        "lines = list(scan([sys.argv[1]], Labeller(), Options(jobs=1), ScanTally()))\n"
        "assert len(lines) == 1, lines\n"
        "assert read_media(sys.argv[1] + '/1.ppm') and status_of(sys.argv[1] + '/1.ppm')\n"
        "loaded = {'fsspec', 'aiohttp', 's3fs', 'pyarrow', 'curate.media.storage.remote'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    folder = str(tmp_path)
    with open(f"{folder}/1.ppm", "wb") as file:
        file.write(b"P6 2 2 255\n" + bytes(12))
    subprocess.run([sys.executable, "-c", program, folder], cwd=ROOT, check=True)
