"""Where a manifest's files are: one behaviour of all commands for a manifest from elsewhere, or of moved files.

Paths in a manifest are relative to the folder that scan ran in. A command that is called somewhere else looks where the
manifest lies; where most files are at neither place it stops before it begins, and does not go on with a remnant.
"""

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, NamedTuple

from cli.io.terminal import say
from curate.ground.errors import InputError
from curate.ground.json import Decoder
from curate.media.storage.address import is_elsewhere
from curate.records.reader import LineError, blocks, decode_line, open_manifest
from curate.records.sample import View

_LOOKED_AT = 200


class Wish(NamedTuple):
    """What a command is to do about the files of a manifest that comes by standard input.

    Attributes:
        root: What its paths are relative to.
        needed: Whether nothing can be done without them.
    """

    root: str
    needed: bool


class _File(View):
    path: str
    kind: str | None = None


_expected: list[Wish] = []
"""That of the command that runs, where it reads files; set by `root_of`, taken by `watched`."""


def root_of(manifest: str | None, root: str | None, *, needed: bool) -> str | None:
    """Return the folder that the paths of a manifest are relative to; None for the working directory.

    Args:
        manifest: Its file; None or `-`: standard input, which is looked at while it is read.
        root: As the user gave it.
        needed: Whether the command can do nothing without the files.

    Raises:
        InputError: Most of the files that were looked at are not there, and the command needs them.
    """
    _expected.clear()
    if manifest in {None, "-"} or not os.path.isfile(manifest or ""):
        _expected.append(Wish(root or "", needed))
        return root
    with open_manifest(manifest) as file:
        paths = list(_paths(_spread(file)))
    missing = _missing(paths, root or "")
    if not _are_most(missing, paths):
        return root
    beside = os.path.dirname(manifest or "")
    if root is None and beside and not _are_most(_missing(paths, beside), paths):
        say(f"paths are relative to {beside}, where the manifest is; said once and for all: --root {beside}")
        return beside
    if needed:
        raise InputError(_why(missing, paths, root))
    say(f"warning: {_why(missing, paths, root)}")
    return root


def look_ahead(file: "IO[bytes]") -> None:
    """Look at the first lines of a standard input that can be read again, and go back to its beginning.

    Raises:
        InputError: As `root_of`.
    """
    for _ in islice(watched(file), _LOOKED_AT + 1):
        pass
    file.seek(0)


def watched(lines: "IO[bytes]") -> "Iterable[bytes]":
    """Return the lines of standard input; the first of them are looked at as they pass, the others come in blocks.

    Raises:
        InputError: Of the first lines (while iterated), as by `root_of`.
    """
    return _watch(lines, _expected.pop()) if _expected else lines


def _watch(lines: Iterable[bytes], wish: Wish) -> Iterator[bytes]:
    paths: list[str] = []
    missing: list[str] = []
    rest, looked_at = iter(lines), 0
    for looked_at, line in enumerate(islice(rest, _LOOKED_AT), start=1):  # noqa: B007 - used after the loop
        new = list(_paths([line]))
        paths += new
        missing += _missing(new, wish.root)
        yield line
    _judge(missing, paths, wish)
    # A terminal that has said that it is at its end would be asked for more.
    if looked_at == _LOOKED_AT:
        yield from blocks(rest)


def _judge(missing: list[str], paths: list[str], wish: Wish) -> None:
    if _are_most(missing, paths):
        if wish.needed:
            raise InputError(_why(missing, paths, wish.root))
        say(f"warning: {_why(missing, paths, wish.root)}")


def _spread(file: "IO[bytes]") -> list[bytes]:
    """Return some lines from all over a file: a manifest of two folders may have one that is gone at its end."""
    size = os.fstat(file.fileno()).st_size
    head = file.read(1 << 16).splitlines()[:_LOOKED_AT]
    if size <= 1 << 16:
        return head
    found = head[: _LOOKED_AT // 4]
    for part in range(1, _LOOKED_AT - len(found)):
        file.seek(size * part // _LOOKED_AT)
        file.readline()  # the rest of the line that the offset is in
        found.append(file.readline())
    return found


def _paths(lines: Iterable[bytes]) -> Iterator[str]:
    decoder = Decoder(_File)
    for line in lines:
        try:
            found = decode_line(line.rstrip(b"\r\n"), decoder)
        except LineError:
            continue  # who reads the manifest says it, with the number of the line
        # What lies in a store or a shard has its whole address, and asking for each would take seconds.
        if found.kind in {"image", "audio"} and not is_elsewhere(found.path):
            yield found.path


def _missing(paths: Iterable[str], root: str) -> list[str]:
    if is_elsewhere(root):
        return []
    return [path for path in paths if "\0" in path or not os.path.exists(os.path.join(root, path))]


def _are_most(missing: list[str], paths: list[str]) -> bool:
    return 2 * len(missing) > len(paths)


def _why(missing: list[str], paths: list[str], root: str | None) -> str:
    where = root or "the working directory"
    return (
        f"{len(missing):,} of {len(paths):,} files that were looked at are not there, such as {missing[0]}; "
        f"paths are relative to {where}; name the folder that scan ran in: --root DIR"
    )
