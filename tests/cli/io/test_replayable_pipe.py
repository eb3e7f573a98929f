"""A pipe that is read twice, and lines that go out by the pipe's measure."""

import io
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.io import streams
from cli.io.replayable_pipe import Spool
from curate.ground.errors import InputError
from tests.machine import wait_until

LINES = [b"one\n", b"two\n", b"three"]


def test_what_was_read_is_read_again() -> None:
    spool = Spool(io.BytesIO(b"".join(LINES)), io.BytesIO())
    assert list(spool) == LINES
    for _ in range(2):
        spool.seek(0)
        assert list(spool) == LINES


def test_the_end_is_met_only_once() -> None:
    pieces = [*LINES, b"", b"more"]

    class Terminal(io.BytesIO):
        """Has more to give after its end, as somebody at a terminal has."""

        def read1(self, _size: int | None = -1) -> bytes:
            return pieces.pop(0)

    spool = Spool(Terminal(), io.BytesIO())
    assert list(spool) == LINES
    spool.seek(0)
    assert list(spool) == LINES


def test_blocks_are_whole_lines_and_are_read_again() -> None:
    spool = Spool(io.BytesIO(b"".join(LINES)), io.BytesIO())
    for _ in range(2):
        assert list(spool.blocks()) == [b"one\ntwo\n", b"three"]
        spool.seek(0)


@pytest.mark.parametrize("read", range(4))
def test_what_was_not_read_is_not_lost(read: int) -> None:
    spool = Spool(io.BytesIO(b"".join(LINES)), io.BytesIO())
    first = iter(spool)
    assert [next(first) for _ in range(min(read, 3))] == LINES[:read]
    spool.seek(0)
    assert list(spool) == LINES


def test_the_first_reading_does_not_wait_for_the_end() -> None:
    reader, writer = os.pipe()
    with open(reader, "rb") as source, open(writer, "wb", buffering=0) as pipe:
        pipe.write(LINES[0])
        assert next(iter(Spool(source, io.BytesIO()))) == LINES[0]


class Dribble(io.RawIOBase):
    """Takes a few bytes at a time, as a bare file may."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.taken.append(bytes(data[:7]))
        return len(self.taken[-1])


def stdout_dribbles(monkeypatch: pytest.MonkeyPatch) -> Dribble:
    """Put a dribble in the place of standard output; in the test itself, since pytest puts its own before that."""
    out = Dribble()
    monkeypatch.setattr(sys, "stdout", type("Stdout", (), {"buffer": out, "isatty": lambda _: False})())
    return out


def test_a_file_that_takes_only_a_part_gets_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    stdout = stdout_dribbles(monkeypatch)
    streams.write_lines([b"x" * size for size in range(40)], None)
    assert b"".join(stdout.taken) == b"".join(b"x" * size + b"\n" for size in range(40))


def test_what_came_before_an_error_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[bytes]:
        yield b"good"
        raise InputError("no more")

    stdout = stdout_dribbles(monkeypatch)
    with pytest.raises(InputError):
        streams.write_lines(broken(), None)
    assert b"".join(stdout.taken) == b"good\n"


def test_slow_lines_do_not_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    stdout = stdout_dribbles(monkeypatch)
    monkeypatch.setattr(streams, "_LONGEST_WAIT_S", 0.0)
    seen: list[int] = []

    def slow() -> Iterator[bytes]:
        for number in range(3):
            seen.append(b"".join(stdout.taken).count(b"\n"))
            yield b"%d" % number

    streams.write_lines(slow(), None)
    assert seen == [0, 1, 2]


def test_commands_of_a_pipe_work_at_the_same_time(tmp_path: Path) -> None:
    """The second pass may only begin when all has arrived; the first must not wait for that."""
    reader, writer = os.pipe()
    taken: list[bytes] = []

    def take() -> None:
        with open(reader, "rb") as source:
            taken.extend(iter(Spool(source, io.BytesIO())))

    thread = threading.Thread(target=take)
    thread.start()
    with open(writer, "wb", buffering=0) as pipe:
        pipe.write(b"first\n")
        wait_until(lambda: taken)
        assert taken == [b"first\n"]
    thread.join()
