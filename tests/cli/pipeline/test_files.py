"""Digests of files and folders."""

import os
from pathlib import Path

from cli.pipeline.files import Files, Stamp, count_lines, digest_of_folder, listing

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_digest_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert Files().digest(str(tmp_path / "a")) == EMPTY
    assert Files().digest(str(tmp_path / "gone")) == ""


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    status = path.stat()
    known = {str(path): Stamp(status.st_size, status.st_mtime_ns, "sha256:remembered")}
    assert Files(known).digest(str(path)) == "sha256:remembered"
    os.utime(path, ns=(0, 0))
    assert Files(known).digest(str(path)) != "sha256:remembered"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert Files().digest(str(tmp_path / "pipe")) == ""


def test_a_folder_is_its_names_sizes_and_times(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a").write_text("x")
    (tmp_path / ".hidden").touch()
    assert [(os.path.relpath(path, tmp_path), size) for path, (size, _) in listing(str(tmp_path)).items()] == [
        ("deep/a", 1)
    ]
    seen = {digest_of_folder(str(tmp_path))}
    (tmp_path / ".hidden").unlink()
    assert {digest_of_folder(str(tmp_path))} == seen
    os.utime(tmp_path / "deep" / "a", ns=(0, 0))
    seen.add(digest_of_folder(str(tmp_path)))
    (tmp_path / "deep" / "a").rename(tmp_path / "deep" / "b")
    seen.add(digest_of_folder(str(tmp_path)))
    assert len(seen) == 3
    assert digest_of_folder(str(tmp_path / "gone")) == ""
    assert listing(str(tmp_path / "gone")) == {}


def test_a_run_is_what_it_says_of_samples_not_when_it_was_made(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"when": 1}')
    only = Files().digest_of_run(str(tmp_path))
    assert only == Files().digest(str(tmp_path / "run.json"))
    (tmp_path / "predictions.jsonl").write_text("{}")
    first = Files().digest_of_run(str(tmp_path))
    (tmp_path / "run.json").write_text('{"when": 2}')
    assert Files().digest_of_run(str(tmp_path)) == first != only


def test_blank_lines_are_no_samples(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}\n\n  \n{}")
    assert count_lines(str(tmp_path / "a.jsonl")) == 2


def test_the_times_in_a_manifest_do_not_count(tmp_path: Path) -> None:
    manifest = tmp_path / "set.jsonl"
    manifest.write_text('{"path":"a.wav","mtime_ns":1,"label":"x"}\n')
    first = Files().digest(str(manifest))
    manifest.write_text('{"path":"a.wav","mtime_ns":22,"label":"x"}\n')
    assert Files().digest(str(manifest)) == first
    manifest.write_text('{"path":"a.wav","mtime_ns":1,"label":"y"}\n')
    assert Files().digest(str(manifest)) != first
    other = tmp_path / "set.csv"
    other.write_text('"mtime_ns":1,')
    assert Files().digest(str(other)) != Files().digest(str(tmp_path / "gone"))
