"""Manifests in and out: standard input or a file, standard output, a file, or a summary on a terminal."""

import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from typing import IO, TYPE_CHECKING, TypeVar

import msgspec

from cli.io import summary
from cli.io.media_root import look_ahead, watched
from cli.io.outcome import outcome
from cli.io.replayable_pipe import Rereadable, Spool
from cli.io.terminal import say, shows_output
from curate.ground.errors import UsageError
from curate.media.sniff import format_of_name
from curate.media.storage.publish import write_whole
from curate.records.reader import LineError, locate, open_manifest, read, read_as
from curate.records.writer import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from curate.records.sample import Sample

Record = TypeVar("Record", bound=msgspec.Struct)

_WRITTEN_AT_ONCE, _LONGEST_WAIT_S = 1 << 16, 0.2


@contextmanager
def manifest_input(path: str | None) -> "Iterator[IO[bytes]]":
    """Open the manifest that a command reads, and tell a person at a terminal that it is being waited for."""
    if path in {None, "-"} and sys.stdin.isatty():
        say("waiting for a manifest on standard input (Ctrl-D ends it)")
    with open_manifest(path) as file:
        yield file


@contextmanager
def records(path: str | None, view: type[Record]) -> "Iterator[Iterator[Record]]":
    """Read a narrow view of a manifest."""
    with manifest_input(path) as file:
        yield read_as(watched(file) if file is sys.stdin.buffer else file, view)


@contextmanager
def samples(path: str | None) -> "Iterator[Iterator[Sample]]":
    """Read the samples of a manifest, one at a time."""
    with manifest_input(path) as file:
        yield read(watched(file) if file is sys.stdin.buffer else file)


@contextmanager
def passes(path: str | None) -> "Iterator[Rereadable]":
    """Open a manifest that can be read more than once, after `seek(0)`.

    Raises:
        ManifestError: A line that the body could not parse; names the file and the line.
    """
    with manifest_input(path) as file, ExitStack() as stack:
        lines: Rereadable = file
        # Of a pipe, the first pass keeps what it reads.
        if not file.seekable():
            lines = Spool(watched(file), stack.enter_context(tempfile.TemporaryFile()))
        elif file is sys.stdin.buffer:
            look_ahead(file)
        try:
            yield lines
        except LineError as error:
            # The first pass looks at fewer fields than the second, which does not count lines.
            lines.seek(0)
            raise locate(error, lines) from None


def again(lines: Rereadable) -> "Iterator[Sample]":
    """Return the samples of what `passes` opened, from the first on."""
    lines.seek(0)
    return read(lines)


def write_samples(samples: "Iterable[Sample]", output: str | None) -> None:
    """Write samples like `write_lines`."""
    write_lines(map(encode, samples), output)


def write_paths(paths: "Iterable[str]", output: str | None, end: bytes) -> None:
    """Write paths, as the bytes that the file system has, each with its end: a line feed, or zero for `xargs -0`.

    Raises:
        UsageError: A path has a line feed in it, and lines are to be written.
    """

    def ended() -> "Iterator[bytes]":
        for path in paths:
            if end == b"\n" and "\n" in path:
                raise UsageError(f"{path!r} has a line feed in its name; take -0, which ends paths by a zero byte")
            yield path.encode("utf-8", "surrogateescape") + end

    if output and output != "-":
        with write_whole(output) as file:
            file.writelines(ended())
        return
    for path in ended():
        sys.stdout.buffer.write(path)


def check_output(path: str | None) -> None:
    """Refuse to write a manifest over a picture or a recording.

    Raises:
        UsageError: The name of the file ends like that of a media file.
    """
    if path and format_of_name(path):
        raise UsageError(f"-o {path}: that is the name of a media file; a manifest is named like set.jsonl")


def write_lines(
    lines: "Iterable[bytes]",
    output: str | None,
    first: "Callable[[], None] | None" = None,
    *,
    of_manifest: bool = True,
) -> None:
    """Write manifest lines to a file, or to standard output unless a person would have to read them there.

    Args:
        lines: The lines, without their ends.
        output: The file; None or `-`: standard output.
        first: What else the command has to bring about, called after the last line and before the file takes its name.
        of_manifest: Whether a summary can be shown instead; lines of another format are shown as they are.
    """
    if output and output != "-":
        number = 0
        with write_whole(output) as file:
            for number, line in enumerate(lines, start=1):  # noqa: B007 - used after the loop
                file.write(line + b"\n")
            # The manifest may replace the one that was read. Killed after that, the command could not be repeated: what
            # it dropped is in no manifest any more, and was in no file of rejects and no quarantine yet.
            if first:
                first()
        outcome.samples_out = number
        return
    # Thousands of lines of JSON are nothing for a person: a summary, and how to keep the result.
    if of_manifest and shows_output():
        summary.show(lines)
    else:
        _write_out(lines)
    if first:
        first()


def _write_out(lines: "Iterable[bytes]") -> None:
    """Write lines to standard output: as many at once as a pipe holds, or as came within a fifth of a second."""
    waiting: list[bytes] = []
    size, due = 0, time.monotonic() + _LONGEST_WAIT_S
    try:
        for line in lines:
            waiting.append(line)
            size += len(line) + 1
            # A write for each line would cost more than the line; a whole buffer would keep the next command of a slow
            # pipe waiting.
            if size >= _WRITTEN_AT_ONCE or time.monotonic() >= due:
                together, waiting = waiting, []
                _put(together)
                size, due = 0, time.monotonic() + _LONGEST_WAIT_S
    finally:
        # Also where the next line cannot be had: what came before it is good.
        _put(waiting)


def _put(lines: list[bytes]) -> None:
    out = sys.stdout.buffer
    # The empty last one gives the last line its end, too.
    rest = memoryview(b"\n".join([*lines, b""]))
    # With PYTHONUNBUFFERED, as in many containers, this is the bare file, which may write a part of what it is given.
    while rest:
        rest = rest[out.write(rest) :]
    out.flush()
