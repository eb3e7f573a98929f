"""One set, one result: wherever it lies, whatever it is packed in, and however many work on it.

Manifest, generated files and sorted copies of one process and a folder of a disk are what all others have to equal.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from curate.media.storage import read_media, remote, retry, statuses_below
from curate.media.storage.remote import put_new
from tests.conftest import Burnish

Write = Callable[..., Path]

_RECIPE = """kind: augment
targets:
  soft:
    audio: [gain: {gain_db: [-9, -3]}]
    image: [{jpeg: {quality: [30, 50]}}]
"""
_ELSEWHERE = ("mtime_ns", "etag", "format_version")
"""What a line says of the place that its file is in."""


class Result(NamedTuple):
    """What a place gave.

    Attributes:
        manifest: Lines without what says where their files are; so the others.
        more: With generated samples.
        generated: Digest of each generated file, by its name.
        copies: Digest of each sorted copy, by its name.
    """

    manifest: list[dict[str, Any]]
    more: list[dict[str, Any]]
    generated: dict[str, str]
    copies: dict[str, str]


@pytest.fixture
def folder(tmp_path: Path, picture: Write, recording: Write, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A set with what sets have: names of all kinds, one file that was cut and one that is none."""
    monkeypatch.chdir(tmp_path)
    top = tmp_path / "data/set"
    for number in range(12):
        name = f"{('train', 'test')[number % 4 == 3]}/{('cat', 'dog ü')[number % 2]}/{number} &+'#?.x"
        if number % 3:
            picture(top / f"{name}.png", seed=number)
        else:
            recording(top / f"{name}.wav", seed=number)
    (top / "train/cat/cut.png").write_bytes((top / "train/dog ü/1 &+'#?.x.png").read_bytes()[:700])
    (top / "train/notes.txt").write_text("no picture")
    (tmp_path / "soft.yaml").write_text(_RECIPE)
    return top


def lines_of(place: str, *roots: str) -> list[dict[str, Any]]:
    data = bytes(read_media(place) or b"")
    lines = [json.loads(line) for line in data.splitlines()]
    for line in lines:
        for name in _ELSEWHERE:
            line.pop(name, None)
        for root in roots:
            line["path"] = line["path"].removeprefix(f"{root}/")
            if "source" in line.get("origin", {}):
                line["origin"]["source"] = line["origin"]["source"].removeprefix(f"{root}/")
    return lines


def digests_below(place: str) -> dict[str, str]:
    """Return the digest of each file that is seen below a place, by its name."""
    if "://" in place:
        names = [name for name, _ in statuses_below(place)]
    else:
        found = (path.relative_to(place) for path in Path(place).rglob("*") if path.is_file())
        # Journals and records are for the place that they are in.
        names = [str(path) for path in found if not any(part.startswith(".") for part in path.parts)]
        names = [name for name in names if name != "journal.jsonl"]
    read = ((name, bytes(read_media(f"{place}/{name}") or b"")) for name in names)
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(read)}


def worked(burnish: Burnish, root: str, into: str, out: str, *options: str) -> Result:
    """Scan a root, and make, sort and take back what can be made of it.

    Args:
        burnish: The program.
        root: What is scanned.
        into: Where manifests and generated files are written.
        out: Where copies are sorted.
        options: Of scan and augment.
    """
    burnish("scan", root, "-o", f"{into}/set.jsonl", *options)
    burnish(
        *("augment", "soft.yaml", f"{into}/set.jsonl", "--into", f"{into}/new", "-o", f"{into}/more.jsonl"), *options
    )
    burnish("organize", f"{into}/more.jsonl", "--mode", "copy", "--into", out, "--apply", "-q")
    result = Result(
        lines_of(f"{into}/set.jsonl", root),
        lines_of(f"{into}/more.jsonl", root, f"{into}/new"),
        digests_below(f"{into}/new"),
        digests_below(out),
    )
    for place in (out, f"{into}/new"):
        burnish("undo", place if "://" in into else f"{place}/journal.jsonl", "-q")
        with suppress(FileNotFoundError):
            assert digests_below(place) == {}
    return result


@pytest.fixture
def expected(burnish: Burnish, folder: Path, tmp_path: Path) -> Result:
    (tmp_path / "data/here").mkdir()
    found = worked(burnish, "data/set", "data/here", "sorted", "--jobs", "1")
    assert len(found.manifest) == 13
    assert len(found.generated) >= 9
    # And two tables, of training and of testing, that say what the copies are.
    assert len(found.copies) - 2 == len(found.more) > len(found.manifest)
    return found


