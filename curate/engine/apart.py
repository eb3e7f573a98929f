"""A process of its own beside one of Ray's, in which the local pool works: clean, and of one thread.

Ray's processes have many threads. What is forked from them inherits the locks that these hold at that moment: in two of
42 scans of a bucket (20 files each) a worker waited in OpenSSL for one that nobody would ever let go of, until its
minute was over. So a Python is started beside each, once, and workers are forked from that one.
"""

import os
import pickle
import subprocess
import sys
from contextlib import closing, suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, NamedTuple

from curate.engine import pool
from curate.engine.worker import die_with
from curate.ground.errors import BurnishError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_START = "import sys; sys.path[:] = sys.argv[3:]; from curate.engine.apart import serve; serve()"


class Shared(NamedTuple):
    """What all batches are given, as for `pool.run`."""

    work: "Callable[[Any], Any]"
    warm_up: "Callable[[], object] | None"
    ahead: "Callable[[Sequence[Any]], None] | None"
    together: "Callable[[list[Any]], list[Any]] | None"


class Batch(NamedTuple):
    """What is to be worked on.

    Attributes:
        shared: Digest of what `Apart.work` was given with it.
        items: As for `pool.run`; so the others.
        chunk_size: Items that travel together.
        timeout_s: Seconds of an item.
        preload: Modules.
        folder: The working directory.
        beside: Workers of other pools on this machine.
    """

    shared: str
    items: list[Any]
    chunk_size: int
    timeout_s: float
    preload: tuple[str, ...]
    folder: str
    beside: int


class Apart:
    """The process beside this one; it ends with this one."""

    def __init__(self) -> None:
        ours, theirs = Pipe()
        # Its path is this one's: not the working directory, where a json.py of the user's would be found first.
        path = [place for place in sys.path if os.path.isabs(place)]
        words = [sys.executable, "-I", "-c", _START, str(theirs.fileno()), str(os.getpid()), *path]
        self._process = subprocess.Popen(words, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)  # noqa: S603
        theirs.close()
        self._connection, self._known = ours, ""

    def work(self, batch: Batch, shared: bytes) -> list[Any]:
        """Return the results of a batch.

        Args:
            batch: What is to be worked on.
            shared: A `Shared`, pickled; sent where it is another one than before.

        Raises:
            EOFError: The process died.
            Exception: What the pool raised.
        """
        anew, self._known = batch.shared != self._known, ""
        # In pickles of their own: what cannot be read there is an error there, and the next message is found.
        self._connection.send((shared if anew else b"", pickle.dumps(batch)))
        results, error = self._connection.recv()
        if error is not None:
            raise error
        self._known = batch.shared
        found: list[Any] = results
        return found

    def end(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.kill()
        self._process.wait()


def serve() -> None:
    """Work on batches until the other side is gone; the main function of the process beside."""
    connection = Connection(int(sys.argv[1]))
    die_with(int(sys.argv[2]))
    shared: Shared | None = None
    answer: tuple[list[Any] | None, Exception | None]
    with suppress(EOFError, OSError):
        while True:
            anew, batch = connection.recv()
            try:
                # From the process that started this one.
                shared = pickle.loads(anew) if anew else shared  # noqa: S301
                answer = _worked(pickle.loads(batch), shared), None  # noqa: S301
            except Exception as error:
                answer = None, error
            try:
                connection.send(answer)
            except (TypeError, AttributeError, pickle.PicklingError):
                # An error may hold what does not travel.
                connection.send((None, BurnishError(f"{type(answer[1]).__name__}: {answer[1]}")))


def _worked(batch: Batch, shared: Shared | None) -> list[Any]:
    assert shared is not None
    os.chdir(batch.folder)
    options: dict[str, Any] = {"chunk_size": batch.chunk_size, "timeout_s": batch.timeout_s, "preload": batch.preload}
    options |= {"warm_up": shared.warm_up, "ahead": shared.ahead, "together": shared.together}
    with closing(pool.run(shared.work, batch.items, jobs=1, beside=batch.beside, **options)) as results:
        return list(results)
