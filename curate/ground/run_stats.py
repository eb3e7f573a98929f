"""What runs took, a line of JSON each: time, processor time, memory, files. A file that only grows.

A dashboard shows what became slower or larger from week to week, which no single run can tell.
"""

import fcntl
import os
import resource
import stat
import sys
import time
from datetime import UTC, datetime

import msgspec

from curate.ground.errors import InputError, ManifestError
from curate.ground.json import Decoder, encode
from curate.ground.moments import seconds_of_text

_BEGINNING = b'{"command":'


class RunStats(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A run of a command.

    Attributes:
        command: Its name.
        at: When it ended, ISO 8601, UTC.
        seconds: By the clock.
        cpu_seconds: Of all processors, its workers' too.
        memory_mb: Most of any one of its processes, in 10⁶ bytes.
        samples: That it wrote or looked at.
        files: That it decoded; None where a command decodes none.
        reused: Files that had not changed, and were not decoded again.
        errors: Anomalies that a schema does not allow; None where nothing was validated.
        warnings: Lesser ones.
        anomalies: The same in words, the gravest first.
    """

    command: str
    at: str
    seconds: float
    cpu_seconds: float
    memory_mb: float
    samples: int
    files: int | None = None
    reused: int = 0
    errors: int | None = None
    warnings: int | None = None
    anomalies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if seconds_of_text(self.at) is None:
            raise ValueError(f"at {self.at!r} is no time")


class Usage:
    """What this process takes, from when this is made."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def stats(self, command: str, samples: int) -> RunStats:
        """Return what it took up to now; processor time is that since the process began."""
        cpu_seconds, memory_mb = used()
        seconds = round(time.monotonic() - self._began, 3)
        return RunStats(command, now(), seconds, round(cpu_seconds, 3), round(memory_mb, 1), samples)


def now() -> str:
    """Return this moment, ISO 8601, to the millisecond: two steps of a pipeline may end in one second."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def used() -> tuple[float, float]:
    """Return the processor seconds of this process and its workers that ended, and the most memory of one, in MB."""
    # ru_maxrss is in bytes on macOS and in KiB on Linux; that of the children is of the largest one, not a sum.
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    unit = 1 if sys.platform == "darwin" else 1024
    return sum(use.ru_utime + use.ru_stime for use in uses), max(use.ru_maxrss for use in uses) * unit / 1e6


def read_stats(path: str) -> list[RunStats]:
    """Return the runs of a file, in their order; of a file that is not there yet, none.

    A last line that was cut off as it was written is passed over: the next `append_stats` removes it.

    Raises:
        InputError: It cannot be read.
        ManifestError: A line is no run; names file and line.
    """
    decoder, found = Decoder(RunStats), []
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    found.append(decoder.decode(line))
                except ValueError as error:
                    if _is_cut(line):
                        break
                    raise ManifestError(path, number, f"no line that --stats writes: {error}") from None
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    return found


def check_stats(path: str) -> None:
    """Refuse, before the work is done, to append to a file that holds something else.

    Raises:
        InputError: It cannot be read, or a line is no run.
    """
    if not os.path.exists(path) or os.path.isfile(path):
        read_stats(path)


def append_stats(path: str, run: RunStats) -> None:
    """Append a run, in one write; a line that was cut off when a machine went down is removed first.

    Raises:
        InputError: It cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                # Two runs that end at once: the second must not take the line of the first for a cut one.
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                _end_line(descriptor)
            os.write(descriptor, encode(run) + b"\n")
        finally:
            os.close(descriptor)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None


def _end_line(descriptor: int) -> None:
    """Make a file end with a whole line."""
    size = os.fstat(descriptor).st_size
    if not size or os.pread(descriptor, 1, size - 1) == b"\n":
        return
    start = max(0, size - (1 << 16))
    tail = os.pread(descriptor, size - start, start)
    last = tail[tail.rfind(b"\n") + 1 :]
    if _is_cut(last):
        os.ftruncate(descriptor, size - len(last))
    else:
        os.write(descriptor, b"\n")


def _is_cut(line: bytes) -> bool:
    """Return whether a line is the beginning of one of ours; what is none must not be cut from a stranger's file."""
    if line.endswith(b"\n") or not line.startswith(_BEGINNING[: len(line)]):
        return False
    try:
        Decoder(RunStats).decode(line)
    except msgspec.ValidationError:
        return False
    except ValueError:
        return True
    return False
