"""A step as a process of its own: the same program, a list of words, no shell."""

import os
import selectors
import signal
import subprocess
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from cli.io.outcome import Outcome, parse
from cli.io.parent import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_PROGRAM = str(Path(__file__).resolve().parents[2] / "burnish.py")
_TICK_S = 0.1
_KEPT = 500
_PATIENCE_S = 10.0
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux


class Ended(NamedTuple):
    """How a process ended.

    Attributes:
        code: Its exit code; below zero: the signal that ended it.
        lines: The last of what it said on standard error, for people.
        outcome: What it counted.
    """

    code: int
    lines: tuple[str, ...]
    outcome: Outcome = Outcome()


def run_child(words: "Sequence[str]", *, report: str, log: str, lock: int, tick: "Callable[[str], None]") -> Ended:
    """Run one command and wait for its end.

    Args:
        words: Its command line after the program's name.
        report: File for its standard output, written whole or not at all; empty: that goes nowhere.
        log: File for its standard error.
        lock: Descriptor that it holds as well, so that a work folder stays locked until its last process ended.
        tick: Called with its last line, ten times a second.
    """
    temporary = f"{report}.tmp" if report else os.devnull
    try:
        with open(temporary, "wb") as output, open(log, "wb") as saved:
            ended = _run(words, output, saved, lock, tick)
        # 1 is a gate that did not hold: its report tells why, and is kept.
        if report and ended.code in {0, 1}:
            os.replace(temporary, report)
        return ended
    finally:
        if report:
            with suppress(FileNotFoundError):
                os.unlink(temporary)


def _run(words: "Sequence[str]", output: IO[bytes], log: IO[bytes], lock: int, tick: "Callable[[str], None]") -> Ended:
    ours, theirs = os.pipe()
    # Read once, after the end: one line fits into a pipe, and a grandchild that lives on may hold the other side open.
    os.set_blocking(ours, False)
    try:
        process = subprocess.Popen(  # noqa: S603 - a list of words for this same program
            # This very file with this very Python: `burnish` on the PATH may be another version.
            [sys.executable, _PROGRAM, *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            env={**os.environ, VARIABLE: str(theirs)},
            pass_fds=(lock, theirs),
            preexec_fn=binder(),  # noqa: PLW1509 - there are no threads
        )
        # Only the child holds the other side now, so that its end is the end of the pipe.
        os.close(theirs)
        try:
            lines = _follow(process, log, tick)
            return Ended(process.wait(), lines, _answer(ours))
        except BaseException:
            _stop(process)
            raise
        finally:
            if process.stderr:
                process.stderr.close()
    finally:
        os.close(ours)


def _answer(descriptor: int) -> Outcome:
    """Return what a process that ended has counted; nothing where it was killed before it could say so."""
    try:
        return parse(os.read(descriptor, 1 << 16))
    except BlockingIOError:
        return Outcome()


def _follow(process: "subprocess.Popen[bytes]", log: IO[bytes], tick: "Callable[[str], None]") -> tuple[str, ...]:
    """Read what a process says until it closes its standard error, and return its last lines."""
    lines: deque[str] = deque([""], maxlen=_KEPT)
    stream = process.stderr
    assert stream is not None
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while True:
            # Asked before it is looked for words: the last of them come before the end.
            is_over = process.poll() is not None
            # With a time limit, so that the table of steps moves while the command says nothing.
            if selector.select(0 if is_over else _TICK_S):
                part = os.read(stream.fileno(), 1 << 16)
                if not part:
                    break
                log.write(part)
                # A read may end in the middle of a line, which the next one goes on with.
                first, *more = part.decode("utf-8", "backslashreplace").split("\n")
                lines[-1] += first
                lines.extend(more)
            elif is_over:
                # A grandchild may hold the stream open longer than its parent lives.
                break
            tick(next((line for line in reversed(lines) if line.strip()), ""))
    return tuple(line for line in lines if line.strip())


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process, which gets the time to clean up."""
    process.terminate()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        pass  # what it is ended for is told, and not how
    finally:
        process.kill()
        process.wait()


def binder() -> "Callable[[], None] | None":
    """Return what makes a process end when this one is killed; None where the system has no such thing."""
    if sys.platform != "linux":
        return None
    import ctypes

    prctl = ctypes.CDLL(None, use_errno=True).prctl

    # Looked up before the fork: between fork and exec nothing may allocate or import.
    def bind() -> None:
        prctl(_DIE_WITH_PARENT, signal.SIGTERM)

    return bind
