"""The same function over many items on a Ray cluster: paths and receipts travel, never pixels.

A task is a batch of items, and beside it works the same pool as on one machine, with one worker: a file that kills its
decoder costs itself, where a segmentation fault in the task would cost several of Ray's processes and the batch. What
Ray adds is other machines, and that a batch of a machine that was lost is done again elsewhere: at least once, so what
a batch writes has to be named by its content and put in place whole. What a task raises is not tried again.
"""

import os
import pickle
import signal
import time
from collections import deque
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from curate.engine import pool
from curate.engine.apart import Apart, Batch, Shared
from curate.engine.nodes import Session, connect, one_line, own_name
from curate.engine.pool import Chunk, Ready
from curate.engine.worker import Failure
from curate.ground.errors import BurnishError
from curate.ground.program import program_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

_CHUNKS = 8
"""Chunks of the local pool that travel together: 32 to 128 files, of which Ray's own share of the time is nothing."""
_AHEAD = 4
"""Batches for each processor that may wait for the oldest one: what the driver holds is bounded by these."""
_RUNNING = 2
"""Batches for each processor that are at work or next: none idles while the driver reads the answer of another."""
_LOST_MACHINES = 4
"""So often a batch goes to another machine; what kills every machine that it meets is not given to all of them."""


class _Task(NamedTuple):
    """What a machine is told beside the items.

    Attributes:
        folder: The driver's working directory, which relative paths start from.
        program: Digest that the machine's own has to equal.
        shared: Digest of what all tasks share.
        chunk_size: As for `pool.run`; so the others.
        timeout_s: Seconds of an item.
        preload: Modules.
    """

    folder: str
    program: str
    shared: str
    chunk_size: int
    timeout_s: float
    preload: tuple[str, ...]


class _Answer(NamedTuple):
    """What became of a batch."""

    results: list[Any]
    node: str
    seconds: float


_beside: Apart | None = None


def _work_on(shared: bytes, items: list[Any], task: _Task) -> _Answer:
    """Work on a batch; in a process of Ray."""
    global _beside  # noqa: PLW0603 - one for each process, for all tasks that it is given
    began = time.monotonic()
    if program_digest() != task.program:
        raise BurnishError("burnish was changed there since the start")
    _beside = _beside or Apart()
    # Others of Ray's processes on this machine have a worker each as well, and no more memory than there is.
    beside = (os.cpu_count() or 1) - 1
    batch = Batch(task.shared, items, task.chunk_size, task.timeout_s, task.preload, task.folder, beside)
    try:
        results = _beside.work(batch, shared)
    except (EOFError, ConnectionError):
        # As if it had happened to this process: the batch is given to others, and item by item where it goes on.
        os.kill(os.getpid(), signal.SIGKILL)
        raise
    return _Answer(results, own_name(), time.monotonic() - began)


class _Sent(NamedTuple):
    """Items of a chunk that a machine has."""

    chunk: Chunk
    places: list[int]


def run_on_cluster(
    work: "Callable[[Any], Any]",
    items: "Iterable[Any]",
    *,
    jobs: int | None = None,
    chunk_size: int = 16,
    timeout_s: float = 60.0,
    preload: "Sequence[str]" = (),
    warm_up: "Callable[[], object] | None" = None,
    ahead: "Callable[[Sequence[Any]], None] | None" = None,
    together: "Callable[[list[Any]], list[Any]] | None" = None,
    arrived: "Callable[[list[Any]], None] | None" = None,
) -> "Generator[Any, None, None]":
    """Yield `work(item)` for each item, in the order of the items, from the machines of the cluster.

    Arguments and results as `pool.run`; `jobs` is the most batches that are worked on at once, None as many as there
    are processors.

    Raises:
        InputError: There is no cluster, a machine does not see the places, or has another burnish.
        BurnishError: The cluster was lost, or a machine cannot work at all.
    """
    session = connect()
    ray = session.ray
    # Once for all batches: a model, or a plan with all of its recipes, may be large.
    pickled = pickle.dumps(Shared(work, warm_up, ahead, together))
    shared, digest = ray.put(pickled), sha256(pickled).hexdigest()
    task = _Task(os.getcwd(), program_digest(), digest, chunk_size, timeout_s, tuple(preload))
    remote = ray.remote(num_cpus=1, max_retries=_LOST_MACHINES)(_work_on)
    iterator, more = iter(items), True
    window: deque[Chunk] = deque()
    under_way: dict[Any, _Sent] = {}

    def send(chunk: Chunk, places: list[int]) -> None:
        chosen = [chunk.items[place] for place in places]
        under_way[remote.remote(shared, chosen, task)] = _Sent(chunk, places)

    try:
        while more or window:
            processors = min(session.processors(), jobs or 1 << 30)
            while more and len(under_way) < _RUNNING * processors and len(window) < _AHEAD * processors:
                part = list(islice(iterator, _CHUNKS * chunk_size))
                more = bool(part)
                if part:
                    window.append(Chunk(part))
                    if window[-1].missing:
                        send(window[-1], [at for at, item in enumerate(part) if not isinstance(item, Ready)])
            while window and not window[0].missing:
                slots = window.popleft().slots
                pool.failures.update(slot.reason for slot in slots if isinstance(slot, Failure))
                yield from slots
            if under_way and window:
                # One second at most, so that a machine that joins is given something.
                done, _ = ray.wait(list(under_way), num_returns=1, timeout=1.0)
                for reference in done:
                    results = _take(session, reference, under_way.pop(reference), send)
                    if arrived:
                        arrived(results)
    finally:
        for reference in under_way:
            ray.cancel(reference, force=True)


def _take(session: Session, reference: Any, sent: _Sent, send: "Callable[[Chunk, list[int]], None]") -> list[Any]:
    """Put the results of a batch in their places and return them, or see what can be done about it."""
    errors = session.ray.exceptions
    try:
        answer: _Answer = session.ray.get(reference)
    except (errors.WorkerCrashedError, errors.OutOfMemoryError, errors.NodeDiedError, errors.ObjectLostError) as error:
        if len(sent.places) > 1:
            # Something in it takes whole machines along. Each by itself: that one is found, and the others are done.
            for place in sent.places:
                send(sent.chunk, [place])
            return []
        why = type(error).__name__
        sent.chunk.fill(sent.places[0], Failure("crashed", f"every machine that worked on it was lost ({why})"))
        return []
    except errors.RayTaskError as error:
        raise BurnishError(f"a machine of the cluster cannot work: {one_line(error.cause or error)}") from None
    except errors.RayError as error:
        raise BurnishError(f"the cluster was lost: {one_line(error)}; repeat the command to go on") from None
    for place, result in zip(sent.places, answer.results, strict=True):
        sent.chunk.fill(place, result)
    session.note(answer.node, len(answer.results), answer.seconds)
    return answer.results
