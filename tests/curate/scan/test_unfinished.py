"""What an interrupted scan measured is not measured again."""

import os
from contextlib import suppress
from pathlib import Path

import pytest

from curate.records.sample import Sample
from curate.records.writer import encode
from curate.scan.measure import FACTS_VERSION
from curate.scan.unfinished import KnownLines, keeping, place_of, read_unfinished


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def line(path: Path) -> bytes:
    status = path.stat()
    return encode(
        Sample(
            str(path), bytes=status.st_size, mtime_ns=status.st_mtime_ns, digest="sha256:0", facts_version=FACTS_VERSION
        )
    )


def _start(file: Path) -> Sample:
    status = file.stat()
    return Sample(str(file), bytes=status.st_size, mtime_ns=status.st_mtime_ns)


def test_lines_stay_after_an_interruption_and_go_when_the_scan_ends(tmp_path: Path) -> None:
    output, files = str(tmp_path / "set.jsonl"), [tmp_path / "a.jpg", tmp_path / "b.jpg"]
    for file in files:
        file.write_bytes(b"x")
    with suppress(KeyboardInterrupt), keeping(output) as keeper:
        keeper.keep([line(files[0])])
        raise KeyboardInterrupt
    known = KnownLines([None, read_unfinished(output)])
    assert known.line(_start(files[0])) == line(files[0])
    assert known.line(_start(files[1])) is None
    assert known.reused == 1
    with keeping(output):
        pass
    assert not os.path.exists(place_of(output))
    assert read_unfinished(output) is None
    assert place_of(output) != place_of(f"{output}2")


def test_half_a_line_of_a_killed_process_is_none(tmp_path: Path) -> None:
    output, file = str(tmp_path / "set.jsonl"), tmp_path / "a.jpg"
    file.write_bytes(b"x")
    os.makedirs(os.path.dirname(place_of(output)))
    for rest in (b'{"path": "b', b""):
        Path(place_of(output)).write_bytes(line(file) + b"\n" + rest)
        known = read_unfinished(output)
        assert known is not None
        assert known.line(_start(file)) == line(file)
    Path(place_of(output)).write_bytes(b"rubbish\n")
    assert read_unfinished(output) is None


def test_a_cache_that_cannot_be_written_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with keeping(str(tmp_path / "set.jsonl")) as keeper:
        keeper.keep([b"{}"])
    assert read_unfinished(str(tmp_path / "set.jsonl")) is None
