"""Manifests in and out: standard input or a file, standard output, a file, or a summary on a terminal."""

import shutil
import sys
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, TypeVar

import msgspec

from cli import summary
from cli.terminal import say, shows_output
from curate.atomic import atomic_write
from curate.errors import UsageError
from curate.manifest import encode, open_manifest, read, read_as
from curate.media.sniff import format_of_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from curate.sample import Sample

Record = TypeVar("Record", bound=msgspec.Struct)


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
        yield read_as(file, view)


@contextmanager
def samples(path: str | None) -> "Iterator[Iterator[Sample]]":
    """Read the samples of a manifest, one at a time."""
    with manifest_input(path) as file:
        yield read(file)


@contextmanager
def passes(path: str | None) -> "Iterator[IO[bytes]]":
    """Open a manifest that can be read more than once (`seek(0)`): a pipe is kept in a temporary file meanwhile."""
    with manifest_input(path) as file:
        if file.seekable():
            yield file
            return
        with tempfile.TemporaryFile() as kept:
            shutil.copyfileobj(file, kept)
            kept.seek(0)
            yield kept


def write_samples(samples: "Iterable[Sample]", output: str | None) -> None:
    """Write samples like `write_lines`."""
    write_lines(map(encode, samples), output)


def check_output(path: str | None) -> None:
    """Refuse to write a manifest over a picture or a recording.

    Raises:
        UsageError: The name of the file ends like that of a media file.
    """
    if path and format_of_name(path):
        raise UsageError(f"-o {path}: that is the name of a media file; a manifest is named like set.jsonl")


def write_lines(lines: "Iterable[bytes]", output: str | None) -> None:
    """Write manifest lines to a file, or to standard output unless a person would have to read them there."""
    if output and output != "-":
        with atomic_write(output) as file:
            for line in lines:
                file.write(line + b"\n")
    elif shows_output():
        summary.show(lines)
    else:
        write = sys.stdout.buffer.write
        for line in lines:
            write(line + b"\n")
