"""Manifests in and out: standard input or a file, standard output, a file, or a summary on a terminal."""

import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, TypeVar

import msgspec

from cli.terminal import say, shows_output
from curate.atomic import atomic_write
from curate.errors import UsageError
from curate.manifest import open_manifest, read_as
from curate.media.sniff import format_of_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
        for _ in lines:
            pass
    else:
        write = sys.stdout.buffer.write
        for line in lines:
            write(line + b"\n")
