"""Walk folders: every file once, in a fixed order, hidden ones skipped, loops of links harmless.

Stores, lists of URLs and shards are walked beside this, in `walk_elsewhere`.
"""

import os
import stat
from typing import TYPE_CHECKING

from curate.ground.errors import InputError, UsageError
from curate.media.storage import Status
from curate.media.storage.address import expand_braces, is_shard, is_url, local_path, protocol_of, without_query
from curate.scan.entry import KEPT_BY_SYSTEMS, Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curate.scan.walk_elsewhere import ShardKeys

_Identity = tuple[int, int]
"""Device and inode, which a folder has only once, however many links lead to it."""


def walk(roots: "Sequence[str]", *, statuses: bool = True) -> "Iterator[Entry]":
    """Yield the files under the given folders (a root may also be a file), each folder in the order of the names.

    A root may be the URL of a store or of a list, or a shard; then keys and members come in the order that they have.

    Hidden files and folders are skipped unless they are named themselves; so are those that systems keep for
    themselves. Links are followed; one that leads back to a folder on its own path is not.

    Args:
        roots: Folders, files, URLs and shards.
        statuses: Whether size and time of the files in folders are wanted. To ask for them is half of the walk.

    Raises:
        InputError: A root does not exist, or is neither a folder nor a file.
    """
    keys: ShardKeys | None = None
    for root in places(roots):
        if is_shard(root) and not os.path.isdir(root):
            from curate.scan import walk_elsewhere

            keys = keys or walk_elsewhere.ShardKeys()
            yield from walk_elsewhere.walk_shard(root, keys)
        elif is_url(root):
            from curate.scan.walk_elsewhere import walk_url

            yield from walk_url(root)
        else:
            status = _status_of_root(root)
            if stat.S_ISDIR(status.st_mode):
                yield from _walk_folder(root.rstrip("/") or "/", root, status, statuses=statuses)
            else:
                yield Entry(root, root, Status(status.st_size, status.st_mtime_ns))


def places(roots: "Sequence[str]") -> "Iterator[str]":
    """Yield what the arguments of a scan name: `{000..099}` counted out, `file://` as the path that it is."""
    for root in roots:
        for place in expand_braces(root):
            yield local_path(place)


def check_roots(roots: "Sequence[str]") -> None:
    """Check that every root can be walked, and that none is inside another, which would give samples twice.

    Raises:
        InputError: A root does not exist, or is neither a folder nor a file.
        UsageError: A root is named twice or is inside another.
    """
    real: dict[str, str] = {}
    for root in places(roots):
        path = _checked(root)
        for other, name in real.items():
            # On real paths: a link into another root would give samples twice as well.
            if path == other or path.startswith(f"{other}/") or other.startswith(f"{path}/"):
                raise UsageError(f"{root} and {name} overlap, so files would be counted twice; name one of them")
        real[path] = root


def _checked(root: str) -> str:
    """Return the real place of a root that can be walked."""
    if is_url(root):
        from curate.scan.walk_elsewhere import check_shards, kind_of_url

        protocol_of(root)
        if without_query(root) != root:
            raise UsageError(f"{without_query(root)}?…: name an address without a query")
        if is_shard(root):
            check_shards([root])
        else:
            kind_of_url(root)
        return root.rstrip("/")
    _status_of_root(root)
    return os.path.realpath(root)


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


def _walk_folder(top: str, root: str, status: os.stat_result, *, statuses: bool) -> "Iterator[Entry]":
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
        # The listing itself says what is a file; a link has to be asked for what it leads to.
        if not statuses and item.is_file(follow_symlinks=False):
            yield Entry(path, root, None)
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
            yield Entry(path, root, Status(status.st_size, status.st_mtime_ns))
        elif not stat.S_ISDIR(status.st_mode):
            yield Entry(path, root, None, _kind_of_file(status.st_mode))
        # Only a link to a folder that holds it is a loop. Two links to one folder are none, and both are walked.
        elif (status.st_dev, status.st_ino) not in above:
            to_open = path, (status.st_dev, status.st_ino)


def _kind_of_file(mode: int) -> str:
    for test, name in ((stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket")):
        if test(mode):
            return name
    return "a device"
