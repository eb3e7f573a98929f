"""Reading ahead: what a worker is going to read next is under way while it decodes.

A store answers after milliseconds, many requests at once: one by one, a worker would wait most of its time.
"""

import os
from collections import OrderedDict
from typing import TYPE_CHECKING, NamedTuple

from curate.media.storage.address import is_url
from curate.media.storage.remote import Store, store_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

_MOST = 48
"""Objects under way or read and not asked for yet."""

_MOST_EACH_BYTES = 8 << 20
"""Larger objects are read when they are asked for."""

_MOST_BYTES = 64 << 20
"""What all of them may be together; one whose size is not known counts as the largest."""

_KEPT_CALLS = 4
"""What was not asked for until so many calls later (its item failed before) makes room."""


class _Coming(NamedTuple):
    data: "Future[bytes]"
    takes: int
    call: int


_coming: OrderedDict[str, _Coming] = OrderedDict()
_of_process, _calls = 0, 0


def read_ahead(wanted: "Iterable[tuple[str, int | None]]") -> None:
    """Begin to read keys that are asked for soon; what is no URL is left alone.

    Args:
        wanted: Address and size of each, where that is known.
    """
    import asyncio

    from fsspec.asyn import get_loop

    global _of_process, _calls  # noqa: PLW0603 - what a parent began does not come to its forked children
    if _of_process != os.getpid():
        _coming.clear()
        _of_process = os.getpid()
    _calls += 1
    while _coming and next(iter(_coming.values())).call < _calls - _KEPT_CALLS:
        _coming.popitem(last=False)[1].data.cancel()
    for url, size in wanted:
        takes = _MOST_EACH_BYTES if size is None else size
        if not is_url(url) or url in _coming or takes > _MOST_EACH_BYTES:
            continue
        if len(_coming) >= _MOST or takes + sum(one.takes for one in _coming.values()) > _MOST_BYTES:
            return
        store = store_of(url)
        # A file system that does one thing after the other would hold up the loop.
        if store.fs.async_impl:
            _coming[url] = _Coming(asyncio.run_coroutine_threadsafe(_read(store, url, size), get_loop()), takes, _calls)


def taken(url: str) -> bytes | None:
    """Return the bytes of a key that was read ahead, once; None where it was not, or is larger than one request.

    Raises:
        OSError: It could not be read.
    """
    if _of_process != os.getpid() or url not in _coming:
        return None
    coming = _coming.pop(url)
    data = coming.data.result()
    # Of one whose size was not known, there may be more.
    return None if coming.takes == _MOST_EACH_BYTES <= len(data) else data


async def _read(store: Store, url: str, size: int | None) -> bytes:
    return await store.read(url) if size is not None else await store.read(url, 0, _MOST_EACH_BYTES)
