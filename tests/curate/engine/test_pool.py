"""Order, isolation, bounded memory, and no process left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from curate.engine import Failure, Ready, available_processors, failures, run, worker
from curate.ground.errors import UsageError
from tests.conftest import ROOT
from tests.curate.engine import stubs
from tests.machine import PATIENCE_S, alive, in_time, wait_until


@pytest.fixture(autouse=True, params=["fork", "spawn"])
def _start_method(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the platform starts workers with, both ways are tried."""
    if request.param == "fork" and sys.platform != "linux":
        pytest.skip("forking is not safe here")
    monkeypatch.setenv("BURNISH_START_METHOD", request.param)


@pytest.mark.parametrize("jobs", [1, 2, 5])
@pytest.mark.parametrize("count", [0, 1, 16, 1000])
def test_results_come_in_the_order_of_the_items(jobs: int, count: int) -> None:
    assert list(run(stubs.square, range(count), jobs=jobs)) == [n * n for n in range(count)]


def test_what_arrives_is_told_before_its_turn(tmp_path: Path) -> None:
    """One item stalls: the others' results are not held back by it, and an interruption does not cost them."""
    told: list[int] = []

    def arrived(some: Iterable[int]) -> None:
        told.extend(some)
        # Only then the worker that stalls goes on.
        if len(told) >= 190:
            (tmp_path / "go").touch()

    items = [(number, str(tmp_path / "go")) for number in range(200)]
    results = run(stubs.stall_at_3, items, jobs=2, chunk_size=4, arrived=arrived)
    assert next(results) == 0
    assert len(told) >= 190, "all but what the worker that stalled has before it"
    assert [0, *results] == [n * n for n in range(200)]
    assert sorted(told) == [n * n for n in range(200)]


def test_a_crash_a_hang_and_an_exception_cost_one_item_each() -> None:
    results = list(run(stubs.misbehave, range(50), jobs=2, timeout_s=stubs.STALL_S, chunk_size=8))
    assert {n: result for n, result in enumerate(results) if result != n * n} == {
        5: Failure("crashed", "ValueError: five"),
        13: Failure("crashed", "the process that decoded it was ended by SIGABRT"),
        27: Failure("timeout", f"took longer than {stubs.STALL_S:g} s and was stopped"),
    }


def test_what_is_done_together_costs_one_item_each_too() -> None:
    found = run(stubs.square, range(50), jobs=2, timeout_s=stubs.STALL_S, chunk_size=8, together=stubs.one_more)
    assert {n: result for n, result in enumerate(found) if result != n * n + 1} == {
        5: Failure("crashed", "ValueError: twenty-five"),
        13: Failure("crashed", "the process that decoded it was ended by SIGABRT"),
        27: Failure("timeout", f"took longer than {stubs.STALL_S:g} s and was stopped"),
    }


def test_what_is_done_together_is_given_failures() -> None:
    found = list(run(stubs.misbehave, range(4, 8), jobs=1, chunk_size=8, together=stubs.one_more))
    assert found == [17, Failure("crashed", "ValueError: five"), 37, 50]


def test_an_item_that_kills_every_worker_is_given_up_each_time() -> None:
    assert [type(result) for result in run(stubs.misbehave, [13] * 20, jobs=2)] == [Failure] * 20


def test_known_results_keep_their_place_and_start_no_worker() -> None:
    items = [Ready("a"), 2, Ready("b"), 3, Ready(None)]
    assert list(run(stubs.square, items, jobs=2, chunk_size=2)) == ["a", 4, "b", 9, None]
    assert list(run("not callable", [Ready(n) for n in range(100)])) == list(range(100))  # type: ignore[arg-type]


def test_workers_are_silent_and_read_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert list(run(stubs.chatter, range(3), jobs=2)) == [""] * 3
    assert capfd.readouterr() == ("", "")


def test_as_many_workers_as_jobs_and_one_thread_in_each() -> None:
    seen = set(run(stubs.identify, range(8), jobs=2, chunk_size=1))
    assert len(seen) == 2
    assert {threads for _, threads in seen} == {"1"}


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_numpy_starts_no_threads_in_a_worker() -> None:
    program = (
        "from tests.curate.engine import stubs; from curate.engine import run;"
        "print(*run(stubs.shared_library_threads, [1], jobs=1))"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert result.stdout == "1\n"


def test_items_are_taken_only_as_far_as_they_are_needed() -> None:
    taken = 0

    def items() -> Iterator[int]:
        nonlocal taken
        while True:
            taken += 1
            yield taken

    results = run(stubs.square, items(), jobs=2, chunk_size=16)
    for _ in range(100):
        next(results)
    results.close()
    assert taken < 100 + 2 * 32 * 16 + 16


def test_closing_ends_the_workers(tmp_path: Path) -> None:
    results = run(stubs.identify, range(1000), jobs=2, chunk_size=1)
    workers = {next(results)[0] for _ in range(6)}
    results.close()
    assert not any(alive(worker) for worker in workers)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
@pytest.mark.parametrize(
    ("signal_number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)],
    ids=["INT", "TERM", "KILL"],
)
def test_no_orphans_when_the_program_is_stopped(tmp_path: Path, signal_number: int, code: int) -> None:
    """Whichever way the parent ends, hung workers end with it, and at once."""
    program = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
import signal
from tests.curate.engine import stubs
from curate.engine import run
def stop(*_): raise SystemExit(143)
signal.signal(signal.SIGTERM, stop)
try:
    list(run(stubs.announce_and_hang, [{str(tmp_path)!r}] * 64, jobs=2))
except KeyboardInterrupt:
    sys.exit(130)
"""
    process = subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
    wait_until(lambda: len(os.listdir(tmp_path)) == 2)
    began = time.monotonic()
    os.kill(process.pid, signal_number)
    assert process.wait(PATIENCE_S) == code
    wait_until(lambda: not any(alive(int(name)) for name in os.listdir(tmp_path)))
    assert in_time(time.monotonic() - began, 5)


def test_there_is_at_least_one_processor() -> None:
    assert available_processors() >= 1


def test_warming_up_is_not_taken_from_the_time_of_the_first_item() -> None:
    before = failures.total()
    assert [*run(stubs.warm, range(3), jobs=1, timeout_s=stubs.STALL_S, warm_up=stubs.slow_warm_up)] == [True] * 3
    assert failures.total() == before


def test_warming_up_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_WARM_UP_S", 1)
    handler = signal.getsignal(signal.SIGALRM)
    worker._warm(lambda: stubs.misbehave(27))
    assert signal.getsignal(signal.SIGALRM) is handler
    assert signal.alarm(0) == 0, "no alarm is left, which would end an item"


def test_failures_are_counted_for_whoever_asks() -> None:
    before = failures.total()
    assert len([*run(stubs.misbehave, [4, 5], jobs=1)]) == 2
    assert failures.total() - before == 1


def test_another_way_to_start_workers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BURNISH_START_METHOD", "forkserver")
    with pytest.raises(UsageError, match="BURNISH_START_METHOD=forkserver is no way to start workers: fork or spawn"):
        list(run(stubs.square, [1]))
