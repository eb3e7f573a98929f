"""How files are read for their features."""

from dataclasses import dataclass


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
