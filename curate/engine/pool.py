"""Worker processes on this machine: results in order; an item that kills or hangs its worker costs only itself."""

import multiprocessing
import os
import signal
import time
from collections import Counter, deque
from itertools import islice
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, NamedTuple

from curate.engine.autoscale import Crowd
from curate.engine.memory import worker_memory
from curate.engine.worker import ALL_ITEMS, STOP_SIGNALS, Failure, preload, serve, start_method
from curate.ground.errors import BurnishError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkContext, ForkProcess, SpawnContext, SpawnProcess

    from curate.engine.worker import Progress

_QUEUED_PER_WORKER = 2
_WINDOW_PER_WORKER = 32
_STARTS_IN_VAIN = 3

failures: Counter[str] = Counter()
"""Every `Failure` that this process was given, by reason: a result with one is not what it will be next time.

Counted here, so that no caller of `run` can forget it.
"""


class Ready(NamedTuple):
    """An item whose result is already known: it keeps its place in the order and is sent nowhere."""

    result: Any


def available_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(
    work: "Callable[[Any], Any]",
    items: "Iterable[Any]",
    *,
    jobs: int | None = None,
    chunk_size: int = 16,
    timeout_s: float = 60.0,
    preload: "Sequence[str]" = (),
    warm_up: "Callable[[], object] | None" = None,
    ahead: "Callable[[Sequence[Any]], None] | None" = None,
    beside: int = 0,
    together: "Callable[[list[Any]], list[Any]] | None" = None,
    arrived: "Callable[[list[Any]], None] | None" = None,
) -> "Generator[Any, None, None]":
    """Yield `work(item)` for each item, in the order of the items, from worker processes.

    Holds a bounded number of chunks, however many items there are. Workers start when there is something to do;
    closing the generator ends them at once. What each may take of the memory: `engine.memory`.

    Args:
        work: A function that can be imported, or a picklable callable. It is called in a worker process whose
            standard streams lead nowhere.
        items: Small picklable things such as paths, or `Ready`.
        jobs: Most worker processes; None: as many as this process may use processors. More than those are only
            started while they wait for a disk or a network.
        chunk_size: Items that travel together.
        timeout_s: Seconds that one item may take.
        preload: Modules to import before the first worker is forked, once instead of in each; a worker that is not
            forked imports them before its first item.
        warm_up: Called once in each worker before its first item, so that what libraries import and compile at their
            first use is not taken from the time of that item. What it raises is of no account.
        ahead: Called in a worker with items that it was sent, before it comes to them: to begin what takes time
            elsewhere. What it raises is of no account.
        beside: Workers of other pools on this machine, which share its memory.
        together: Called in a worker with the results of up to `chunk_size` items, `Failure`s among them, and returns
            what takes their places: for what costs less for many than for each. If it raises, or ends the process, it
            is called again for each of them alone.
        arrived: Called here with the results of up to `chunk_size` items as soon as a worker has sent them. They are
            yielded in the order of the items, which may be a thousand items later where one worker stalls: what is to
            outlive an interruption is written down here.

    Yields:
        The result; a `Failure` where the item raised, killed its process, took too long or too much memory.
    """
    jobs = jobs or available_processors()
    chunks = _chunks(items, chunk_size)
    window: deque[Chunk] = deque()
    pool = _Pool(work, jobs, timeout_s, preload, warm_up, ahead, worker_memory(jobs + beside), together, arrived)
    try:
        more = True
        while more or window:
            while more and len(pool.queue) < jobs and len(window) < jobs * _WINDOW_PER_WORKER:
                chunk = next(chunks, None)
                more = chunk is not None
                if chunk is not None:
                    window.append(chunk)
                    pool.submit(chunk)
                    if chunk.missing == 0:
                        break
            while window and window[0].missing == 0:
                slots = window.popleft().slots
                failures.update(slot.reason for slot in slots if isinstance(slot, Failure))
                yield from slots
            if window and (pool.queue or pool.busy):
                pool.step()
    finally:
        pool.kill()


class Chunk:
    """Consecutive items and the places for their results.

    Args:
        items: Those that are `Ready` have their results already.

    Attributes:
        slots: The results, as far as they are there.
        missing: How many are not.
    """

    __slots__ = ("items", "missing", "slots")

    def __init__(self, items: list[Any]) -> None:
        self.items = items
        self.slots = [item.result if isinstance(item, Ready) else None for item in items]
        self.missing = sum(not isinstance(item, Ready) for item in items)

    def fill(self, index: int, result: Any) -> None:
        """Put a result in its place."""
        self.slots[index] = result
        self.missing -= 1


class _Task(NamedTuple):
    """The part of a chunk that is sent to a worker in one message."""

    number: int
    chunk: Chunk
    indexes: list[int]


class _Worker(NamedTuple):
    process: "ForkProcess | SpawnProcess"
    connection: "Connection[tuple[int, list[Any]], list[Any]]"
    progress: "Progress"
    tasks: deque[_Task]


def _chunks(items: "Iterable[Any]", size: int) -> "Iterator[Chunk]":
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield Chunk(part)


