"""Walks of stores, lists and shards: what is met, in which order, and what is said of it."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from curate.ground.errors import InputError, UsageError
from curate.media.storage import Status, remote
from curate.media.storage.remote import put_new
from curate.scan import walk_elsewhere
from curate.scan.labels import Labeller
from curate.scan.scan import Options, ScanTally, scan
from curate.scan.walk import check_roots
from tests.curate.media.storage.tars import member, tar_of
from tests.curate.media.storage.test_remote import fsspec, memory, put

__all__ = ["memory"]  # a fixture

Write = Callable[..., Path]


def scanned(*roots: str, tally: ScanTally | None = None) -> list[dict[str, object]]:
    lines = scan(roots, Labeller(), Options(jobs=1), tally or ScanTally())
    return [msgspec.json.decode(line) for line in lines]


def labels(samples: list[dict[str, object]]) -> list[tuple[object, object, object]]:
    return [(one.get("label"), one.get("split"), one.get("tags")) for one in samples]


@pytest.fixture
def pixels(tmp_path: Path, picture: Write) -> bytes:
    return picture(tmp_path / "1.png").read_bytes()


def test_a_store_gives_what_a_folder_gives(memory: str, tmp_path: Path, picture: Write) -> None:
    store = fsspec.filesystem("memory")
    for number, name in enumerate(("train/cat/1.png", "train/dog/2.png", "test/cat/3.png", "test/notes.txt")):
        path = picture(tmp_path / "set" / name, seed=number) if name.endswith("png") else tmp_path / "set" / name
        if name.endswith("txt"):
            path.write_text("no picture")
        store.pipe_file(f"/set/{name}", path.read_bytes())
    here, there = ScanTally(), ScanTally()
    ours, theirs = scanned(str(tmp_path / "set"), tally=here), scanned(memory, tally=there)
    for one in ours:
        one["path"] = str(one["path"]).replace(str(tmp_path / "set"), memory)
        del one["mtime_ns"]
    for one in theirs:
        assert one.pop("etag")
    assert ours == theirs
    assert (here.others, here.labels) == (there.others, there.labels)


def test_what_systems_keep_for_themselves_is_told_and_left_out(memory: str, tmp_path: Path, pixels: bytes) -> None:
    """A bucket that was copied from a network disk has its thumbnails too."""
    for name in ("cat/1.png", "cat/@eaDir/1.png/THUMB.png", "cat/@eaDir/2.png/THUMB.png", "__MACOSX/1.png"):
        put_new(f"{memory}/{name}", pixels)
        (tmp_path / "set" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "set" / name).write_bytes(pixels)
    here, there = ScanTally(), ScanTally()
    scanned(str(tmp_path / "set"), tally=here)
    assert [one["path"] for one in scanned(memory, tally=there)] == [f"{memory}/cat/1.png"]
    assert [one.replace(memory, str(tmp_path / "set")) for one in there.unreachable] == here.unreachable
    assert len(there.unreachable) == 2


def test_keys_that_no_folder_has(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    put(memory, "a")
    names = ["../out.png", "a/../../out.png", "a//b.png", "a/./b.png"]
    monkeypatch.setattr(remote, "_folder_pages", lambda *_: [[(name, Status(1), "") for name in names]])
    problems = [str(one["findings"]) for one in scanned(memory)]
    assert len(problems) == 4
    assert all("a key with an empty part, . or .." in problem for problem in problems)


def test_a_key_that_goes_between_listing_and_reading(
    memory: str, pixels: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = fsspec.filesystem("memory")
    store.pipe_file("/set/a.png", pixels)
    store.pipe_file("/set/b.png", pixels)

    listings = []

    def stale(url: str) -> object:
        listings.append(url)
        for entry in walk_url(url):
            # The first listing is for the names of the folders alone.
            if entry.path.endswith("b.png") and len(listings) == 2:
                store.rm_file("/set/b.png")
            yield entry

    walk_url = walk_elsewhere.walk_url
    monkeypatch.setattr(walk_elsewhere, "walk_url", stale)
    first, second = scanned(memory)
    assert first.get("digest")
    detail = "cannot be read: it is not there any more, or never was (404)"
    assert second["findings"] == [{"check": "unreadable", "severity": "error", "detail": detail}]
    assert "digest" not in second


def test_a_store_that_has_nothing_there(memory: str) -> None:
    with pytest.raises(InputError, match="memory://set/none does not exist, or has no keys below it"):
        check_roots([f"{memory}/none"])
    put(memory, "a/1", "a/2")
    with pytest.raises(UsageError, match="overlap"):
        check_roots([memory, f"{memory}/a"])


def test_of_webdataset_what_stands_beside_says_what_it_is(tmp_path: Path, pixels: bytes) -> None:
    shard = tar_of(
        tmp_path / "train-000.tar",
        {
            "a/1.png": pixels,
            "a/1.cls": b"7\n",
            "a/2.cls": b"8",
            "a/2.png": pixels + b" ",
            "a/2.json": json.dumps({"label": "eight", "tags": ["dim"], "light": "low", "split": "val"}).encode(),
            "cat/3.left.png": pixels + b"  ",
            "cat/3.right.png": pixels + b"   ",
            "4.txt": b"a caption",
        },
    )
    found = scanned(shard)
    assert [str(one["path"]).partition("#")[2] for one in found] == [
        "a/1.png",
        "a/2.png",
        "cat/3.left.png",
        "cat/3.right.png",
    ]
    assert labels(found) == [
        ("7", "train", None),
        ("eight", "val", ["dim", "light=low"]),
        ("cat", "train", None),
        ("cat", "train", None),
    ]
    assert not any(one.get("findings") and "key" in str(one["findings"]) for one in found)


def test_one_key_in_two_shards_is_found(tmp_path: Path, pixels: bytes) -> None:
    shards = [tar_of(tmp_path / f"{n}.tar", {"a.png": pixels, f"b{n}.png": pixels}) for n in range(2)]
    found = scanned(f"{tmp_path}/{{0..1}}.tar")
    checks = [[finding["check"] for finding in one.get("findings", ())] for one in found]  # type: ignore[attr-defined]
    assert checks == [[], [], ["repeated-key"], []]
    assert [str(one["path"]).partition("#")[0] for one in found] == [shards[0], shards[0], shards[1], shards[1]]


def test_what_a_stranger_put_into_a_tar_is_told(tmp_path: Path, pixels: bytes) -> None:
    bad = member("2.png", kind=b"1", link="/etc/passwd")
    shard = tar_of(tmp_path / "a.tar", [(member("1.png", len(pixels)), pixels), (bad, b"")])
    cut = tmp_path / "cut.tar"
    cut.write_bytes(Path(shard).read_bytes()[: 512 + len(pixels)])
    tally = ScanTally()
    first, second, third = scanned(shard, str(cut), tally=tally)
    assert first.get("digest") == third.get("digest") is not None
    assert "a hard link in a tar" in str(second["findings"])
    assert tally.unreachable == [f"{cut}: a tar that ends too early"]


def test_a_list_stays_below_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        b"# ours\ncat/1.png\n\nhttps://host/set/dog/2.png\nhttps://other/3.png\n../4.png\nfile:///etc/5.png\n/6.png\n"
    )
    monkeypatch.setattr(walk_elsewhere, "read_media", lambda _: text)
    found = [(entry.path, entry.problem) for entry in walk_elsewhere.walk_url("https://host/set/list.txt")]
    inside = [path for path, problem in found if not problem]
    assert inside == ["https://host/set/cat/1.png", "https://host/set/dog/2.png"]
    assert [path for path, problem in found if problem] == [
        "https://other/3.png",
        "../4.png",
        "file:///etc/5.png",
        "/6.png",
    ]


def test_file_urls_are_folders(tmp_path: Path, picture: Write) -> None:
    picture(tmp_path / "set/cat/1.png")
    assert scanned(f"file://{tmp_path}/set") == scanned(f"{tmp_path}/set")
