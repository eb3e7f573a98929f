"""S3, on moto: the same manifest and the same bytes as from a disk, through every fault.

Without the packages the tests are skipped; `make test-extras` installs them beside the environment.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from curate.media.storage import read_media, remote, retry
from curate.media.storage.remote import pages, put_new
from tests.conftest import Burnish
from tests.extras.s3_server import Faults, s3_server
from tests.extras.writers import one_wins_and_is_whole

pytest.importorskip("s3fs", reason="the extra `remote` is not installed")
pytest.importorskip("moto", reason="moto, an S3 to test against, is not installed")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:(botocore|moto|aiobotocore|werkzeug|responses).*")

Write = Callable[..., Path]

_BATCH = 16
_NAMES = [f"{split}/{label}/{number}" for split in ("train", "test") for label in ("cat", "dog") for number in range(6)]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, Faults]]:
    with s3_server() as found:
        yield found


@pytest.fixture
def faults(server: tuple[str, Faults], monkeypatch: pytest.MonkeyPatch) -> Iterator[Faults]:
    """The server, sound, with an empty bucket `b`."""
    url, found = server
    names = {"AWS_ACCESS_KEY_ID": "AKIAOURS", "AWS_SECRET_ACCESS_KEY": "topsecret", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in (names | {"AWS_ENDPOINT_URL": url}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(remote, "_stores", {})
    monkeypatch.setattr(retry, "_BASE_S", 0.01)
    # A busy machine's server is asked once only; what is about time-outs says so.
    monkeypatch.setattr(remote, "_CONNECT_S", 60)
    monkeypatch.setattr(remote, "_READ_S", 300)
    import s3fs

    store = s3fs.S3FileSystem(skip_instance_cache=True)
    if store.exists("bucket"):
        store.rm("bucket", recursive=True)
    store.mkdir("bucket")
    yield found
    found.every, found.denied, found.slow, found.cut, found.hold = 0, "", "", "", 0


@pytest.fixture
def folder(tmp_path: Path, picture: Write, recording: Write, faults: Faults) -> Path:
    """A set of pictures and recordings, on the disk and in the bucket."""
    for seed, name in enumerate(_NAMES):
        path = tmp_path / "set" / f"{name}.png"
        path = picture(path, seed=seed) if seed % 3 else recording(path.with_suffix(".wav"), seed=seed)
        put_new(f"s3://bucket/set/{path.relative_to(tmp_path / 'set')}", path.read_bytes())
    (tmp_path / "set/notes.txt").write_text("no picture")
    put_new("s3://bucket/set/notes.txt", b"no picture")
    faults.requests.clear()
    return tmp_path


def told(manifest: str, *roots: str) -> list[dict[str, Any]]:
    """Return the lines of a manifest without what says where its files are."""
    lines = [json.loads(line) for line in manifest.splitlines()]
    for line in lines:
        for name in ("mtime_ns", "etag"):
            line.pop(name, None)
        for root in roots:
            line["path"] = line["path"].removeprefix(root)
    return lines


def scanned(burnish: Burnish, root: str, *more: str) -> list[dict[str, Any]]:
    return told(burnish("scan", root, *more).stdout, root)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_same_manifest_as_from_a_disk(burnish: Burnish, folder: Path, jobs: str) -> None:
    ours = scanned(burnish, "set", "--jobs", "1")
    assert scanned(burnish, "s3://bucket/set", "--jobs", jobs) == ours
    assert len(ours) == len(_NAMES)
    assert all(line["digest"] for line in ours)


def test_one_request_for_each_object(burnish: Burnish, folder: Path, faults: Faults) -> None:
    """And several at once: a worker asks for what it decodes next."""
    faults.most, faults.hold = 0, 8
    burnish("scan", "s3://bucket/set", "--metadata", str(_metadata(folder)))
    asked = [path for method, path in faults.requests if method == "GET" and path.endswith((".png", ".wav"))]
    assert faults.most >= 8
    assert sorted(asked) == sorted({*asked})
    assert len(asked) == len(_NAMES)
    assert not any(method == "HEAD" and path.endswith((".png", ".wav")) for method, path in faults.requests)


def _metadata(folder: Path) -> Path:
    (folder / "meta.csv").write_text("file_name,light\ntrain/cat/1.png,dim\n")
    return folder / "meta.csv"


def test_metadata_beside_the_keys(burnish: Burnish, folder: Path) -> None:
    put_new("s3://bucket/set/metadata.csv", b"file_name,light,label\ntrain/cat/1.png,dim,tiger\n")
    (line,) = [line for line in scanned(burnish, "s3://bucket/set") if line.get("tags")]
    assert (line["path"], line["tags"], line["label"]) == ("/train/cat/1.png", ["light=dim"], "tiger")


def test_every_twentieth_request_is_turned_away(burnish: Burnish, folder: Path, faults: Faults) -> None:
    faults.every = 20
    assert scanned(burnish, "s3://bucket/set") == scanned(burnish, "set")
    assert sum(1 for _ in faults.requests) > len(_NAMES)


def test_a_time_out_is_tried_again(
    burnish: Burnish, folder: Path, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Six of them: a server that stands still for half a minute has not used them up.
    monkeypatch.setattr(remote, "_READ_S", 5)
    faults.slow, faults.wait_s = "/cat/1.png", 120.0
    assert scanned(burnish, "s3://bucket/set") == scanned(burnish, "set")
    assert faults.again.is_set()


def test_an_object_that_comes_cut_is_read_again(burnish: Burnish, folder: Path, faults: Faults) -> None:
    faults.cut = "/cat/1.png"
    assert scanned(burnish, "s3://bucket/set") == scanned(burnish, "set")
    assert faults.cut == ""


def test_what_may_not_be_read_is_one_line_and_not_asked_for_again(
    burnish: Burnish, folder: Path, faults: Faults
) -> None:
    faults.denied = "/bucket"
    said = burnish("scan", "s3://bucket/set", code=2).stderr
    assert said == (
        "burnish scan: cannot read s3://bucket/set: the store refuses it (403): check credentials and rights\n"
    )
    assert len(faults.requests) == 1
    faults.denied = "/cat/1.png"
    faults.requests.clear()
    lines = [json.loads(line) for line in burnish("scan", "s3://bucket/set").stdout.splitlines()]
    found = [finding for line in lines for finding in line.get("findings", ()) if line["path"].endswith("/cat/1.png")]
    assert {one["check"] for one in found} == {"permission"}
    assert sum(path.endswith("train/cat/1.png") for _, path in faults.requests) == 1


def test_a_bucket_that_is_not_there(burnish: Burnish, faults: Faults) -> None:
    assert "s3://nothing-here/x does not exist" in burnish("scan", "s3://nothing-here/x", code=2).stderr


def test_a_second_scan_reads_only_what_changed(burnish: Burnish, folder: Path, faults: Faults) -> None:
    burnish("scan", "s3://bucket/set", "-o", "set.jsonl")
    before = (folder / "set.jsonl").read_bytes()
    remote.remove("s3://bucket/set/train/cat/1.png")
    put_new("s3://bucket/set/train/cat/1.png", (folder / "set/train/dog/1.png").read_bytes())
    faults.requests.clear()
    said = burnish("scan", "s3://bucket/set", "-o", "set.jsonl").stderr
    assert f"({len(_NAMES) - 1} unchanged)" in said
    assert [path for method, path in faults.requests if path.endswith(".png") and method == "GET"] == [
        "/bucket/set/train/cat/1.png"
    ]
    assert (
        sum(a != b for a, b in zip(before.splitlines(), (folder / "set.jsonl").read_bytes().splitlines(), strict=True))
        == 1
    )


def test_a_store_that_never_answers_is_told_in_one_line(burnish: Burnish, folder: Path, faults: Faults) -> None:
    faults.every = 1
    said = burnish("scan", "s3://bucket/set", code=2).stderr
    assert said == "burnish scan: cannot read s3://bucket/set: the store answered 503, 6 times\n"


def test_of_two_writers_one_wins_and_is_whole(faults: Faults) -> None:
    one_wins_and_is_whole("s3://bucket/out")


def test_keys_that_lead_out_are_refused(burnish: Burnish, folder: Path) -> None:
    import s3fs

    png = (folder / "set/train/cat/1.png").read_bytes()
    for key in ("set/../out.png", "set//double.png"):
        s3fs.S3FileSystem(skip_instance_cache=True).pipe_file(f"bucket/{key}", png)
    lines = [json.loads(line) for line in burnish("scan", "s3://bucket/set").stdout.splitlines()]
    refused = [line for line in lines if any("as no folder has" in one["detail"] for one in line.get("findings", ()))]
    assert [line["path"] for line in refused] == ["s3://bucket/set/../out.png", "s3://bucket/set//double.png"]
    assert not any("digest" in line for line in refused)


def test_the_whole_loop_from_a_bucket_into_a_bucket(burnish: Burnish, folder: Path, faults: Faults) -> None:
    """The same bytes are made from a disk and from a bucket, on either, with every 20th request turned away."""
    faults.every = 20
    made: dict[str, list[dict[str, Any]]] = {}
    for root, into in (("set", "new"), ("s3://bucket/set", "s3://bucket/new"), ("s3://bucket/set", "other")):
        manifest = burnish("scan", root).stdout
        kept = burnish("select", "--where", "kind == 'image'", stdin=burnish("dedup", stdin=manifest).stdout).stdout
        made[into] = told(burnish("augment", "photos-low-light", "--into", into, stdin=kept).stdout, into, root)
        for line in made[into]:
            line.get("origin", {}).pop("source", None)
    assert made["new"] == made["s3://bucket/new"] == made["other"]
    generated = next(line["path"] for line in made["new"] if "origin" in line)
    assert read_media(f"s3://bucket/new{generated}") == (folder / f"new{generated}").read_bytes()
    burnish("undo", "s3://bucket/new")
    assert not any("/new/" in found.url for page in pages("s3://bucket") for found in page)


def test_organized_into_a_bucket_and_taken_back(burnish: Burnish, folder: Path) -> None:
    manifest = burnish("scan", "s3://bucket/set", "-o", "s3://bucket/set.jsonl").stdout
    assert manifest == ""
    burnish("organize", "s3://bucket/set.jsonl", "--into", "s3://bucket/out", "--apply", "-o", "out.jsonl")
    again = scanned(burnish, "s3://bucket/out")
    assert sorted(line["digest"] for line in again) == sorted(line["digest"] for line in scanned(burnish, "set"))
    # Somebody writes one of them anew: that one is theirs now.
    theirs = json.loads((folder / "out.jsonl").read_text().splitlines()[0])["path"]
    remote.remove(theirs)
    put_new(theirs, b"theirs")
    assert "1 of" in burnish("undo", "s3://bucket/out", code=1).stderr
    assert read_media(theirs) == b"theirs"
    assert [found.url for page in pages("s3://bucket/out") for found in page] == [theirs]


def test_features_and_previews_come_out_of_the_bucket(burnish: Burnish, folder: Path) -> None:
    kept = burnish("select", "--where", "kind == 'image'", stdin=burnish("scan", "s3://bucket/set").stdout).stdout
    (folder / "kept.jsonl").write_text(kept)
    for number, cache in enumerate(("cache", "cache")):
        burnish("train", "kept.jsonl", "--run", f"run{number}", "--cache", cache)
    burnish("preview", "photos-low-light", "kept.jsonl", "-o", "page.html")
    assert "data:image/png;base64" in (folder / "page.html").read_text()
    one, other = (json.loads((folder / f"run{n}/metrics.json").read_text()) for n in (0, 1))
    assert one == other


def test_no_secret_is_written_or_said(burnish: Burnish, folder: Path, faults: Faults) -> None:
    faults.denied = "/cat/1.png"
    result = burnish("scan", "s3://bucket/set")
    faults.denied = ""
    more = burnish("scan", "https://user:topsecret@host/set/", code=2).stderr
    signed = burnish("scan", "https://host/list.txt?X-Amz-Signature=topsecret", code=2).stderr
    for text in (result.stdout, result.stderr, more, signed):
        assert "topsecret" not in text
        assert "AKIAOURS" not in text


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_scan_that_was_killed_does_at_most_two_batches_again(
    burnish: Burnish, tmp_path: Path, picture: Write, faults: Faults, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    """For each worker two batches are under way; what was measured before is not, also behind one that stalls."""
    from moto.backends import get_backend

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    shelves, count = next(iter(get_backend("s3").values()))["aws"], 200
    for number in range(count):
        shelves.put_object("bucket", f"set/{number:03d}.png", picture(tmp_path / "one.png", seed=number).read_bytes())
    # What a busy machine's server is asked for again would count as done again.
    code = "import burnish; from curate.media.storage import remote; remote._READ_S = 300; burnish.main()"
    words = [sys.executable, "-c", code, "scan", "s3://bucket/set", "-o", "set.jsonl", "-j", str(jobs)]
    reads: list[str] = []

    def kill(method: str, path: str) -> None:
        if method == "GET" and path.endswith(".png"):
            reads.append(path)
            if len(reads) == count * 2 // 3:
                running.kill()

    faults.met = kill
    if jobs > 1:
        faults.slow, faults.wait_s = "/020.png", 5.0
    try:
        with subprocess.Popen(words, cwd=tmp_path, stderr=subprocess.DEVNULL) as running:
            pass
        assert running.returncode == -signal.SIGKILL
        assert not (tmp_path / "set.jsonl").exists()
        first = len(reads)
        burnish("scan", "s3://bucket/set", "-o", "set.jsonl", "-j", jobs)
    finally:
        faults.met = None
    assert len({*reads}) == count
    assert first < count
    assert len(reads) - count <= 2 * _BATCH * jobs
    lines = (tmp_path / "set.jsonl").read_bytes()
    assert lines == burnish("scan", "s3://bucket/set").stdout.encode()


def test_a_decoder_that_ends_its_process_costs_one_object(
    burnish: Burnish, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from curate.media import image

    decode, victim = image.decode_image, (folder / "set/train/cat/1.png").read_bytes()

    def decoded(data: bytes, *more: Any) -> Any:
        if bytes(data) == victim:
            os.kill(os.getpid(), signal.SIGSEGV)
        return decode(data, *more)

    monkeypatch.setattr(image, "decode_image", decoded)
    ours, theirs = scanned(burnish, "set"), scanned(burnish, "s3://bucket/set")
    assert ours == theirs
    (broken,) = [line for line in theirs if "digest" not in line]
    assert broken["path"] == "/train/cat/1.png"
    assert [one["check"] for one in broken["findings"]] == ["crashed-decoder"]


@pytest.mark.parametrize("longer", [True, False], ids=["another size", "the same size"])
def test_a_key_that_changes_between_listing_and_reading(
    burnish: Burnish, folder: Path, faults: Faults, longer: bool
) -> None:
    """What is told is what was read, and the next scan looks again: its ETag is not that of the listing."""
    from moto.backends import get_backend

    shelves, key = next(iter(get_backend("s3").values()))["aws"], "set/train/cat/1.png"
    old = (folder / key).read_bytes()
    new = (folder / "set/train/dog/1.png").read_bytes() if longer else old[:-20] + bytes(20)
    assert (len(new) != len(old)) is longer

    def change(method: str, path: str) -> None:
        if method == "GET" and path.endswith(".png"):
            faults.met = None
            changed.append(path)
            shelves.put_object("bucket", key, new)

    changed: list[str] = []
    faults.met = change
    burnish("scan", "s3://bucket/set", "-o", "set.jsonl", "-j", "1")
    assert len(changed) == 1
    (line,) = [line for line in _lines(folder / "set.jsonl") if line["path"] == f"s3://bucket/{key}"]
    assert (line["digest"], line["bytes"]) == (f"sha256:{hashlib.sha256(new).hexdigest()}", len(new))
    assert f"({len(_NAMES) - 1} unchanged)" in burnish("scan", "s3://bucket/set", "-o", "set.jsonl").stderr
    assert f"({len(_NAMES)} unchanged)" in burnish("scan", "s3://bucket/set", "-o", "set.jsonl").stderr


def test_a_key_that_goes_between_listing_and_reading(burnish: Burnish, folder: Path, faults: Faults) -> None:
    from moto.backends import get_backend

    shelves, key = next(iter(get_backend("s3").values()))["aws"], "set/train/dog/5.png"

    def remove(method: str, path: str) -> None:
        if method == "GET" and path.endswith(".png"):
            faults.met = None
            shelves.delete_object("bucket", key)

    faults.met = remove
    burnish("scan", "s3://bucket/set", "-o", "set.jsonl", "-j", "1")
    (line,) = [line for line in _lines(folder / "set.jsonl") if line["path"] == f"s3://bucket/{key}"]
    assert [one["check"] for one in line["findings"]] == ["unreadable"]
    assert "(404)" in line["findings"][0]["detail"]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_signed_as_the_client_signs(faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses are the client's own to the byte, for keys of all kinds; with a token, in buckets of two names."""
    import datetime as dt

    monkeypatch.setenv("AWS_SESSION_TOKEN", "to/k+en=")
    fixed = dt.datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - as botocore's
    for module in ("botocore.auth", "botocore.signers"):
        if hasattr(import_module(module), "get_current_datetime"):
            monkeypatch.setattr(f"{module}.get_current_datetime", lambda *_, **__: fixed)
    store = remote.store_of("s3://bucket/x")
    signer = store._signer
    assert signer is not None

    async def both(key: str) -> tuple[str, str]:
        return await signer.address(key), await store.fs._url(key, expires=600)

    for key in ("bucket/a b/ü+&=~.png", "bucket/q?#%20'\"()*!,;:@$[]{}|^`\\.png", "bucket/a//b", "other.one/日本"):
        ours, theirs = remote.wait_for(partial(both, key))
        assert ours == theirs
    assert signer._buckets.keys() == {"bucket", "other.one"}
    assert all(signer._buckets.values())


