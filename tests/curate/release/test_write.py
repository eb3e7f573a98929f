"""Whatever happens at whatever moment, a folder of releases is whole, and the same call again does what is missing."""

import errno
import hashlib
import json
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from curate.ground import lock
from curate.ground.errors import BurnishError, InputError, UsageError
from curate.release import write
from curate.release.folder import check_manifest, list_releases, read_current, read_pointer
from curate.release.records import CURRENT, MANIFEST, RECORD
from curate.release.write import Made, roll_back
from tests.curate.release.sets import files_of, line, release, some
from tests.machine import PATIENCE_S, wait_until
from tests.soak import SOAK

SWITCHES, READS = 200, 10_000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate"})

fork = multiprocessing.get_context("fork")


def die_at(when: int, work: Callable[[], object], summary: Path) -> None:
    """Do some work in a process of its own that is killed at the `when`-th change to the disk; 0: count them."""

    def run() -> None:
        seen = 0

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal seen
            writes = event == "open" and isinstance(arguments[2], int) and bool(arguments[2] & _WRITING)
            if writes or event in _CHANGES:
                seen += 1
                if seen == when:
                    os.kill(os.getpid(), signal.SIGKILL)

        # A compiled file would be a change as well, and the next time none.
        sys.dont_write_bytecode = True
        sys.addaudithook(watch)
        work()
        number, seen = seen, -1 << 40
        summary.write_text(str(number))

    process = fork.Process(target=run)
    process.start()
    process.join(PATIENCE_S)
    assert process.exitcode == (-signal.SIGKILL if when else 0)


def whole(folder: Path) -> str | None:
    """Return the name of the current release, once everything that a reader can see is whole."""
    releases = folder / "releases"
    if not releases.is_dir():
        return None
    listed = list_releases(str(releases))
    assert listed.broken == {}
    for one in listed.releases:
        check_manifest(str(releases), one)
    if listed.pointer is None:
        with pytest.raises(InputError, match="has no release yet"):
            read_current(str(releases))
        return None
    return read_current(str(releases)).name


@pytest.mark.parametrize("media", ["check", "copy"])
@pytest.mark.parametrize("first", [True, False], ids=["the first release", "a later release"])
def test_killed_at_each_change_to_the_disk(tmp_path: Path, media: str, first: bool) -> None:
    lines = some()
    before = None if first else "v1"

    def prepared(name: str) -> Path:
        folder = tmp_path / name
        files_of(folder, lines)
        if not first:
            release(folder, "v1", lines[:2])
        return folder

    def make(folder: Path) -> Made:
        return release(folder, "v2", lines, media=media).made

    counted = prepared("counted")
    die_at(0, lambda: make(counted), tmp_path / "number")
    number = int((tmp_path / "number").read_text())
    assert number > 8
    for when in range(1, number + 1, 1 if SOAK else 2):
        folder = prepared(str(when))
        die_at(when, partial(make, folder), tmp_path / "number")
        assert whole(folder) in {before, "v2"}
        assert make(folder).state in {"new", "completed", "same"}
        assert whole(folder) == "v2"
        assert make(folder).state == "same"
        left = {path.name for path in (folder / "releases").rglob("*") if path.name.startswith(".")}
        assert left == {".lock"}
        assert {path.name for path in (folder / "releases").iterdir()} <= {".lock", CURRENT, "media", "v1", "v2"}


def test_a_rollback_killed_at_each_change(tmp_path: Path) -> None:
    lines = some()
    files_of(tmp_path, lines)
    release(tmp_path, "v1", lines[:2])
    release(tmp_path, "v2", lines)
    folder = str(tmp_path / "releases")
    die_at(0, lambda: roll_back(folder, "v1"), tmp_path / "number")
    for when in range(1, int((tmp_path / "number").read_text()) + 1):
        roll_back(folder, "v2")
        die_at(when, lambda: roll_back(folder, "v1"), tmp_path / "number")
        assert whole(tmp_path) in {"v1", "v2"}
        assert roll_back(folder, "v1").pointer.release == whole(tmp_path) == "v1"


def test_all_is_synced_before_it_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files_of(tmp_path, some())
    did: list[str] = []
    real_sync, real_rename, real_replace = os.fsync, os.rename, os.replace

    def sync(descriptor: int) -> None:
        did.append(f"sync {os.path.basename(os.readlink(f'/proc/self/fd/{descriptor}'))}")
        real_sync(descriptor)

    def named(real: Callable[[str, str], None]) -> Callable[[str, str], None]:
        def call(source: str, target: str) -> None:
            did.append(f"name {os.path.basename(target)}")
            real(source, target)

        return call

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "rename", named(real_rename))
    monkeypatch.setattr(os, "replace", named(real_replace))
    release(tmp_path, "v1", some())
    new = next(one for one in did if one.startswith("sync .burnish-release-"))
    pointer = next(one for one in did if ".current" in one)
    assert did == [
        f"sync {MANIFEST}", f"sync {RECORD}", new, "name v1", "sync releases", pointer, "name current", "sync releases",
    ]  # fmt: skip


