"""A worker process: how it comes to be, and its inside: quiet, single-threaded, mortal, says which item it is at."""

import faulthandler
import os
import signal
import sys
import time
from collections import deque
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from curate.engine.memory import VARIABLE, limit_memory
from curate.ground.errors import UsageError
from curate.ground.imports import without_collection
from curate.ground.out_of_memory import is_out_of_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from ctypes import Array, c_double
    from multiprocessing.connection import Connection

    Progress = Array[c_double]

_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
)
_WARM_UP_S = 600
"""Libraries that compile their loops on first use were seen to take half a minute on a quiet machine and five on a
busy one; cut off, they compile again within the time of the first item."""

ALL_ITEMS = -1
"""The position of a worker that is at all items of its task."""
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_START_VARIABLE = "BURNISH_START_METHOD"


class Failure(NamedTuple):
    """What stands in the place of a result that could not be had.

    Attributes:
        reason: `crashed`: the function raised or its process died; `out-of-memory`: it needed more than a worker may
            have; `timeout`: it took too long and was stopped.
        detail: One sentence for people.
    """

    reason: Literal["crashed", "out-of-memory", "timeout"]
    detail: str


def start_method() -> Literal["fork", "spawn"]:
    """Return how workers are started: what `BURNISH_START_METHOD` says, else `fork` on Linux and `spawn` elsewhere.

    A forked worker starts in milliseconds, with all that its parent imported, and with all open descriptors; on macOS
    forking is not safe once system libraries were used. A spawned one is a new Python that is told everything.

    Raises:
        UsageError: The variable says something else.
    """
    said = os.environ.get(_START_VARIABLE, "").strip()
    if said == "fork" or (not said and sys.platform == "linux"):
        return "fork"
    if said in {"", "spawn"}:
        return "spawn"
    raise UsageError(f"{_START_VARIABLE}={said[:40]} is no way to start workers: fork or spawn")


def serve(
    work: "Callable[[Any], Any]",
    tasks: "Connection",
    progress: "Progress",
    parent: int,
    inherited: "Sequence[Connection]",
    modules: "Sequence[str]" = (),
    warm_up: "Callable[[], object] | None" = None,
    memory: int | None = None,
    ahead: "Callable[[Sequence[Any]], None] | None" = None,
    together: "Callable[[list[Any]], list[Any]] | None" = None,
) -> None:
    """Answer tasks, each `(number, items)`, with the list of their results, until the other end closes.

    Args:
        work: Called with one item at a time; what it raises becomes a `Failure`.
        tasks: Where tasks come from and results go.
        progress: Shared array of three doubles, kept up to date: task number, position in it, when it began
            (seconds, monotonic clock). The parent reads it when this process dies or hangs.
        parent: Process identifier of the parent.
        inherited: Ends of other workers' pipes, which a forked process has and must not hold open.
        modules: What to import before that.
        warm_up: Called before the first task; no clock runs yet.
        memory: Bytes that this process may take beyond what it starts with; None: no limit.
        ahead: Is given the items of each task as soon as it is there, which may be while another is worked on.
        together: Is given the results of each task, failures too, and returns what takes their places.
    """
    _settle(parent, inherited)
    limit_memory(memory)
    preload(modules)
    if warm_up:
        _warm(warm_up)
    waiting: deque[tuple[int, list[Any]]] = deque()
    while True:
        try:
            # What is there is taken at once, so that its reading begins while the task before it is worked on.
            while not waiting or (ahead and tasks.poll()):
                waiting.append(tasks.recv())
                if ahead:
                    with suppress(Exception):
                        ahead(waiting[-1][1])
        except (EOFError, OSError):
            return
        number, items = waiting.popleft()
        results: list[Any] = []
        for position, item in enumerate(items):
            progress[:] = [number, position, time.monotonic()]
            try:
                results.append(work(item))
            except Exception as error:
                # Whatever one item does, it does to itself alone.
                results.append(_failure(error, memory))
        if together:
            results = _finished(together, results, number, progress, memory)
        progress[0] = -1
        tasks.send(results)


def _finished(
    together: "Callable[[list[Any]], list[Any]]",
    results: list[Any],
    number: int,
    progress: "Progress",
    memory: int | None,
) -> list[Any]:
    """Return what takes the places of the results of a task: of all at once, or one by one where that fails."""
    progress[:] = [number, ALL_ITEMS, time.monotonic()]
    with suppress(Exception):
        return together(results)
    found: list[Any] = []
    for position, result in enumerate(results):
        progress[:] = [number, position, time.monotonic()]
        try:
            found += together([result])
        except Exception as error:
            found.append(_failure(error, memory))
    return found


def _failure(error: Exception, memory: int | None) -> Failure:
    if not is_out_of_memory(error):
        return Failure("crashed", f"{type(error).__name__}: {error}")
    most = f" ({memory >> 20} MiB)" if memory else ""
    return Failure(
        "out-of-memory",
        f"needs more memory than a worker may have{most}: run with fewer --jobs, or set {VARIABLE}=8G",
    )


def _settle(parent: int, inherited: "Sequence[Connection]") -> None:
    hold_threads()
    _keep_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop, and then stops at once
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    for connection in inherited:
        connection.close()
    faulthandler.disable()  # it would write to wherever it was pointed at before
    _silence()
    die_with(parent)


def _warm(warm_up: "Callable[[], object]") -> None:
    """Call what warms up, for `_WARM_UP_S` at most: the parent's clock, which would end it, does not run yet."""
    before = signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(_WARM_UP_S)
    with suppress(Exception):
        warm_up()
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def _give_up(_number: int, _frame: object) -> None:
    raise TimeoutError


def hold_threads() -> None:
    """Let numerical libraries that are imported from now on use one thread: there is a worker for each processor."""
    for name in _ONE_THREAD:
        os.environ[name] = "1"


def preload(modules: "Sequence[str]") -> None:
    """Import modules, with one thread each."""
    if modules:
        hold_threads()  # before the import, which is when these libraries look
    with without_collection():
        for module in modules:
            import_module(module)


def _keep_memory() -> None:
    """Ask glibc to keep the memory of pictures: giving it back after each costs an eighth of the time."""
    from ctypes import CDLL

    trim_threshold, top_pad, map_threshold = -1, -2, -3
    if sys.platform == "linux" and hasattr(libc := CDLL(None), "mallopt"):
        libc.mallopt(map_threshold, 32 << 20)  # the largest that glibc takes
        libc.mallopt(trim_threshold, 256 << 20)
        libc.mallopt(top_pad, 16 << 20)


def _silence() -> None:
    """Point the standard streams at nothing: decoders in C print what they think of a file straight to stderr."""
    with open(os.devnull, "r+b", buffering=0) as nothing:
        for descriptor in range(3):
            os.dup2(nothing.fileno(), descriptor)


def die_with(parent: int) -> None:
    """Ask Linux to end this process when its parent is killed without a chance to clean up."""
    if sys.platform != "linux":
        return
    from ctypes import CDLL

    set_parent_death_signal = 1
    CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