def test_a_client_with_keys_of_its_own_signs_itself(faults: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    """As fsspec's configuration gives them: the session's credentials are others then."""
    from fsspec.config import conf

    put_new("s3://bucket/one", b"one")
    monkeypatch.setitem(conf, "s3", {"key": "AKIAOTHER", "secret": "another"})
    monkeypatch.setattr(remote, "_stores", {})
    assert remote.read_url("s3://bucket/one") == b"one"
    signer = remote.store_of("s3://bucket/one")._signer
    assert signer is not None
    assert signer._buckets == {"bucket": None}
    assert "AKIAOTHER" in remote.wait_for(lambda: signer.address("bucket/one"))


def test_many_keys_are_listed_in_little_memory(faults: Faults) -> None:
    import tracemalloc

    from moto.backends import get_backend

    # Straight into the server's own shelves: 3,000 requests would take a quarter of a minute.
    shelves = next(iter(get_backend("s3").values()))["aws"]
    for number in range(3_000):
        shelves.put_object("bucket", f"many/{number:06d}.png", b"")
    list(zip(pages("s3://bucket/many"), range(1), strict=False))  # what is imported and connected once
    tracemalloc.start()
    count = sum(len(page) for page in pages("s3://bucket/many"))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 3_000
    assert most < 15e6  # a page and what parses it; 10,000 keys take no more (docs/remote.md)
