"""The program's command line inside the process of the tests: no start-up of Python, no imports for each call."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO

from cli.app import run
from cli.io import media_root, terminal
from tests.forked import forking

PACKAGES = ("cli", "curate", "augment", "baselines")
_PIPE_BYTES = 1 << 16
_PATIENCE_S = 600
"""What hangs hangs for ever, and a busy machine takes ten times as long as a quiet one."""


def call(arguments: Sequence[str], given: bytes, folder: Path) -> tuple[int, bytes, bytes]:
    """Run a command line in a folder.

    Args:
        arguments: What follows `burnish`.
        given: What comes on standard input.
        folder: The working directory meanwhile.

    Returns:
        The exit code, and what was written to standard output and standard error.
    """
    with _source(given) as source, tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        with _streams(source, output, errors), _place(arguments, folder), _patience(arguments):
            code = _ended(list(arguments))
        _forget()
        for file in (output, errors):
            file.seek(0)
        return code, output.read(), errors.read()


def _ended(arguments: list[str]) -> int:
    """Return the code that the process would have ended with."""
    try:
        return run(arguments)
    except SystemExit as end:
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
            return 1
        return end.code or 0


def in_fork(words: list[str]) -> int:
    """Run a command line in a process of its own that was forked for it."""
    _forget()
    terminal.verbose = terminal.quiet = False
    sys.argv = ["burnish", *words]
    return _ended(words)


@contextmanager
def _source(given: bytes) -> Iterator[IO[bytes]]:
    # A pipe, as in a shell: what needs two passes must keep its lines. More than a pipe holds would block us both.
    if len(given) > _PIPE_BYTES:
        with tempfile.TemporaryFile() as file:
            file.write(given)
            file.seek(0)
            yield file
        return
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as pipe:
        with os.fdopen(writer, "wb", buffering=0) as end:
            end.write(given)
        yield pipe


@contextmanager
def _streams(source: IO[bytes], output: IO[bytes], errors: IO[bytes]) -> Iterator[None]:
    """Put the three streams on their descriptors, where libraries in C and child processes look for them too."""
    before = sys.stdin, sys.stdout, sys.stderr
    for stream in before[1:]:
        stream.flush()
    kept = [os.dup(number) for number in range(3)]
    for number, file in enumerate((source, output, errors)):
        os.dup2(file.fileno(), number)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False, buffering=1)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr, sys.stdin):
            stream.close()
        sys.stdin, sys.stdout, sys.stderr = before
        for number, descriptor in enumerate(kept):
            os.dup2(descriptor, number)
            os.close(descriptor)


@contextmanager
def _place(arguments: Sequence[str], folder: Path) -> Iterator[None]:
    """Set what belongs to one process, and put it back: folder, arguments, environment, signals, words of options."""
    here, words, environment = os.getcwd(), sys.argv, dict(os.environ)
    stop = signal.getsignal(signal.SIGTERM)
    os.chdir(folder)
    sys.argv = ["burnish", *arguments]
    terminal.verbose = terminal.quiet = False
    start = subprocess.Popen
    subprocess.Popen = forking(in_fork)  # type: ignore[misc, assignment]
    try:
        yield
    finally:
        subprocess.Popen = start  # type: ignore[misc]
        terminal.verbose = terminal.quiet = False
        signal.signal(signal.SIGTERM, stop)
        sys.argv = words
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(here)


@contextmanager
def _patience(arguments: Sequence[str]) -> Iterator[None]:
    """Fail a call that hangs, as the time-out of a process would."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"burnish {shlex.join(arguments)} took more than {_PATIENCE_S} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(_PATIENCE_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _forget() -> None:
    """Empty the caches of bounded size: they hold what was in files, which the next call may find changed.

    And what a call that failed early was still to do with its standard input.
    """
    media_root._expected.clear()
    for name, module in list(sys.modules.items()):
        if name.split(".", 1)[0] in PACKAGES:
            for thing in list(vars(module).values()):  # a lazy name grows them
                if hasattr(thing, "cache_parameters") and thing.cache_parameters()["maxsize"] is not None:
                    thing.cache_clear()
