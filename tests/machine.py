"""Time in tests: bounds in seconds, which a busy machine may miss, and waits for what is there in a moment."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tests.soak import SOAK

PATIENCE_S = 300.0
"""How long is waited for what comes in a moment: a machine of many guests was seen to stand still for half a minute."""

_BUSY = 1 if SOAK else 10
"""What a machine of many guests was seen to take longer (5 times), with room.

A loop timed beside the test did not do: the machine was slow while the test ran and quick a moment later. What such a
bound is there for, work that grows with a square and a program that hangs, takes much longer than ten times.
"""


def in_time(took_s: float, bound_s: float) -> bool:
    """Return whether something took less than its bound in a soak, less than ten times that elsewhere."""
    return took_s < bound_s * _BUSY


def wait_until(condition: Callable[[], object], pause_s: float = 0.02) -> None:
    """Return as soon as a condition holds, asked again after each pause.

    Raises:
        AssertionError: It did not within `PATIENCE_S`.
    """
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(pause_s)


def alive(process: int) -> bool:
    """Return whether a process of this number runs; one that only waits for its parent to ask does not."""
    return bool(_stat(process))


def processes() -> list[int]:
    """Return the numbers of all processes."""
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def in_group(group: int) -> list[int]:
    """Return the processes of a group that run."""
    return [process for process in processes() if _stat(process)[2:3] == [str(group)]]


def children_of(process: int) -> list[int]:
    """Return the processes that the first thread of a process, which is there, has started and not asked for yet."""
    return [int(number) for number in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def words_of(process: int) -> list[bytes]:
    """Return the command line of a process; nothing of one that is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    return []


def _stat(process: int) -> list[str]:
    """Return the state, the parent, the group and more of a process; nothing of one that is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        # Before them stands the name, which may hold anything.
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return [] if fields[0] == "Z" else fields
    return []
