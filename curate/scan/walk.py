"""Walk folders: every file once, in a fixed order, hidden ones skipped, loops of links harmless."""

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from curate.ground.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


KEPT_BY_SYSTEMS = {
    "@eaDir": "thumbnails of a Synology disk",
    "#recycle": "the bin of a network disk",
    "@Recycle": "the bin of a network disk",
    "$RECYCLE.BIN": "the bin of Windows",
    "System Volume Information": "what Windows keeps for itself",
    "lost+found": "what a file system check found",
    "__MACOSX": "what macOS adds to archives",
}
"""Folders that are never data, and what they are; named themselves, they are walked."""

_Identity = tuple[int, int]
"""Device and inode, which a folder has only once, however many links lead to it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that was met on the way.

    Attributes:
        path: As the user typed the folder, with `/` between parts.
        root: The argument under which it was found.
        status: Of the file that a link points to; None where it cannot be had.
        problem: Why it is not a file that can be read: a broken link, a named pipe, a device; empty for a file.
    """

    path: str
    root: str
    status: os.stat_result | None = field(repr=False)
    problem: str = ""


def walk(roots: "Sequence[str]") -> "Iterator[Entry]":
    """Yield the files under the given folders (a root may also be a file), each folder in the order of the names.

    Hidden files and folders are skipped unless they are named themselves; so are those that systems keep for
    themselves. Links are followed; one that leads back to a folder on its own path is not.

    Raises:
        InputError: A root does not exist, or is neither a folder nor a file.
    """
    for root in roots:
        status = _status_of_root(root)
        if stat.S_ISDIR(status.st_mode):
            yield from _walk_folder(root.rstrip("/") or "/", root, status)
        else:
            yield Entry(root, root, status)


def check_roots(roots: "Sequence[str]") -> None:
    """Check that every root can be walked, and that none is inside another, which would give samples twice.

    Raises:
        InputError: A root does not exist, or is neither a folder nor a file.
        UsageError: A root is named twice or is inside another.
    """
    real: dict[str, str] = {}
    for root in roots:
        _status_of_root(root)
        path = os.path.realpath(root)
        for other, name in real.items():
            # On real paths: a link into another root would give samples twice as well.
            if path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/"):
                raise UsageError(f"{root} and {name} overlap, so files would be counted twice; name one of them")
        real[path] = root


def _status_of_root(root: str) -> os.stat_result:
    try:
        status = os.stat(root)
    except FileNotFoundError:
        reason = "is a broken link" if os.path.islink(root) else "does not exist"
        raise InputError(f"{root} {reason}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {root}: {getattr(error, 'strerror', error)}") from None
    if not stat.S_ISDIR(status.st_mode) and not stat.S_ISREG(status.st_mode):
        raise InputError(f"{root} is {_kind_of_file(status.st_mode)}, not a folder or a file")
    # Asked now, so that a scan of many roots does not end at the last one.
    if stat.S_ISDIR(status.st_mode) and not os.access(root, os.R_OK | os.X_OK):
        raise InputError(f"cannot read {root}: Permission denied")
    return status


def _walk_folder(top: str, root: str, status: os.stat_result) -> "Iterator[Entry]":
    # A list of the folders on the way and no recursion: Python's own limit is met some 900 levels down.
    way: list[tuple[str, _Identity, Iterator[os.DirEntry[str]]]] = []
    above: set[_Identity] = set()
    to_open: tuple[str, _Identity] | None = (top, (status.st_dev, status.st_ino))
    while to_open or way:
        if to_open:
            folder, identity = to_open
            try:
                with os.scandir(folder) as listing:
                    # By code point and not by locale, so that every machine gives one order.
                    found = sorted(listing, key=lambda item: item.name)
            except OSError as error:
                yield Entry(folder, root, None, f"a folder that cannot be read: {error.strerror}")
            else:
                way.append(("" if folder == "/" else folder, identity, iter(found)))
                above.add(identity)
            to_open = None
            continue
        prefix, identity, items = way[-1]
        item = next(items, None)
        if item is None:
            way.pop()
            above.remove(identity)
            continue
        if item.name.startswith("."):
            continue
        path = f"{prefix}/{item.name}"
        if item.name in KEPT_BY_SYSTEMS:
            yield Entry(path, root, None, f"a folder with {KEPT_BY_SYSTEMS[item.name]}")
            continue
        try:
            # Follows links. Of a regular file it is asked once, and travels with the entry: scan compares size and time
            # by it.
            status = item.stat()
        except OSError as error:
            broken = f"a broken link to {os.readlink(path)}" if os.path.islink(path) else ""
            yield Entry(path, root, None, broken or f"unreachable: {error.strerror}")
            continue
        if stat.S_ISREG(status.st_mode):
            yield Entry(path, root, status)
        elif not stat.S_ISDIR(status.st_mode):
            yield Entry(path, root, status, _kind_of_file(status.st_mode))
        # Only a link to a folder that holds it is a loop. Two links to one folder are none, and both are walked.
        elif (status.st_dev, status.st_ino) not in above:
            to_open = path, (status.st_dev, status.st_ino)


def _kind_of_file(mode: int) -> str:
    for test, name in ((stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket")):
        if test(mode):
            return name
    return "a device"
