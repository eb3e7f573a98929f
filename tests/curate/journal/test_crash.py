"""Whatever happens at whatever moment: no byte is lost, none is there twice, and the journal says where.

Three kinds of trouble: the process dies before the n-th call to the system, for every n; the n-th call fails, for
every n; and a real process is killed at random moments.
"""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from curate.ground.errors import BurnishError, InputError
from curate.journal import Journal, Operation, fs
from curate.journal.seal import Seals
from tests.conftest import ROOT
from tests.curate.journal.trees import apply, contents, far_away, grow, look, moves, statuses, undo
from tests.soak import SOAK

CALLS = ["open", "write", "fsync", "link", "unlink", "mkdir", "rmdir", "symlink", "ftruncate", "utime", "fchmod"]
SHM = Path("/dev/shm")
KILLS = 1000 if SOAK else 40
CALLS_APART = 1 if SOAK else 3
"""A soak has an accident at every call to the system, CI at every third."""


class Dead(BaseException):
    """The process has died: nothing of it runs any more, no clean-up either."""


@contextmanager
def trouble(
    monkeypatch: pytest.MonkeyPatch, when: int, problem: Callable[[], BaseException], *, forever: bool
) -> Iterator[list[str]]:
    """Let the `when`-th call to the system raise, and all after it if `forever`; gives the calls that were made."""
    made: list[str] = []

    def wrap(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            made.append(name)
            if len(made) == when and name == "write":
                real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])  # died in the middle of a line
            if len(made) == when or (forever and len(made) > when):
                error = problem()
                if name == "rename" and isinstance(error, OSError):
                    return error.errno
                raise error
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, wrap(name, getattr(os, name)))
        patch.setattr(fs, "_rename_natively", wrap("rename", fs._rename_natively))
        patch.setattr(fs, "_sync_file_system", wrap("syncfs", fs._sync_file_system))
        yield made


