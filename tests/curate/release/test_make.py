"""What a manifest has to hold before it becomes a release; what is refused leaves nothing behind."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from curate.ground.errors import GateError, InputError, UsageError
from curate.release.make import Wish, make_release
from curate.release.write import roll_back
from tests.curate.release.sets import files_of, line, release, some

SCHEMA = "kind: schema\nversion: 1\nlabel:\n  closed: true\n  values: [cat, dog]\n  missing: 0\n"


def refused(folder: Path, lines: list[bytes], message: str, name: str = "v9", **wish: Any) -> None:
    """Check that something is no release, and that nothing was written for it."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises((GateError, InputError, UsageError), match=message):
        release(folder, name, lines, **wish)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert not (folder / "releases" / name).exists()


def test_files_are_held_against_their_digests(tmp_path: Path) -> None:
    files_of(tmp_path, some())
    (tmp_path / "d/1.png").write_text("changed")
    refused(tmp_path, some(), r"1 files have changed since they were scanned, such as d/1\.png")
    (tmp_path / "d/1.png").unlink()
    refused(tmp_path, some(), r"1 files cannot be read, such as d/1\.png \(No such file")
    assert not (tmp_path / "releases").exists()


def test_digests_can_be_trusted_where_the_files_are_elsewhere(tmp_path: Path) -> None:
    assert release(tmp_path, "v1", some(), media="trust").made.release.media == "trust"
    refused(tmp_path, [b'{"path":"a"}', b'{"path":"b","digest":"sha256:x"}'], "2 samples have no digest", media="trust")


def test_what_has_no_digest_gets_that_of_its_file(tmp_path: Path) -> None:
    files_of(tmp_path, some())
    bare = [json.dumps({k: v for k, v in json.loads(one).items() if k != "digest"}).encode() for one in some()]
    made = release(tmp_path, "v1", bare).made.release
    assert made.digest == release(tmp_path, "v1", some()).made.release.digest


def test_what_validate_refuses_is_no_release(tmp_path: Path) -> None:
    lines = [*some(), line("d/9.png", label="cow", split="train")]
    files_of(tmp_path, lines)
    (tmp_path / "s.yaml").write_text(SCHEMA)
    schema = str(tmp_path / "s.yaml")
    refused(tmp_path, lines, r"s\.yaml does not allow it: new-label of label \(1\)", schema=schema)
    assert release(tmp_path, "v1", some(), schema=schema).validated_by == schema
    # The schema of the current release holds for the next one, unless another is named.
    refused(tmp_path, lines, r"v1/schema\.yaml does not allow it: new-label of label")
    refused(tmp_path, lines, "cannot read", schema=str(tmp_path / "none.yaml"))
    (tmp_path / "more.yaml").write_text(SCHEMA.replace("dog]", "dog, cow]"))
    found = release(tmp_path, "v2", lines, schema=str(tmp_path / "more.yaml"))
    assert (found.made.state, found.difference and found.difference.counts["added"]) == ("new", 1)
    assert (tmp_path / "releases/v2/schema.yaml").read_text() == (tmp_path / "more.yaml").read_text()


def test_what_is_there_already_is_held_to_what_was_current_then(tmp_path: Path) -> None:
    lines = [*some(), line("d/9.png", label="cow", split="train")]
    files_of(tmp_path, lines)
    (tmp_path / "s.yaml").write_text(SCHEMA)
    (tmp_path / "more.yaml").write_text(SCHEMA.replace("dog]", "dog, cow]"))
    release(tmp_path, "v1", some(), schema=str(tmp_path / "s.yaml"))
    release(tmp_path, "v2", lines, schema=str(tmp_path / "more.yaml"))
    roll_back(str(tmp_path / "releases"))
    found = release(tmp_path, "v2", lines)
    assert (found.made.state, found.made.pointer.release, found.difference) == ("same", "v1", None)


def test_a_schema_that_is_saved_meanwhile_is_not_the_one_that_is_kept(tmp_path: Path) -> None:
    files_of(tmp_path, some())
    schema = tmp_path / "s.yaml"
    schema.write_text(SCHEMA)

    def counted(lines: Iterable[bytes]) -> Iterator[bytes]:
        schema.write_text("kind: schema\nversion: 1\n")
        return iter(lines)

    make_release(some(), Wish("v1", str(tmp_path / "releases"), str(tmp_path), str(schema)), counted)
    assert (tmp_path / "releases/v1/schema.yaml").read_text() == SCHEMA


def test_test_labels_change_by_adjudication_only(tmp_path: Path) -> None:
    lines = some()
    files_of(tmp_path, lines)
    release(tmp_path, "v1", lines)
    bent = {**json.loads(lines[3]), "label": "dog"}
    refused(
        tmp_path,
        [*lines[:3], json.dumps(bent).encode()],
        r"1 test labels of v1 changed .*: d/3\.png \('cat' to 'dog'\)",
    )
    record = {"before": "cat", "after": "dog", "rule": "adjudicated", "at": "1"}
    bent["origin"] = {"relabelled": [record]}
    found = release(tmp_path, "v2", [*lines[:3], json.dumps(bent).encode()])
    assert found.difference is not None
    assert [one.kinds for one in found.difference.changes] == [("relabelled",)]


def test_an_empty_manifest_is_no_release(tmp_path: Path) -> None:
    refused(tmp_path, [], "no samples, so there is nothing to release")


def test_a_damaged_current_release_is_not_built_upon(tmp_path: Path) -> None:
    files_of(tmp_path, some())
    release(tmp_path, "v1", some()[:3])
    path = tmp_path / "releases/v1/manifest.jsonl"
    path.write_bytes(path.read_bytes().replace(b"dog", b"cow"))
    refused(tmp_path, some(), "it has been changed since")


@pytest.mark.parametrize("path", ["https://example.org/a.png", "d", "na\udcffme"])
def test_paths_that_are_no_files(tmp_path: Path, path: str) -> None:
    files_of(tmp_path, some())
    refused(tmp_path, [*some(), json.dumps({"path": path}).encode()], "1 files cannot be read")
