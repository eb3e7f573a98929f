"""How files are read for their features."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

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
