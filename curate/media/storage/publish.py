"""Files written whole: on a disk through a temporary one beside it, in a store as a key that is not there yet."""

import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from curate.ground.atomic import atomic_write
from curate.ground.errors import BurnishError, InputError
from curate.media.storage.address import is_url, local_path, protocol_of, without_query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

READ_ONLY = {"http", "https"}
_IN_MEMORY_BYTES = 16 << 20


def write_whole(path: str) -> "AbstractContextManager[IO[bytes]]":
    """Write a file or a key that is there only when it is whole; if the body raises, nothing is.

    A file of a disk is replaced. A key is not: of two writers the second is refused, because a store does not tell who
    read the old one, and an `undo` could not bring it back.

    Raises:
        InputError: There is no folder for the file, or there is such a key already.
        BurnishError: The store does not take it.
    """
    place = local_path(path)
    # Given as it is: a generator around it would be one more place where a signal can come between the two.
    return _write_key(place) if is_url(place) else atomic_write(place)


@contextmanager
def _write_key(place: str) -> "Iterator[IO[bytes]]":
    with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as spool:
        yield spool
        spool.seek(0)
        from curate.media.storage.remote import put_new

        try:
            put_new(place, spool.read())
        except FileExistsError:
            raise InputError(f"cannot write {place}: another writer was first; what it wrote stands") from None
        except OSError as error:
            raise BurnishError(f"cannot write {place}: {error.strerror or error}") from None


def why_no_key(url: str, *, folder: bool = False) -> str:
    """Return why nothing can be written to a URL, in words; empty if it may.

    Args:
        url: Of the key, or of the folder that keys are to be written below.
        folder: It is a folder; then keys may be there already.

    Raises:
        UsageError: The address is none that burnish speaks, or holds a secret.
    """
    protocol = protocol_of(url)
    if protocol in READ_ONLY:
        return f"{protocol}:// is only read from"
    if without_query(url) != url:
        return "name an address without a query"
    from curate.media.storage import exists

    try:
        if not folder and exists(url):
            return "there is such a key already; name another, or remove it"
        if folder:
            exists(f"{url.rstrip('/')}/.burnish")  # asks the store: it is there, and speaks with us
    except OSError as error:
        return error.strerror or str(error)
    return ""
