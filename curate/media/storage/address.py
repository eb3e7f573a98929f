"""Addresses: what a path of a manifest names. A file of a disk, a key of a store (`s3://…`), or a part of a shard.

    photos/cat/1.jpg                 a file
    s3://bucket/photos/cat/1.jpg     a key of a store that fsspec knows
    shards/007.tar#cat/1.jpg         a member of a tar, which itself may be a file or a key
    train.parquet#image/17/1.jpg     column, row and name of a media file in a Parquet table

Manifests come from strangers: only the stores listed here are spoken to, so that `filecache::` and other chains of
fsspec's are never followed, and no address may carry a password.
"""

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from curate.ground.errors import InputError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

STORES = {
    "abfs": "adlfs",
    "az": "adlfs",
    "gcs": "gcsfs",
    "gs": "gcsfs",
    "http": "aiohttp",
    "https": "aiohttp",
    "memory": "fsspec",
    "s3": "s3fs",
    "sftp": "paramiko",
}
"""The protocols that are spoken, each with the package that fsspec speaks it through."""

SHARDS = (".tar", ".parquet")
MOST_SHARDS = 100_000

_URL = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*://|\.(?:tar|parquet)#", re.IGNORECASE)
_MEMBER = re.compile(r"\.(?:tar|parquet)(#)", re.IGNORECASE)
_BRACES = re.compile(r"\{([0-9]+)\.\.([0-9]+)\}")
# Of AWS, Google, Azure and those that copied them: with one of these, whoever has the address has the file.
_SECRET = re.compile(
    r"[?&](?:x-amz-[a-z-]*|x-goog-[a-z-]*|awsaccesskeyid|signature|sig|token|access_token|api_?key|key|password)=",
    re.IGNORECASE,
)


class Member(NamedTuple):
    """A part of a shard.

    Attributes:
        shard: Path or URL of the shard.
        name: In the shard; empty: the address is that of a file or a key.
    """

    shard: str
    name: str


def is_url(path: str) -> bool:
    """Return whether a path is the address of a store, and no file of a disk."""
    return _URL.match(path) is not None


def is_elsewhere(path: str) -> bool:
    """Return whether a path may be something else than a file of a disk; one look, because every read asks."""
    return _ELSEWHERE.search(path) is not None


def is_shard(path: str) -> bool:
    """Return whether a path is named like a shard."""
    return path.lower().endswith(SHARDS)


def split_member(path: str) -> Member:
    """Return the shard and the name in it; a file on the disk that is itself called so is one."""
    found = _MEMBER.search(path)
    if found is None or (not is_url(path) and os.path.lexists(path)):
        return Member(path, "")
    return Member(path[: found.start(1)], path[found.end(1) :])


def protocol_of(url: str) -> str:
    """Return the protocol of a URL that may be spoken to.

    Raises:
        UsageError: It is none that burnish knows, or the address holds a password or a signature. Neither is shown.
    """
    found = _URL.match(url)
    protocol = found.group(1).lower() if found else ""
    rest = url[found.end() :] if found else url
    if protocol not in STORES:
        raise UsageError(f"{protocol}://: no store that burnish speaks{did_you_mean(protocol, STORES)}")
    user, at, _ = rest.partition("/")[0].rpartition("@")
    # Paths go into manifests, pages and messages: what opens a store must not be a part of one.
    if at and (":" in user or protocol != "sftp"):
        raise UsageError(
            f"{without_query(url)}: an address with a password would stand in the manifest; let the environment, "
            "~/.aws or ~/.ssh hold it"
        )
    if _SECRET.search(rest):
        raise UsageError(
            f"{without_query(url)}?…: a signed address would stand in the manifest, and end with its signature; "
            "use the store's own address (s3://…) and its credentials"
        )
    return protocol


def without_query(url: str) -> str:
    """Return a URL as it may be shown to anyone: without user and password, and without what stands after `?`."""
    found = _URL.match(url)
    if not found:
        return url
    host, slash, rest = url[found.end() :].partition("?")[0].partition("/")
    return f"{found.group()}{host.rpartition('@')[2]}{slash}{rest}"


def local_path(path: str) -> str:
    """Return the path on the disk that a `file://` URL means, as fsspec reads it; any other path as it is."""
    if path[:7].lower() != "file://":
        return path
    rest = path[7:]
    if not rest.startswith("/"):
        raise UsageError(f"{path}: a file:// address has the whole path: file:///data/photos")
    return rest


def join(base: str, path: str) -> str:
    """Return where a path of a manifest is, seen from what its paths are relative to.

    Raises:
        InputError: The base is a store, and the path leads out of it.
    """
    if is_url(path):
        return path
    if not is_url(base):
        return os.path.join(base, path)
    if path.startswith("/") or not is_plain(path):
        raise InputError(f"{path} leads out of {without_query(base)}")
    return f"{base.rstrip('/')}/{path}"


def relative(path: str, base: str) -> str:
    """Return a path as it is seen from a base; a URL under no base is whole."""
    if not base:
        return path
    if is_url(path) or is_url(base):
        prefix = f"{base.rstrip('/')}/"
        return path.removeprefix(prefix)
    return os.path.relpath(path, base)


def is_plain(name: str) -> bool:
    """Return whether a name, with `/` between its parts, goes down only: no empty part, no `.`, no `..`, no zero."""
    return "\0" not in name and not any(part in {"", ".", ".."} for part in name.split("/"))


def expand_braces(path: str) -> "Iterator[str]":
    """Yield the names that `shards-{000..099}.tar` stands for, as webdataset writes them.

    A file or a folder that is itself called so is one. The width of the first number is kept.

    Raises:
        UsageError: They count down, or are more than any set has.
    """
    found = _BRACES.search(path)
    if found is None or (not is_url(path) and os.path.lexists(path)):
        yield path
        return
    first, last = found.groups()
    if int(last) < int(first) or int(last) - int(first) >= MOST_SHARDS:
        raise UsageError(f"{path}: {found.group()} counts from {first} to {last}; name at most {MOST_SHARDS:,} shards")
    for number in range(int(first), int(last) + 1):
        yield from expand_braces(f"{path[: found.start()]}{number:0{len(first)}d}{path[found.end() :]}")