def test_a_name_has_one_content_for_good(tmp_path: Path) -> None:
    lines = some()
    files_of(tmp_path, lines)
    made = release(tmp_path, "v1", lines).made
    assert (made.state, made.pointer.switch, made.release.previous) == ("new", 1, None)
    again = release(tmp_path, "v1", list(reversed(lines))).made
    assert (again.state, again.pointer, again.release) == ("same", made.pointer, made.release)
    with pytest.raises(UsageError, match="there is a release of that name with other content"):
        release(tmp_path, "v1", lines[:3])
    with pytest.raises(UsageError, match="differs by more than case"):
        release(tmp_path, "V1", lines[:3])
    assert whole(tmp_path) == "v1"


def test_the_same_release_again_does_not_undo_a_rollback(tmp_path: Path) -> None:
    lines = some()
    files_of(tmp_path, lines)
    release(tmp_path, "v1", lines[:2])
    release(tmp_path, "v2", lines)
    roll_back(str(tmp_path / "releases"))
    again = release(tmp_path, "v2", lines).made
    assert (again.state, again.pointer.release) == ("same", "v1")
    assert whole(tmp_path) == "v1"


def test_without_a_name_each_rollback_goes_back_one_further(tmp_path: Path) -> None:
    lines = some(6)
    files_of(tmp_path, lines)
    folder = str(tmp_path / "releases")
    for number in range(1, 4):
        release(tmp_path, f"v{number}", lines[: number + 1])
    assert [roll_back(folder).release.name for _ in range(2)] == ["v2", "v1"]
    with pytest.raises(UsageError, match="v1 is the first release"):
        roll_back(folder)
    assert roll_back(folder, "v3").pointer.by == "rollback"
    assert roll_back(folder, "v3").state == "same"
    with pytest.raises(UsageError, match="has no release v33"):
        roll_back(folder, "v33")


