"""Work for the engine's tests; worker processes call it, so it has to be importable."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from curate.engine import Failure

STALL_S = 5.0
"""Time-out of items that hang: a machine that is busy elsewhere lets any other item stand for a second or two."""


def square(number: int) -> int:
    return number * number


def misbehave(number: int) -> int:
    """Square, but abort at 13, hang at 27 and raise at 5: what decoders do with broken files."""
    if number == 13:
        os.abort()
    if number == 27:
        time.sleep(600)
    if number == 5:
        raise ValueError("five")
    return number * number


def one_more(results: list[Any]) -> list[Any]:
    """Add one to all results of a task, but abort, hang and raise where the squares of 13, 27 and 5 are among them."""
    if 13 * 13 in results:
        os.abort()
    if 27 * 27 in results:
        time.sleep(600)
    if 5 * 5 in results:
        raise ValueError("twenty-five")
    return [result if isinstance(result, Failure) else result + 1 for result in results]


def chatter(_: int) -> str:
    """Write to the standard streams from below Python, as C libraries do."""
    os.write(1, b"out")
    os.write(2, b"err")
    return sys.stdin.read()


def identify(_: int) -> tuple[int, str]:
    time.sleep(0.05)
    return os.getpid(), os.environ["OPENBLAS_NUM_THREADS"]


def announce_and_hang(folder: str) -> None:
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(600)


def shared_library_threads(_: int) -> Any:
    import numpy as np

    np.ones((300, 300)) @ np.ones((300, 300))
    return len(os.listdir("/proc/self/task"))


def sleeping_pid(_: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def warm(_: object) -> bool:
    """Return whether this worker was warmed up."""
    return os.environ.get("BURNISH_TEST_WARM") == "yes"


def slow_warm_up() -> None:
    """Take longer than the time-out of the test, and fail."""
    time.sleep(STALL_S + 0.5)
    os.environ["BURNISH_TEST_WARM"] = "yes"
    raise ValueError("of no account")


def fill(mebibytes: int) -> int:
    """Take so much memory that is written to; negative: complain of it in words only, as C libraries do."""
    if mebibytes < 0:
        raise RuntimeError("Insufficient memory (case 4)")
    return len(bytearray(mebibytes << 20))


def map_file(path: str) -> int:
    """Read a file as a map, which takes no memory of its own."""
    import mmap

    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as found:
        return len(found)


def slow_square(number: int) -> int:
    time.sleep(0.02)
    return number * number


def stall_at_3(item: tuple[int, str]) -> int:
    """Square, but at 3 only once a file is there, as of a store whose answer is lost."""
    number, go = item
    while number == 3 and not os.path.exists(go):
        time.sleep(0.02)
    return number * number


def end_with_parent(number: int) -> int:
    """Square, but at 13 end the process that started this one, as the system does that has no memory left."""
    if number == 13:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(600)
    return number * number


def noted_square(item: tuple[str, int]) -> int:
    """Square, and note in a file that it was done: a byte each time."""
    file, number = item
    time.sleep(0.02)
    with open(file, "ab", buffering=0) as notes:
        notes.write(b".")
    return number * number
