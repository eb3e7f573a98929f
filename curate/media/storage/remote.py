"""Stores that fsspec speaks to: read, list, look at, put and remove keys. Imported only where a URL is.

Every call runs in fsspec's own loop, so that many can be under way at once (`ahead`), and through `with_retries`; the
retries and caches of the libraries are turned off: two layers that repeat multiply, and a listing that is kept goes
stale.
"""

import os
import sys
import threading
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.request import getproxies

from curate.ground.errors import InputError
from curate.media.storage.address import STORES, is_plain, protocol_of, without_query
from curate.media.storage.retry import explain, with_retries
from curate.media.storage.signed import Signer
from curate.media.storage.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator
    from ssl import SSLContext

    from fsspec import AbstractFileSystem

ONE_GET_BYTES = 64 << 20
"""Up to here an object is read in one request, beyond in ranges of this size."""

_PAGE = 1000
_VERSIONS = ("ETag", "etag", "Last-Modified", "created", "mtime")
"""What file systems of fsspec call that which changes with the content, the best first."""

_AT_ONCE = 32
_CONNECT_S, _READ_S = 5, 15
"""How long a store may take to be reached, and be silent while it answers."""

_OPTIONS: dict[str, dict[str, Any]] = {
    "s3": {
        # One GET for an object: with more, s3fs asks for its size first.
        "max_concurrency": 1,
        "config_kwargs": {
            "retries": {"total_max_attempts": 1, "mode": "standard"},
            "max_pool_connections": _AT_ONCE,
            # What we send is made here; and the whole object is hashed with SHA-256 anyway.
            "parameter_validation": False,
            # Of signed addresses too; newer regions and most other stores know no other.
            "signature_version": "s3v4",
        },
    },
}


_NO_FOLDERS = "a key with an empty part, . or .., as no folder has"


class InstallError(InputError, OSError):
    """A package is missing; both an error of the user's and of the file that cannot be read without it."""


class Listed(NamedTuple):
    """A key of a listing.

    Attributes:
        url: Of the key.
        status: What the listing says of it.
        problem: Why it is not read: its name is none that a folder has.
    """

    url: str
    status: Status
    problem: str = ""


class AnswerError(Exception):
    """A store answered a request with something else than bytes.

    Args:
        status: Of HTTP.
    """

    def __init__(self, status: int) -> None:
        super().__init__(f"the store answered {status}")
        self.status = status


class _NotHereError(Exception):
    """A signed address led to the wrong place."""


def _http_options(*, is_signed: bool = False) -> dict[str, Any]:
    from aiohttp import ClientTimeout

    # aiohttp looks for proxies and .netrc anew for each request, in two other threads: a fifth of what a request costs.
    # What .netrc says of a host must not stand beside a signature.
    netrc = os.environ.get("NETRC", os.path.expanduser("~/.netrc"))
    trusts = bool(getproxies()) or (not is_signed and os.path.exists(netrc))
    # Bytes as they are kept: a server that packs them, and a client that unpacks them, would change the digest.
    client = {"auto_decompress": False, "headers": {"Accept-Encoding": "identity"}, "trust_env": trusts}
    return {"client_kwargs": client | {"timeout": ClientTimeout(sock_connect=_CONNECT_S, sock_read=_READ_S)}}


def _reader_of_signed(s3: "AbstractFileSystem") -> "AbstractFileSystem | None":
    """Return what reads signed addresses; None where the client is set up in a way that it would not know of."""
    if s3.anon or "verify" in s3.client_kwargs or s3.req_kw or s3.s3_additional_kwargs:
        return None
    from fsspec.implementations.http import HTTPFileSystem

    return HTTPFileSystem(
        encoded=True, skip_instance_cache=True, use_listings_cache=False, **_http_options(is_signed=True)
    )


@cache
def _certificates(bundle: str) -> "SSLContext":
    import ssl

    return ssl.create_default_context(cafile=bundle)


def _file_system(protocol: str) -> "type[AbstractFileSystem]":
    if protocol == "sftp":
        from curate.media.storage.sftp import Sftp

        return Sftp
    from fsspec import get_filesystem_class

    found: type[AbstractFileSystem] = get_filesystem_class(protocol)
    return found


