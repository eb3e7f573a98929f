"""Run a pipe of whole processes once: how long it takes, and how much memory."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

WORK = "{work}"
"""Stands for a new empty folder of each run in the words of a command."""

_SAMPLE_EVERY_S = 0.05

_ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
}
"""As on most machines: with these, burnish would be compiled anew in each run, and what pip installed would not."""


class Job(NamedTuple):
    """Commands connected by pipes.

    Attributes:
        stages: The command lines; `{work}` in a word is a folder of its own for each run, made before and removed
            after the time is taken.
    """

    stages: tuple[list[str], ...]


class Measured(NamedTuple):
    """One run.

    Attributes:
        seconds: From the start of the first process to the end of the last.
        cpu_s: Processor time of all processes together: what a busy machine does not blur so much.
        largest_mib: Peak resident memory of the largest process (wait4).
        tree_mib: Peak of the proportional memory of all processes together, sampled; 0 if that was not asked for.
    """

    seconds: float
    cpu_s: float
    largest_mib: float
    tree_mib: float = 0.0


def job(*stages: list[str]) -> Job:
    """Return a pipe of these commands."""
    return Job(stages)


def measure(what: Job, *, tree: bool = False) -> Measured:
    """Run a pipe once, its output thrown away; every stage must succeed.

    Args:
        what: The commands.
        tree: Sample the memory of all processes together; this takes time of its own.
    """
    with _work_folder() as folder, tempfile.TemporaryFile() as errors:
        stages = [[word.replace(WORK, str(folder)) for word in stage] for stage in what.stages]
        began = time.perf_counter()
        running = _start(stages, errors)
        sampler = _Sampler([process.pid for process in running]) if tree else None
        largest = cpu_s = 0.0
        for process in running:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            largest = max(largest, usage.ru_maxrss / 1024)
            cpu_s += usage.ru_utime + usage.ru_stime
        seconds = time.perf_counter() - began
        tree_mib = sampler.stop() if sampler else 0.0
        if any(process.returncode for process in running):
            errors.seek(0)
            sys.exit(f"{shown(what)} failed:\n{errors.read().decode()}")
    return Measured(seconds, cpu_s, largest, tree_mib)


def peak_mib(run: Measured) -> float:
    """Return the memory of all processes together; sampling misses peaks that the largest process had alone."""
    return max(run.largest_mib, run.tree_mib)


def shown(what: Job) -> str:
    """Return the commands as a reader would type them, without the folders of this machine."""
    return " | ".join(" ".join(map(_short, stage)) for stage in what.stages)


def _short(word: str) -> str:
    key, equals, value = word.rpartition("=")
    return word if "{" in word else f"{key}{equals}{value.rpartition('/')[2]}"


@contextlib.contextmanager
def _work_folder() -> Iterator[Path]:
    from benchmarks.inputs import HERE

    HERE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="work-", dir=HERE))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _start(stages: list[list[str]], errors: IO[bytes]) -> list["subprocess.Popen[bytes]"]:
    running: list[subprocess.Popen[bytes]] = []
    source: IO[bytes] | int | None = subprocess.DEVNULL
    for number, stage in enumerate(stages):
        last = number == len(stages) - 1
        process = subprocess.Popen(
            stage,
            env=_ENVIRONMENT,
            stdin=source,
            stdout=subprocess.DEVNULL if last else subprocess.PIPE,
            stderr=errors,
        )
        if running and running[-1].stdout:
            running[-1].stdout.close()
        running.append(process)
        source = process.stdout
    return running


class _Sampler:
    """Adds up the proportional memory of processes and what descends from them, again and again."""

    def __init__(self, roots: list[int]) -> None:
        self._roots = roots
        self._peak_kib = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> float:
        """Return the peak in MiB."""
        self._done.set()
        self._thread.join()
        return self._peak_kib / 1024

    def _watch(self) -> None:
        while not self._done.wait(_SAMPLE_EVERY_S):
            self._peak_kib = max(self._peak_kib, sum(_proportional_kib(pid) for pid in _family(self._roots)))


def _family(roots: list[int]) -> Iterator[int]:
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        yield pid
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            waiting += map(int, file.read().split())


def _proportional_kib(pid: int) -> int:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
