"""The process beside one of Ray's: clean, of one thread, and gone with whoever started it."""

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from curate.engine import Failure
from curate.engine.apart import Apart, Batch, Shared
from tests.conftest import ROOT
from tests.curate.engine import stubs
from tests.machine import alive, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux")


@pytest.fixture
def apart() -> Iterator[Apart]:
    found = Apart()
    yield found
    found.end()


def batch(items: list[object], name: str = "square", folder: str = "/", preload: tuple[str, ...] = ()) -> Batch:
    return Batch(name, items, 2, stubs.STALL_S, preload, folder, 0)


def shared(name: str) -> bytes:
    return pickle.dumps(Shared(getattr(stubs, name), None, None, None))


def test_batches_of_several_functions(apart: Apart) -> None:
    for _ in range(2):
        assert apart.work(batch([1, 2, 3]), shared("square")) == [1, 4, 9]
        found = apart.work(batch([4, 5, 13, 27], "misbehave"), shared("misbehave"))
        assert [one.reason if isinstance(one, Failure) else one for one in found] == [
            *(16, "crashed", "crashed", "timeout")
        ]


def test_it_has_one_thread_and_nothing_of_the_working_directory(
    apart: Apart, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "json.py").write_text("raise RuntimeError('not the real one')")
    (tmp_path / "curate").mkdir()
    other = Apart()
    try:
        for one in (apart, other):
            assert one.work(batch([3], folder=str(tmp_path)), shared("square")) == [9]
            assert len(os.listdir(f"/proc/{one._process.pid}/task")) == 1
    finally:
        other.end()


def test_what_cannot_be_worked_on_is_raised_here_and_it_lives_on(apart: Apart) -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        apart.work(batch([1], preload=("no_such_module",)), shared("square"))
    with pytest.raises(FileNotFoundError):
        apart.work(batch([1], folder="/no/such/folder"), shared("square"))
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        apart.work(batch([1], "gone"), b"cnowhere\nnothing\n.")
    assert apart.work(batch([1]), shared("square")) == [1]


def test_its_death_is_noticed(apart: Apart) -> None:
    os.kill(apart._process.pid, signal.SIGKILL)
    with pytest.raises((EOFError, ConnectionError)):
        apart.work(batch([1]), shared("square"))


def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    code = (
        "import pickle, sys; from curate.engine.apart import *; from tests.curate.engine import stubs; "
        "one = Apart(); print(one._process.pid, flush=True); work = Shared(stubs.announce_and_hang, None, None, None); "
        "one.work(Batch('hang', [sys.argv[1]], 1, 600.0, (), '/', 0), pickle.dumps(work))"
    )
    words, environment = [sys.executable, "-c", code, str(tmp_path)], {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        # At work, it does not look at the pipe whose end would tell it.
        wait_until(lambda: any(tmp_path.iterdir()))
        assert alive(pid)
        starter.kill()
    wait_until(lambda: not alive(pid))
    wait_until(lambda: not any(alive(int(path.name)) for path in tmp_path.iterdir()))