def uploaded(folder: Path, url: str) -> str:
    for path in folder.rglob("*"):
        if path.is_file():
            put_new(f"{url}/set/{path.relative_to(folder)}", path.read_bytes())
    return f"{url}/set"


@pytest.fixture
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty place in a store, by the name of its protocol."""
    monkeypatch.setattr(remote, "_stores", {})
    monkeypatch.setattr(retry, "_BASE_S", 0.01)
    with ExitStack() as stack:
        if request.param == "s3":
            pytest.importorskip("s3fs", reason="the extra `remote` is not installed")
            pytest.importorskip("moto", reason="moto, an S3 to test against, is not installed")
            from tests.extras.s3_server import s3_server

            url, faults = stack.enter_context(s3_server())
            faults.every = 20
            names = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "us-east-1"}
            for name, value in (names | {"AWS_ENDPOINT_URL": url}).items():
                monkeypatch.setenv(name, value)
            import s3fs

            s3fs.S3FileSystem(skip_instance_cache=True).mkdir("bucket")
            yield "s3://bucket"
        else:
            pytest.importorskip("paramiko", reason="paramiko is not installed")
            from tests.extras.sftp_server import sftp_server

            monkeypatch.setenv("HOME", str(tmp_path / "home"))
            monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
            monkeypatch.setattr("curate.media.storage.sftp._CONNECT_S", 60.0)
            (tmp_path / "there").mkdir()
            yield stack.enter_context(sftp_server(tmp_path / "there", tmp_path / "home"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning:(botocore|moto|aiobotocore|werkzeug|responses|paramiko).*")
@pytest.mark.parametrize("store", ["s3", "sftp"], indirect=True)
def test_wherever_it_lies(burnish: Burnish, folder: Path, expected: Result, store: str, tmp_path: Path) -> None:
    assert worked(burnish, uploaded(folder, store), f"{store}/work", f"{store}/sorted", "--jobs", "2") == expected


def test_a_file_url_is_a_path(burnish: Burnish, folder: Path, expected: Result, tmp_path: Path) -> None:
    (tmp_path / "data/there").mkdir()
    place = f"file://{tmp_path}"
    burnish("scan", f"{place}/data/set", "-o", f"{place}/data/there/set.jsonl")
    assert lines_of("data/there/set.jsonl", str(folder)) == expected.manifest
    made = ("--into", f"{place}/data/there/new", "-o", f"{place}/data/there/more.jsonl")
    burnish("augment", "soft.yaml", f"{place}/data/there/set.jsonl", *made)
    burnish("organize", f"{place}/data/there/more.jsonl", "--mode", "copy", "--into", f"{place}/out", "--apply", "-q")
    assert digests_below("data/there/new") == expected.generated
    assert digests_below("out") == expected.copies


@pytest.mark.parametrize("jobs", ["2", "3"])
def test_however_many_work_on_it(burnish: Burnish, expected: Result, tmp_path: Path, jobs: str) -> None:
    (tmp_path / "data/there").mkdir()
    assert worked(burnish, "data/set", "data/there", "out", "--jobs", jobs) == expected


@pytest.mark.parametrize("layout", ["webdataset", "parquet"])
def test_whatever_it_is_packed_in(burnish: Burnish, expected: Result, tmp_path: Path, layout: str) -> None:
    """Of shards the addresses are others; facts, findings, labels, splits and what is generated are not."""
    if layout == "parquet":
        pytest.importorskip("pyarrow", reason="the extra `shards` is not installed")
    # A table has one kind of media.
    kinds = ("kind == 'image'", "kind == 'audio'") if layout == "parquet" else ("bytes > 0",)
    for number, kind in enumerate(kinds):
        burnish("select", "data/here/set.jsonl", "--where", kind, "-o", "data/kind.jsonl")
        words = ("--layout", layout, "--shard-size", "4", "--into", f"packed/{number}", "--apply", "-q")
        burnish("organize", "data/kind.jsonl", *words)
    shards = sorted(str(path) for path in Path("packed").rglob("*") if path.suffix in {".tar", ".parquet"})
    assert len(shards) >= 3
    burnish("scan", *shards, "-o", "packed.jsonl")
    burnish("augment", "soft.yaml", "packed.jsonl", "--into", "new", "-o", "more.jsonl")

    assert by_content(lines_of("packed.jsonl")) == by_content(expected.manifest)
    assert digests_below("new") == expected.generated


def by_content(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {line["digest"]: {name: line[name] for name in line if name not in {"path", "tags"}} for line in lines}