class Store:
    """One store, as this process speaks to it.

    Args:
        url: Any address in it.

    Raises:
        UsageError: The address is none that burnish speaks, or holds a secret.
        InstallError: A package is missing.
    """

    def __init__(self, url: str) -> None:
        self.protocol = protocol_of(url)
        try:
            kind = _file_system(self.protocol)
            options = _OPTIONS.get(self.protocol, {}) | kind._get_kwargs_from_urls(url)
            if self.protocol in {"http", "https"}:
                options |= _http_options()
            # Not fsspec.open, which follows chains (`filecache::…`); not a kept instance, which others may configure.
            self.fs: AbstractFileSystem = kind(**options, use_listings_cache=False, skip_instance_cache=True)
            self._http: AbstractFileSystem | None = self.fs if self.protocol in {"http", "https"} else None
            self._signer: Signer | None = None
            if self.protocol == "s3":
                self.fs.retries = 1
                self._http, self._signer = _reader_of_signed(self.fs), Signer(self.fs)
        except ImportError:
            more = "" if STORES[self.protocol] in {"fsspec", "s3fs", "aiohttp"} else f" {STORES[self.protocol]}"
            raise InstallError(f"{self.protocol}:// needs packages: pip install 'burnish[remote]'{more}") from None
        except Exception as error:
            told, _ = explain(error)
            raise InputError(f"cannot reach {without_query(url)}: {told.strerror if told else error}") from None

    def key(self, url: str) -> str:
        """Return what the file system calls a URL."""
        return str(self.fs._strip_protocol(url))

    async def once(self, name: str, *arguments: object, **options: object) -> Any:
        """Call a method of the file system, in its loop."""
        if self.fs.async_impl:
            return await getattr(self.fs, f"_{name}")(*arguments, **options)
        if self.protocol == "sftp":
            self.fs.awake()
        return getattr(self.fs, name)(*arguments, **options)

    async def call(self, name: str, *arguments: object, **options: object) -> Any:
        """Call a method of the file system in its loop, with retries."""
        return await with_retries(lambda: self.once(name, *arguments, **options))

    async def read(self, url: str, start: int | None = None, stop: int | None = None) -> bytes:
        """Return the bytes of a key, or those of a range of it; fewer where it ends before."""
        if self._http is not None:
            try:
                return await with_retries(lambda: self._get(url, start, stop))
            except _NotHereError:
                self._http = None
        data: bytes = await self.call("cat_file", self.key(url), start=start, end=stop)
        return data

    async def _get(self, url: str, start: int | None, stop: int | None) -> bytes:
        """Read a key over HTTP; of S3 by an address that is signed for it: much less work than its client's call."""
        assert self._http is not None
        is_signed = self._signer is not None
        address = await self._signer.address(self.key(url)) if self._signer else url
        session = await self._http.set_session()
        asked: dict[str, Any] = {"allow_redirects": not is_signed}
        if start is not None:
            asked["headers"] = {"Range": f"bytes={start}-{'' if stop is None else stop - 1}"}
        if is_signed and (bundle := os.environ.get("AWS_CA_BUNDLE")):
            asked["ssl"] = _certificates(bundle)
        # What stands behind a redirect of S3 is an explanation, and no object.
        async with session.get(self._http.encode_url(address), **asked) as answer:
            # A range that begins where the key ends: what a file gives there is nothing.
            if answer.status == 416 and start is not None:
                return b""
            # The bucket is in another region, which the client finds out by itself.
            if is_signed and answer.status in {301, 307, 400}:
                raise _NotHereError
            if answer.status not in {200, 206}:
                raise AnswerError(answer.status)
            data: bytes = await answer.read()
            # 200 is the whole: simple servers know no ranges.
            return data[start:stop] if answer.status == 200 else data


_stores: dict[tuple[str, str], Store] = {}


def _pause() -> None:
    """Stop fsspec's thread before this process is forked: a lock that it holds would stay locked in the child."""
    asyn = sys.modules.get("fsspec.asyn")
    thread = asyn.iothread[0] if asyn else None
    if asyn and thread and thread.is_alive() and thread is not threading.current_thread():
        asyn.loop[0].call_soon_threadsafe(asyn.loop[0].stop)
        thread.join()


