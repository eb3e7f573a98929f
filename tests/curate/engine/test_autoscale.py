"""How many workers are let in, beyond the processors."""

import os
import time
from pathlib import Path

import pytest

from curate.engine import autoscale, pool, run
from curate.engine.autoscale import Crowd, awake_s
from tests.curate.engine import stubs


class Clock:
    """A clock, and workers of which each is awake for a share of the time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
        self.now = 100.0
        monkeypatch.setattr("curate.engine.autoscale.time.monotonic", lambda: self.now)
        monkeypatch.setattr(autoscale, "awake_s", lambda pid, now: share * now)

    def looks(self, found: Crowd, times: int) -> list[int]:
        """Return what is allowed at each of so many looks, with as many workers as were allowed before."""
        allowed = []
        for _ in range(times):
            self.now += 0.6
            allowed.append(found.grow(range(found.allowed)))
        return allowed


@pytest.mark.parametrize(
    ("share", "allowed"), [(1.0, [2, 2, 2, 2, 2]), (0.8, [2, 2, 2, 2, 2]), (0.5, [2, 4, 4, 7, 7]), (0, [2, 4, 4, 7, 7])]
)
def test_only_while_workers_sleep_there_are_more(
    monkeypatch: pytest.MonkeyPatch, share: float, allowed: list[int]
) -> None:
    assert Clock(monkeypatch, share).looks(Crowd(7, 2), 5) == allowed


def test_never_more_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Clock(monkeypatch, 0.0).looks(Crowd(1, 4), 3) == [1, 1, 1]
    assert Clock(monkeypatch, 0.0).looks(Crowd(3, 4), 3) == [3, 3, 3]


def test_workers_without_a_task_do_not_count_as_asleep(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, found = Clock(monkeypatch, 0.0), Crowd(8, 2)
    for _ in range(5):
        clock.now += 1
        assert found.grow([1]) == 2


def _awake_while_asleep() -> float:
    before = awake_s(os.getpid(), 0.0)
    time.sleep(0.2)
    return awake_s(os.getpid(), 0.0) - before


def test_time_asleep_is_told_from_time_awake() -> None:
    if not Path(f"/proc/{os.getpid()}/schedstat").exists():
        pytest.skip("this system does not count the time that a process waits for a processor")
    # A wait for a processor counts as awake: on a busy machine a sleep may end late, but not each time.
    assert any(_awake_while_asleep() < 0.15 for _ in range(20))
    before, began = awake_s(os.getpid(), 0.0), time.monotonic()
    while time.monotonic() - began < 0.3:
        pass
    assert awake_s(os.getpid(), 0.0) - before > 0.2
    assert awake_s(-1, 42.0) == 42.0


def test_workers_that_sleep_get_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "available_processors", lambda: 1)
    monkeypatch.setattr(autoscale, "_LOOK_EVERY_S", 0.1)
    found = list(run(stubs.sleeping_pid, range(40), jobs=3, chunk_size=1))
    assert 1 < len(set(found)) <= 3