class _Pool:
    """The worker processes, the tasks that wait for one, and what to do when one dies."""

    def __init__(
        self,
        work: "Callable[[Any], Any]",
        jobs: int,
        timeout_s: float,
        preload: "Sequence[str]",
        warm_up: "Callable[[], object] | None",
        ahead: "Callable[[Sequence[Any]], None] | None",
        memory: int | None,
        together: "Callable[[list[Any]], list[Any]] | None",
        arrived: "Callable[[list[Any]], None] | None",
    ) -> None:
        self.forks = start_method() == "fork"
        self.context: ForkContext | SpawnContext = (
            multiprocessing.get_context("fork") if self.forks else multiprocessing.get_context("spawn")
        )
        self.work = work
        self.jobs = jobs
        self.crowd = Crowd(jobs, available_processors())
        self.timeout_s = timeout_s
        self.preload = preload
        self.warm_up = warm_up
        self.ahead = ahead
        self.memory = memory
        self.together = together
        self.arrived = arrived
        self.queue: deque[_Task] = deque()
        self.workers: list[_Worker] = []
        self.numbers = 0
        self.starts_in_vain = 0

    @property
    def busy(self) -> bool:
        return any(worker.tasks for worker in self.workers)

    def submit(self, chunk: Chunk) -> None:
        self._enqueue(chunk, [i for i, item in enumerate(chunk.items) if not isinstance(item, Ready)])

    def step(self) -> None:
        """Hand out tasks, wait until a worker answers, dies or is due, and deal with it."""
        self._hand_out()
        ready = wait([worker.connection for worker in self.workers], self._patience())
        for worker in [worker for worker in self.workers if worker.connection in ready]:
            self._receive(worker)
        for worker in [worker for worker in self.workers if self._time_left(worker) <= 0]:
            self._bury(worker, Failure("timeout", f"took longer than {self.timeout_s:g} s and was stopped"))

    def kill(self) -> None:
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.join()
            worker.connection.close()
        self.workers.clear()

    def _enqueue(self, chunk: Chunk, indexes: list[int]) -> None:
        if indexes:
            self.queue.append(_Task(self.numbers, chunk, indexes))
            self.numbers += 1

    def _hand_out(self) -> None:
        if len(self.workers) < self.jobs and self.queue:
            allowed = self.crowd.grow(worker.process.pid or 0 for worker in self.workers if worker.tasks)
            while len(self.workers) < min(allowed, len(self.queue) + len(self.workers)):
                self.workers.append(self._start())
        for depth in range(_QUEUED_PER_WORKER):
            for worker in list(self.workers):
                if self.queue and len(worker.tasks) <= depth:
                    task = self.queue.popleft()
                    worker.tasks.append(task)
                    self._send(worker, task)

    def _send(self, worker: _Worker, task: _Task) -> None:
        try:
            worker.connection.send((task.number, [task.chunk.items[i] for i in task.indexes]))
        except OSError:
            self._bury(worker, None)

    def _start(self) -> _Worker:
        if self.preload and self.forks:
            # Imported here once, what workers need is inherited by every one that is forked.
            preload(self.preload)
            self.preload = ()
        ours, theirs = self.context.Pipe()
        progress = self.context.RawArray("d", (-1.0, 0.0, 0.0))
        # A forked worker has our ends of all pipes: as long as it held them open, no other worker would see us close.
        inherited = [*(worker.connection for worker in self.workers), ours] if self.forks else []
        arguments = (
            *(self.work, theirs, progress, os.getpid(), inherited),
            *(self.preload, self.warm_up, self.memory, self.ahead, self.together),
        )
        process = self.context.Process(target=serve, args=arguments, daemon=True)
        # Held back while there are two of us: a signal to the whole group must not run our handlers in the child.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        return _Worker(process, ours, progress, deque())

    def _receive(self, worker: _Worker) -> None:
        try:
            results = worker.connection.recv()
        except (EOFError, OSError):
            self._bury(worker, None)
            return
        self.starts_in_vain = 0
        if self.arrived:
            self.arrived(results)
        task = worker.tasks.popleft()
        for index, result in zip(task.indexes, results, strict=True):
            task.chunk.fill(index, result)

    def _time_left(self, worker: _Worker) -> float:
        number, _, began = worker.progress
        return began + self.timeout_s - time.monotonic() if worker.tasks and number >= 0 else self.timeout_s

    def _patience(self) -> float:
        """Return the seconds until the next item is due, at most one: workers that just began are not counted yet."""
        return max(0.0, min([1.0, *(self._time_left(worker) for worker in self.workers)]))

    def _bury(self, worker: _Worker, failure: Failure | None) -> None:
        """End a worker; the item it was at fails, its other items go to the next worker."""
        worker.process.kill()
        worker.process.join()
        self.workers.remove(worker)
        number, position, _ = worker.progress
        in_vain = not any(task.number == number for task in worker.tasks)
        self.starts_in_vain += in_vain
        if self.starts_in_vain > _STARTS_IN_VAIN:
            raise BurnishError(f"worker processes end before they begin ({_explain(worker.process.exitcode)})")
        for task in worker.tasks:
            indexes = list(task.indexes)
            if task.number == number and position == ALL_ITEMS and len(indexes) > 1:
                # Which of them it was is not known: each by itself, and it shows.
                for index in indexes:
                    self._enqueue(task.chunk, [index])
                continue
            if task.number == number:
                culprit = indexes.pop(max(0, int(position)))
                task.chunk.fill(culprit, failure or Failure("crashed", _explain(worker.process.exitcode)))
            self._enqueue(task.chunk, indexes)
        worker.connection.close()


def _explain(exit_code: int | None) -> str:
    if exit_code is None or exit_code >= 0:
        return f"the process that decoded it ended with exit code {exit_code}"
    name = signal.Signals(-exit_code).name
    hint = "; is there enough memory?" if name == "SIGKILL" else ""
    return f"the process that decoded it was ended by {name}{hint}"
