"""How files are read for their features."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from curate.ground.errors import InputError

if TYPE_CHECKING:
    from mmap import mmap

Made = TypeVar("Made")

Watcher = Callable[[Iterable[object]], Iterator[object]]
"""Passes items on one by one, and shows how far it is."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read.

    Attributes:
        root: Folder that the paths of the samples are relative to; empty: the working directory.
        jobs: Worker processes; None: as many as this process may use processors.
        cache: Folder of the cache; None: the usual one; empty: none.
        timeout_s: Seconds that one file may take.
    """

    root: str = ""
    jobs: int | None = None
    cache: str | None = None
    timeout_s: float = 60.0


def with_bytes(path: str, work: "Callable[[bytes | mmap], Made]") -> "Made | str":
    """Return what becomes of the bytes of a file, or why nothing does; for workers, which answer for each file.

    Args:
        path: Of the file.
        work: Is given all its bytes, read once.
    """
    from curate.media.storage import read_media

    try:
        data = read_media(path)
        return "has no bytes" if data is None else work(data)
    except OSError as error:
        return error.strerror or str(error)
    except InputError as error:
        return str(error)