@pytest.fixture(params=["rename", "across", "links"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The three ways of moving: a rename, a verified copy, and hard links where exclusive renames are missing."""
    if request.param == "across":
        far_away(monkeypatch)
    elif request.param == "links":
        monkeypatch.setattr(fs, "_rename_natively", lambda source, target: errno.EINVAL)
    return str(request.param)


def made_by(tmp_path: Path, kind: str, number: int) -> tuple[Path, Path, list[Operation]]:
    """Return a new base with a tree in it, the destination, and operations on the tree."""
    base = tmp_path / str(number)
    return base, base / "q", moves(grow(base / "data", 8), kind)


def check(base: Path, kind: str, before: Any, plan: list[Operation], *, resume: bool) -> None:
    """Check what holds after every accident, once the journal has been opened again."""
    if resume:
        assert set(statuses(apply(base / "q", plan))) <= {"done", "already"}
        assert statuses(apply(base / "q", plan)) == ["already"] * len(plan)
    if (base / "q" / "journal.jsonl").exists():
        with Journal.find(str(base / "q")):
            pass
    if kind == "move":
        assert contents(base) == contents_of(before), "every byte exactly once"
    assert not list(base.rglob(".burnish*"))
    if (base / "q" / "journal.jsonl").exists():
        assert set(statuses(undo(base / "q"))) <= {"undone"}
    # Between making the folder and its journal there is a moment that can leave an empty folder.
    if (base / "q").exists() and not os.listdir(base / "q"):
        (base / "q").rmdir()
    assert look(base) == before


def contents_of(tree: dict[str, Any]) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for _, _, digest in tree.values():
        if digest:
            found[digest] = found.get(digest, 0) + 1
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["move", "copy", "hardlink", "symlink"])
def test_death_before_every_call_of_apply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, kind: str) -> None:
    if kind in {"hardlink", "symlink"} and way != "rename":
        pytest.skip("links are not renamed")
    for number in range(1, 1000, CALLS_APART):
        for resume in (False, True):
            base, destination, plan = made_by(tmp_path, kind, 2 * number + resume)
            before = look(base)
            with trouble(monkeypatch, number, Dead, forever=True) as made, suppress(Dead):
                apply(destination, plan)
            assert contents(base).keys() >= contents_of(before).keys(), "nothing is lost, recovered or not"
            check(base, kind, before, plan, resume=resume)
        if len(made) < number:
            break
    assert 20 < number < 997


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["move", "copy", "hardlink", "symlink"])
def test_death_before_every_call_of_undo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, kind: str) -> None:
    if kind in {"hardlink", "symlink"} and way != "rename":
        pytest.skip("links are not renamed")
    for number in range(1, 1000, CALLS_APART):
        # Both ways on from every call: by turns, the one call that left a journal for ever was met by the wrong one.
        for resume in (False, True):
            base, destination, plan = made_by(tmp_path, kind, 2 * number + resume)
            before = look(base)
            apply(destination, plan)
            with trouble(monkeypatch, number, Dead, forever=True) as made, suppress(Dead):
                undo(destination)
            assert contents(base).keys() >= contents_of(before).keys()
            check(base, kind, before, plan, resume=resume)
        if len(made) < number:
            break
    assert 20 < number < 997


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["move", "copy", "hardlink", "symlink", "create"])
def test_an_undo_that_dies_again_and_again_is_completed_by_repeating_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, kind: str
) -> None:
    if kind in {"hardlink", "symlink", "create"} and way == "links":
        pytest.skip("where it is taken back, no file is renamed")
    calls = 0
    for number in range(1, 1000, CALLS_APART):
        base = tmp_path / str(number)
        paths = grow(base / "data", 4)
        before = look(base)
        if kind == "create":
            generate(base / "q")
        else:
            apply(base / "q", moves(paths, kind))
        # The first dies before call `number`, the next ones at other calls: in settling what the one before left too.
        for death in (number, 1 + number * 7 % 31, 1 + number * 11 % 23):
            with trouble(monkeypatch, death, Dead, forever=True) as made, suppress(Dead, InputError):
                undo(base / "q")
            calls = max(calls, len(made))
            assert contents(base).keys() >= contents_of(before).keys()
        if (base / "q" / "journal.jsonl").exists():
            assert set(statuses(undo(base / "q"))) <= {"undone"}
        with suppress(FileNotFoundError):
            (base / "q").rmdir()  # empty: it died after it had removed the journal
        assert look(base) == before
        if calls < number:
            break
    assert 20 < number < 997


def generate(destination: Path) -> None:
    """Make four files and let the journal take them over."""
    with Journal.open(str(destination)) as journal:
        made = [Path(journal.staging()) / f"{number}.wav" for number in range(4)]
        for number, path in enumerate(made):
            path.write_bytes(b"%d" % number * 70)
        outcomes = list(journal.apply(Operation("create", str(path), f"new/{path.name}") for path in made))
    assert statuses(outcomes) == ["done"] * 4


@pytest.mark.slow
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO], ids=errno.errorcode.get)
@pytest.mark.parametrize("forever", [False, True], ids=["once", "from then on"])
def test_every_call_may_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, code: int, forever: bool
) -> None:
    def problem() -> OSError:
        return OSError(code, os.strerror(code))

    for number in range(1, 1000, CALLS_APART):
        base, destination, plan = made_by(tmp_path, "move", number)
        before = look(base)
        with trouble(monkeypatch, number, problem, forever=forever) as made, suppress(BurnishError):
            outcomes = apply(destination, plan)
            assert all(outcome.detail for outcome in outcomes if outcome.status != "done")
        check(base, "move", before, plan, resume=number // CALLS_APART % 2 == 0)
        if len(made) < number:
            break
    assert 20 < number < 997


@pytest.mark.slow
def test_every_call_of_undo_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    def problem() -> OSError:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    for number in range(1, 1000, CALLS_APART):
        base, destination, plan = made_by(tmp_path, "move", number)
        before = look(base)
        apply(destination, plan)
        with (
            trouble(monkeypatch, number, problem, forever=number // CALLS_APART % 3 == 0) as made,
            suppress(BurnishError),
        ):
            undo(destination)
        check(base, "move", before, plan, resume=number // CALLS_APART % 2 == 0)
        if len(made) < number:
            break
    assert 20 < number < 997


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record writes, syncs and changes, with the names of the files."""
    events: list[str] = []

    def wrap(name: str, real: Callable[..., Any], owner: Any) -> None:
        def call(first: Any, *arguments: Any, **options: Any) -> Any:
            name_of = first[1] if isinstance(first, tuple) else first  # (descriptor of the folder, name)
            path = os.readlink(f"/proc/self/fd/{first}") if isinstance(first, int) else os.fsdecode(name_of)
            result = real(first, *arguments, **options)
            events.append(f"{name} {os.path.basename(path)}")
            return result

        monkeypatch.setattr(owner, name, call)

    for name in ("write", "fsync", "link", "unlink", "mkdir"):
        wrap(name, getattr(os, name), os)
    wrap("_rename_natively", fs._rename_natively, fs)
    return events


def test_syncs_come_in_the_order_that_guards_against_power_loss(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a").write_text("a")
    if way == "links":
        pytest.skip("every sync is the same but for one more in the middle of the rename")
    Seals()  # makes the user's key, once for each process and user
    events = recorded(monkeypatch)
    apply(tmp_path / "q", [Operation("move", str(tmp_path / "data" / "a"), "x/b")])
    mark = ["write journal.jsonl", "fsync journal.jsonl"]
    temporary = next((event.split()[1] for event in events if event.endswith(".tmp")), "")
    # What is planned is synced before the first change; the mark comes after the sync of what it says.
    begun = ["mkdir q", f"fsync {tmp_path.name}", *mark, "fsync q", "fsync journal.jsonl"]
    plan = [*begun, *mark, "mkdir x", "fsync q"]
    if way == "rename":
        assert events == [*plan, "_rename_natively a", "fsync x", "fsync data", *mark]
    else:
        copied = ["_rename_natively a", f"fsync {temporary}", f"link {temporary}", "fsync x"]
        assert events == [*plan, *copied, "unlink a", f"unlink {temporary}", "fsync data", *mark]


def killed(process: "subprocess.Popen[bytes]", after_s: float) -> bool:
    """Kill a process after a while; return whether it was still alive."""
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


MOVER = """
import os, sys
sys.path.insert(0, sys.argv[1])
from curate.journal import Journal, Operation, batch, take_back, undo
batch.BATCH = undo.BATCH = 8  # more than one batch, and more time at work
destination, what, *paths = sys.argv[2:]
os.write(1, b"ready")
if what == "undo":
    with Journal.find(destination) as journal:
        list(take_back(journal))
else:
    with Journal.open(destination) as journal:
        list(journal.apply(Operation("move", path, f"x/{number % 7}/{number}") for number, path in enumerate(paths)))
"""


def shelved(paths: list[str]) -> list[Operation]:
    """Return what the process that is killed does."""
    return [Operation("move", path, f"x/{number % 7}/{number}") for number, path in enumerate(paths)]


def start(destination: Path, what: str, paths: list[str]) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-c", MOVER, str(ROOT), str(destination), what, *paths]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout
    process.stdout.read(5)
    process.stdout.close()
    return process


def shelf(tmp_path: Path, name: str) -> Path:
    """Return a folder for the quarantine: beside the data, or on another file system."""
    if name == "beside":
        return tmp_path
    if not SHM.is_dir() or SHM.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system to write to")
    path = SHM / f"burnish-test-{os.getpid()}"
    path.mkdir(exist_ok=True)
    return path


@pytest.mark.parametrize("where", ["beside", "on another file system"])
def test_killed_at_random_moments(tmp_path: Path, where: str) -> None:
    place = shelf(tmp_path, where)
    rng = random.Random(7)
    paths = grow(tmp_path / "data", 60)
    before, bytes_before = look(tmp_path), contents(tmp_path)
    began = time.monotonic()
    start(place / "q", "apply", paths).wait()
    longest_s, hits, round_ = 0.9 * (time.monotonic() - began), 0, 0
    undo(place / "q")
    while hits < KILLS // 2:
        round_ += 1
        destination = place / f"q{round_}"
        what = "apply"
        if round_ % 3 == 2:
            apply(destination, shelved(paths))
            what = "undo"
        hits += killed(start(destination, what, paths), rng.uniform(0, longest_s))
        # What is drawn too late for this computer is a kill that did not hit: draw earlier next time.
        longest_s *= 1.1 if hits == round_ else 0.97
        seen = contents(tmp_path, *([destination] if place != tmp_path and destination.exists() else []))
        # A copy that was under way is still there in part; the recovery below has to take it away.
        assert seen.keys() >= bytes_before.keys(), "nothing is lost"
        if round_ % 2 and what == "apply":
            apply(destination, shelved(paths))
            assert not any(os.path.lexists(path) for path in paths), "the same call completes it"
        if (destination / "journal.jsonl").exists():
            with Journal.find(str(destination)):
                pass
            seen = contents(tmp_path, *([destination] if place != tmp_path and destination.exists() else []))
            assert seen == bytes_before, "every byte exactly once"
        if (destination / "journal.jsonl").exists():
            undo(destination)
        if destination.exists():
            destination.rmdir()  # empty: killed before the journal was in it, or after it was removed
        assert look(tmp_path) == before
    if place != tmp_path:
        place.rmdir()


def test_a_really_full_disk(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk needs root")
    try:
        paths = grow(tmp_path / "data", 12)
        Path(paths[8]).chmod(0o644)
        Path(paths[8]).write_bytes(os.urandom(1 << 20))
        before, plan = look(tmp_path / "data"), moves(paths)
        with pytest.raises(BurnishError, match=r"stopped: No space left on device, in .*: mend that and repeat"):
            apply(small / "q", plan)
        assert contents(tmp_path) == contents_of(before)
        assert statuses(undo(small / "q")) == ["undone"] * 8
        assert look(tmp_path / "data") == before
        assert os.listdir(small) == []
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        with pytest.raises(BurnishError, match=r"cannot keep a journal in .*Read-only file system"):
            apply(small / "q", plan)
    finally:
        subprocess.run(["umount", str(small)], check=True)