def _resume() -> None:
    """Let the loop go on, with its connections, after a fork."""
    asyn = sys.modules.get("fsspec.asyn")
    if asyn and asyn.loop[0] and not asyn.iothread[0].is_alive():
        asyn.iothread[0] = threading.Thread(target=asyn.loop[0].run_forever, name="fsspecIO", daemon=True)
        asyn.iothread[0].start()


_of_parents: list[dict[tuple[str, str], Store]] = []


def _forget() -> None:
    """Let a forked process begin anew: of the parent's connections and loop it has the objects, and not the thread.

    Some versions of fsspec leave this to their users (2025.3 does), and then wait for ever.
    """
    # Kept, and never used: paramiko would say goodbye on the parent's own connection when the last name of it goes.
    _of_parents.append(_stores.copy())
    _stores.clear()
    if "fsspec.asyn" in sys.modules:
        sys.modules["fsspec.asyn"].reset_lock()


os.register_at_fork(before=_pause, after_in_parent=_resume, after_in_child=_forget)


def store_of(url: str) -> Store:
    """Return the store of a URL; one for each process, because connections do not outlive a fork."""
    protocol = protocol_of(url)
    key = protocol, url.partition("://")[2].partition("/")[0] if protocol in {"sftp", "abfs", "az"} else ""
    if key not in _stores:
        _stores[key] = Store(url)
    return _stores[key]


def wait_for(coroutine: "Callable[[], Coroutine[Any, Any, Any]]") -> Any:
    """Run a coroutine in fsspec's loop and return what it gives."""
    import asyncio

    from fsspec.asyn import get_loop

    # Not fsspec's `sync`, which makes an error without words of every time-out.
    running = asyncio.run_coroutine_threadsafe(coroutine(), get_loop())
    try:
        return running.result()
    finally:
        running.cancel()


def read_url(url: str, size: int | None = None) -> bytes:
    """Return the bytes of a key.

    Args:
        url: Of the key.
        size: Where it is known, from a listing.

    Raises:
        OSError: It cannot be read, or changed while it was; `strerror` says why.
    """
    store = store_of(url)
    if size is not None and size <= ONE_GET_BYTES:
        return bytes(wait_for(lambda: store.read(url)))
    # The size is not asked for: the first range tells whether there is more.
    data = bytes(wait_for(lambda: store.read(url, 0, ONE_GET_BYTES)))
    if len(data) < ONE_GET_BYTES:
        return data
    before, parts = status_of_url(url), [data]
    while len(parts[-1]) == ONE_GET_BYTES:
        at = sum(map(len, parts))
        parts.append(read_range(url, at, at + ONE_GET_BYTES))
    # Ranges of two versions would be a file that never was.
    if status_of_url(url) != before:
        raise OSError(0, "it changed while it was read")
    return b"".join(parts)


def read_range(url: str, start: int, stop: int) -> bytes:
    """Return a part of a key; fewer bytes where it ends before."""
    store = store_of(url)
    return bytes(wait_for(lambda: store.read(url, start, stop)))


def status_of_url(url: str) -> Status:
    """Return what a store says of a key.

    Raises:
        FileNotFoundError: There is none.
        OSError: It cannot be told.
    """
    store = store_of(url)
    found = wait_for(lambda: store.call("info", store.key(url)))
    if found.get("type") == "directory":
        raise FileNotFoundError(2, "it is a folder of keys")
    return _status(found)


def statuses(urls: "Iterable[str]") -> dict[str, Status | None]:
    """Return what a store says of each key, many asked for at once; None where it is not there or cannot be told."""
    import asyncio

    async def ask_all() -> dict[str, Status | None]:
        room = asyncio.Semaphore(_AT_ONCE)

        async def ask(url: str) -> tuple[str, Status | None]:
            store = store_of(url)
            async with room:
                try:
                    return url, _status(await store.call("info", store.key(url)))
                except OSError:
                    return url, None

        return dict(await asyncio.gather(*map(ask, dict.fromkeys(urls))))

    found: dict[str, Status | None] = wait_for(ask_all)
    return found


