"""Processes of the program that start as copies of the tests' own, in which all modules are loaded already.

`burnish run` and `burnish demo` start each of their commands as a process. From nothing, each takes half a second of
processor time to import what it needs, and that hundreds of times in the tests. A copy has all else that a process is
about: descriptors, folder, environment, exit code, an end by signal. What the start itself is, tests of whole programs
(`burnish_process`) and of the demo see.
"""

import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from cli.io import outcome, parent
from curate.engine import failures

_PROGRAM = str(Path(__file__).resolve().parent.parent / "burnish.py")
Main = Callable[[list[str]], int]


def forking(main: Main) -> type["subprocess.Popen[bytes]"]:
    """Return a `Popen` that forks where this very program is to be started, and starts all others as ever.

    Args:
        main: Runs a command line in the new process, whose streams, folder and environment are set, and returns its
            exit code.
    """

    class Forked(subprocess.Popen[bytes]):
        def _execute_child(self, args: Sequence[str], executable: Any, preexec_fn: Any, *rest: Any) -> None:
            words = [*args] if isinstance(args, (list, tuple)) else []
            if words[:2] != [sys.executable, _PROGRAM]:
                super()._execute_child(args, executable, preexec_fn, *rest)  # type: ignore[misc]
                return
            # As CPython 3.11 to 3.14 give them; 2 to 4 and 6 are of Windows or of the shell.
            cwd, environment, ends = rest[2], rest[3], rest[7:13]
            self.pid = os.fork()
            if not self.pid:
                source, to_source, from_output, output, from_errors, errors = ends
                become((source, output, errors), (to_source, from_output, from_errors), cwd, environment)
                if preexec_fn is not None:
                    preexec_fn()
                os._exit(ended(main, words[2:]))
            self._child_created = True
            self._close_pipe_fds(*ends)  # type: ignore[attr-defined]

    return Forked


def become(
    streams: Sequence[int], not_its_own: Sequence[int], cwd: str | None, environment: Mapping[str, str] | None
) -> None:
    """Set what a new process has of its own: streams, folder, environment, signals, and what it counted so far.

    Args:
        streams: Descriptors of its standard input, output and errors; -1: those of its parent.
        not_its_own: Descriptors to close, or -1: the other ends of pipes, which would never end.
        cwd: Its folder; None: that of its parent.
        environment: Its environment; None: that of its parent.
    """
    for number, end in enumerate(streams):
        if end != -1:
            os.dup2(end, number)
    for end in not_its_own:
        if end != -1:
            os.close(end)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False, buffering=1)
    if cwd is not None:
        os.chdir(cwd)
    if environment is not None:
        os.environ.clear()
        os.environ.update(environment)
    for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parent._PARENT = os.environ.pop(parent.VARIABLE, "")
    # Else every time-out that a test of this process was about would be one of the command's, which then runs again.
    failures.clear()
    for field in fields(outcome.Outcome):
        setattr(outcome.outcome, field.name, getattr(outcome.Outcome(), field.name))


def ended(main: Main, words: list[str]) -> int:
    """Run a command line, and return the code that its process ends with; nothing is left in its buffers."""
    try:
        code = main(words)
        sys.stdout.flush()
        sys.stderr.flush()
    except KeyboardInterrupt:
        return 130
    except BaseException:
        traceback.print_exc()
        return 1
    return code
