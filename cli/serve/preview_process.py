"""Previews made in a process of its own, so that a server of threads never decodes and never forks."""

import multiprocessing
import os
import signal
import threading
from typing import TYPE_CHECKING, Any, Self

from curate.describe.thumbnails import Preview, make_preview
from curate.engine import Failure, run
from curate.engine.worker import start_method
from curate.ground.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection

    from augment.preview.preview_media import Look

Task = tuple[str, str, tuple[str, ...]]
"""What is to be made (`thumbnail`, `look`), the kind of the files, their paths; sounds of one task have one scale."""
Made = Preview | list["Look"] | str
"""A thumbnail, what is shown of each file, or why there is nothing to show."""

LARGE_SIDE, SMALL_SIDE = 2048, 96
_TIMEOUT_S = 60.0
_JOBS = 2


class PreviewProcess:
    """A process that makes previews while the server serves; to be started before there are threads.

    Attributes:
        large_side: Pictures that a browser does not show itself are reduced to it, px.
    """

    def __init__(self) -> None:
        # What is forked has to be forked now: later, a lock that another thread holds would never be let go of there.
        context: Any = multiprocessing.get_context(start_method())
        ours, theirs = context.Pipe()
        # Not a daemon: those may not have workers of their own. It ends when our end of the pipe closes.
        self._process = context.Process(target=_serve, args=(theirs, ours), daemon=False)
        self._process.start()
        theirs.close()
        self._connection: Connection[list[Task], list[Made]] = ours
        self._lock = threading.Lock()

    def make(self, tasks: "Sequence[Task]") -> list[Made]:
        """Return what came of each task, in their order; may be called by several threads, which take turns."""
        with self._lock:
            try:
                self._connection.send(list(tasks))
                return self._connection.recv()
            except (EOFError, OSError):
                return ["previews cannot be made any more; start the review again"] * len(tasks)

    def close(self) -> None:
        """End the process and its workers."""
        self._connection.close()
        self._process.join(1.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def make_looks(tasks: "Iterable[Task]") -> "Iterator[Made]":
    """Yield what comes of tasks, made in worker processes: a file that kills a decoder costs only its preview."""
    for made in run(_make, tasks, jobs=_JOBS, chunk_size=1, timeout_s=_TIMEOUT_S):
        yield made.detail if isinstance(made, Failure) else made


def _serve(connection: "Connection[list[Made], list[Task]]", parents: "Connection[Any, Any]") -> None:
    parents.close()
    # Ctrl-C goes to all processes of a terminal; the parent decides when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    import augment.preview.preview_media  # noqa: F401 - here, once, and not in every worker that is forked

    while True:
        try:
            connection.send(list(make_looks(connection.recv())))
        except (EOFError, OSError):
            os._exit(0)


def _make(task: Task) -> Made:
    from augment.preview.preview_media import look_at

    what, kind, paths = task
    try:
        if what == "thumbnail":
            return _small(make_preview((paths[0], kind)))
        return look_at("audio" if kind == "audio" else "image", paths, LARGE_SIDE)
    except (InputError, OSError) as error:
        return getattr(error, "strerror", None) or str(error)


def _small(made: Preview) -> Preview:
    """Return a preview at the size of a row: a browser keeps the pixels of hundreds of rows that were scrolled away."""
    if not made.media_type.startswith("image/"):
        return made
    import io

    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(io.BytesIO(made.data)) as image:
        image.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
        image.save(buffer, "JPEG", quality=85)
        return made._replace(data=buffer.getvalue(), size=image.size)
