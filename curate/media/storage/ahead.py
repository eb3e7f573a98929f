"""Reading ahead: what a worker is going to read next is under way while it decodes.

A store answers after milliseconds, many requests at once: one by one, a worker would wait most of its time.
"""

import os
from collections import OrderedDict
from typing import TYPE_CHECKING

from curate.media.storage.address import is_url
from curate.media.storage.remote import ONE_GET_BYTES, Store, store_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

_MOST = 48
"""Objects under way or read and not asked for yet; older ones are let go, so that what nobody asks for costs nothing."""

_MOST_EACH_BYTES = 8 << 20
"""Larger objects are read when they are asked for."""

_coming: "OrderedDict[str, Future[bytes]]" = OrderedDict()
_of_process = 0


def read_ahead(wanted: "Iterable[tuple[str, int | None]]") -> None:
    """Begin to read keys that are asked for soon; what is no URL is left alone.

    Args:
        wanted: Address and size of each, where that is known.
    """
    import asyncio

    from fsspec.asyn import get_loop

    global _of_process  # noqa: PLW0603 - what a parent began does not come to its forked children
    if _of_process != os.getpid():
        _coming.clear()
        _of_process = os.getpid()
    for url, size in wanted:
        if not is_url(url) or url in _coming or (size is not None and size > _MOST_EACH_BYTES):
            continue
        store = store_of(url)
        # A file system that does one thing after the other would hold up the loop.
        if store.fs.async_impl:
            _coming[url] = asyncio.run_coroutine_threadsafe(_read(store, url, size), get_loop())
        while len(_coming) > _MOST:
            _coming.popitem(last=False)[1].cancel()


def taken(url: str) -> bytes | None:
    """Return the bytes of a key that was read ahead, once; None where it was not, or is larger than one request.

    Raises:
        OSError: It could not be read.
    """
    coming = _coming.pop(url, None) if _of_process == os.getpid() else None
    data = coming.result() if coming else None
    return None if data is None or len(data) >= ONE_GET_BYTES else data


async def _read(store: Store, url: str, size: int | None) -> bytes:
    return await store.read(url) if size is not None else await store.read(url, 0, ONE_GET_BYTES)