def test_a_release_held_against_another_current_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the checks and the writing, somebody else released: the checks held against what is no more current."""
    lines = some(6)
    files_of(tmp_path, lines)
    release(tmp_path, "v1", lines[:2])
    real = lock.locked

    def late(work: str, option: str) -> object:
        monkeypatch.setattr(write, "locked", real)
        release(tmp_path, "v2", lines[:3])
        return real(work, option)

    monkeypatch.setattr(write, "locked", late)
    with pytest.raises(BurnishError, match="the current release became v2 meanwhile"):
        release(tmp_path, "v3", lines)
    assert whole(tmp_path) == "v2"
    assert not (tmp_path / "releases" / "v3").exists()


@pytest.mark.parametrize("names", [("v1", "v1"), ("v1", "v2")], ids=["one name", "two names"])
def test_of_two_writers_one_wins_whole(tmp_path: Path, names: tuple[str, str]) -> None:
    lines = some(40)
    files_of(tmp_path, lines)
    start = fork.Barrier(2)

    def make(name: str, part: list[bytes]) -> None:
        start.wait(PATIENCE_S)
        try:
            release(tmp_path, name, part)
        except BurnishError:
            os._exit(2)

    for turn in range(5):
        folder = tmp_path / "releases"
        if folder.exists():
            folder.rename(tmp_path / f"turn-{turn}")
        writers = [
            fork.Process(target=make, args=(name, part)) for name, part in zip(names, (lines[:20], lines), strict=True)
        ]
        for one in writers:
            one.start()
        for one in writers:
            one.join(PATIENCE_S)
        # Whoever begins after the other has ended makes a second release, which is no collision.
        won = [one.exitcode == 0 for one in writers]
        assert any(won)
        assert whole(tmp_path) in names
        assert len(list_releases(str(folder)).releases) == sum(won)


def test_readers_beside_switches_never_see_a_half_state(tmp_path: Path) -> None:
    lines = some(8)
    files_of(tmp_path, lines)
    release(tmp_path, "v1", lines[:4])
    release(tmp_path, "v2", lines)
    folder = str(tmp_path / "releases")
    digests = {one.name: one.digest for one in list_releases(folder).releases}

    # Spread over each other, whichever of both the machine lets stand: neither gets more than a turn ahead.
    def is_read(turn: int) -> bool:
        return bool(reads.value >= READS * turn // SWITCHES)

    def is_switched(number: int) -> bool:
        return bool(switched.value >= number * SWITCHES // READS)

    def switch() -> None:
        for turn in range(SWITCHES):
            roll_back(folder, f"v{1 + turn % 2}")
            switched.value += 1
            wait_until(partial(is_read, turn), 0.0005)

    reads, switched = fork.Value("q", 0), fork.Value("q", 0)
    switching = fork.Process(target=switch, daemon=True)
    begun = (read_pointer(folder) or pytest.fail("no pointer")).switch
    switching.start()
    seen, latest = {"v1": 0, "v2": 0}, begun
    for number in range(READS):
        wait_until(partial(is_switched, number), 0.0005)
        pointer = read_pointer(folder)
        assert pointer is not None
        assert pointer.switch >= latest, "a reader never goes back in time"
        latest = pointer.switch
        found = read_current(folder)
        with open(check_manifest(folder, found), "rb") as file:
            text = file.read()
        assert f"sha256:{hashlib.sha256(text).hexdigest()}" == digests[found.name]
        assert text.count(b"\n") == found.samples
        seen[found.name] += 1
        reads.value += 1
    switching.join(PATIENCE_S)
    assert switching.exitcode == 0
    assert (read_pointer(folder) or pytest.fail("no pointer")).switch == begun + SWITCHES
    assert sum(seen.values()) == READS
    assert min(seen.values()) > READS // 10, seen


def test_what_a_killed_writer_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    lines = some()
    files_of(tmp_path, lines)
    folder = tmp_path / "releases"
    (folder / ".burnish-release-abc" / "deep").mkdir(parents=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    (folder / ".burnish-release-link").symlink_to(tmp_path / "mine")
    (folder / "notes.txt").write_text("ours")
    (folder / ".new-photos").mkdir()
    release(tmp_path, "v1", lines)
    assert sorted(os.listdir(folder)) == [".lock", ".new-photos", CURRENT, "notes.txt", "v1"]
    assert (tmp_path / "mine" / "file").exists()


def test_the_pointer_is_not_written_through_a_link(tmp_path: Path) -> None:
    lines = some()
    files_of(tmp_path, lines)
    (tmp_path / "releases").mkdir()
    (tmp_path / "precious").write_text("{}")
    (tmp_path / "releases" / CURRENT).symlink_to(tmp_path / "precious")
    with pytest.raises(InputError, match="reads no links"):
        release(tmp_path, "v1", lines)
    assert (tmp_path / "precious").read_text() == "{}"
    assert os.listdir(tmp_path / "releases") == [CURRENT]


def test_copies_are_shared_by_releases_and_checked(tmp_path: Path) -> None:
    lines = some()
    files_of(tmp_path, lines)
    release(tmp_path, "v1", lines[:2], media="copy")
    release(tmp_path, "v2", lines, media="copy")
    store = tmp_path / "releases" / "media"
    kept = sorted(path for path in store.rglob("*") if path.is_file())
    assert len(kept) == 4
    for path in kept:
        assert path.stem == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (path.suffix, path.parent.name) == (".png", path.stem[:2])
    kept[0].write_text("damaged")
    release(tmp_path, "v2", lines, media="copy")
    assert kept[0].stem == hashlib.sha256(kept[0].read_bytes()).hexdigest()


def test_the_record_says_what_was_released(tmp_path: Path) -> None:
    files_of(tmp_path, some())
    release(tmp_path, "v1", some())
    found = json.loads((tmp_path / "releases" / "v1" / RECORD).read_bytes())
    text = (tmp_path / "releases" / "v1" / MANIFEST).read_bytes()
    assert found["digest"] == f"sha256:{hashlib.sha256(text).hexdigest()}"
    assert (found["name"], found["samples"], found["bytes"], found["media"]) == ("v1", 4, len(text), "check")
    assert line("d/0.png").decode()[-66:-2] in text.decode()


@pytest.mark.parametrize(("name", "number"), [("fsync", 6), ("rename", 1), ("replace", 1)])
def test_a_disk_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    lines = some()
    files_of(tmp_path, lines)
    release(tmp_path, "v1", lines[:2])
    real = getattr(os, name)
    failed = 0
    for when in range(1, number + 1):
        calls = 0

        def call(*arguments: object, when: int = when, **options: object) -> object:
            nonlocal calls, failed
            calls += 1
            if calls == when:
                failed += 1
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*arguments, **options)

        before = whole(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(os, name, call)
            # Some file systems cannot sync a folder, so that one that fails is no reason to stop.
            with suppress(OSError):
                release(tmp_path, f"v{when + 1}", lines)
        assert not list(tmp_path.glob("releases/.new-*")), "what did not fit would keep the disk full"
        assert whole(tmp_path) in {before, f"v{when + 1}"}
        release(tmp_path, f"v{when + 1}", lines)
        assert whole(tmp_path) == f"v{when + 1}"
    assert failed == number
