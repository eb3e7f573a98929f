"""What is no pair of commands: memory, scaling, precision."""

from collections.abc import Callable, Iterator

from benchmarks.row import Sized
from benchmarks.tables import jobs, memory, precision, samples

TABLES: dict[str, Callable[[Sized], Iterator[str]]] = {
    "precision": precision.table,
    "memory": memory.table,
    "samples": samples.table,
    "linked": samples.linked,
    "jobs": jobs.table,
}