def put_new(url: str, data: bytes) -> str | None:
    """Write a key that is not there yet, whole, and return its ETag; of several writers one wins.

    Raises:
        FileExistsError: There is one; nothing was written.
        OSError: It cannot be written.
    """
    store = store_of(url)
    tries = 0

    async def put() -> object:
        nonlocal tries
        tries += 1
        return await store.once("pipe_file", store.key(url), data, mode="create")

    try:
        answer = wait_for(lambda: with_retries(put))
    except FileExistsError:
        # The answer to our own first try may have been lost on the way; then the second one finds what we wrote.
        if tries == 1 or read_url(url, len(data)) != data:
            raise
        answer = None
    etag = answer.get("ETag") if isinstance(answer, dict) else None
    return etag if isinstance(etag, str) else status_of_url(url).etag


def remove(url: str) -> None:
    """Remove a key."""
    store = store_of(url)
    wait_for(lambda: store.call("rm_file", store.key(url)))


def pages(url: str) -> "Iterator[list[Listed]]":
    """Yield the keys below a URL, page by page in the order of the keys, so that no more than a page is held.

    Raises:
        FileNotFoundError: There is nothing.
        OSError: They cannot be listed.
    """
    store, top = store_of(url), f"{url.rstrip('/')}/"
    below = _s3_pages(store, url) if store.protocol == "s3" else _folder_pages(store, store.key(url), store.key(url))
    for page in below:
        yield [
            Listed(f"{top}{name}", status, problem if is_plain(name) else _NO_FOLDERS)
            for name, status, problem in page
            if not any(part.startswith(".") and part not in {".", ".."} for part in name.split("/"))
        ]


def keys_below(url: str) -> "Iterator[str]":
    """Yield the names of the keys below a URL, relative to it, in their order."""
    top = len(url.rstrip("/")) + 1
    for page in pages(url):
        yield from (found.url[top:] for found in page)


def _s3_pages(store: Store, url: str) -> "Iterator[list[tuple[str, Status, str]]]":
    bucket, _, prefix = store.key(url).partition("/")
    prefix = f"{prefix}/" if prefix else ""
    last = ""
    while True:
        # From the last key, not from a token: a page that failed and a listing that was broken off go on alike.
        asked = {"Bucket": bucket, "Prefix": prefix, "MaxKeys": _PAGE} | ({"StartAfter": last} if last else {})
        answer = wait_for(partial(store.call, "call_s3", "list_objects_v2", **asked))
        found = answer.get("Contents", ())
        # Keys that end in a slash are the folders that consoles draw.
        yield [(one["Key"][len(prefix) :], _status(one), "") for one in found if not one["Key"].endswith("/")]
        if not answer.get("IsTruncated") or not found:
            return
        last = found[-1]["Key"]


def _folder_pages(store: Store, folder: str, top: str) -> "Iterator[list[tuple[str, Status, str]]]":
    """Yield what is below a folder of a store that lists folder by folder, in the order of the keys."""
    found = wait_for(lambda: store.call("ls", folder, detail=True))
    page: list[tuple[str, Status, str]] = []
    # With its slash, a folder stands where its keys do: `cat-2/x` comes before `cat/x`.
    for one in sorted(found, key=lambda one: str(one["name"]) + "/" * (one["type"] == "directory")):
        name = str(one["name"])
        if one["type"] == "directory":
            yield page
            page = []
            # What a server calls a folder of this one, and is not below it, would be walked without an end.
            if one.get("is_link"):
                page.append((name[len(top) :].lstrip("/"), Status(), "a link to a folder, which is not followed"))
            elif is_plain(name.removeprefix(f"{folder.rstrip('/')}/")) and name.startswith(folder):
                yield from _folder_pages(store, name, top)
        else:
            page.append((name[len(top) :].lstrip("/"), _status(one), ""))
    yield page


def _status(found: "dict[str, Any]") -> Status:
    size = found.get("size", found.get("Size"))
    etag = next((found[name] for name in _VERSIONS if found.get(name)), None)
    return Status(int(size) if size is not None else None, None, None if etag is None else str(etag))
