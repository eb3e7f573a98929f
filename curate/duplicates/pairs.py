"""Compare many pairs of files in worker processes, and an order in which each file is read as few times as possible."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from curate import engine
from curate.ground.progress import Progress

Match = TypeVar("Match")
Item = TypeVar("Item")

_SLOWEST_S = 120.0


def compare_pairs(
    compare: Callable[[Item], Match],
    failed: Callable[[str], Match],
    pairs: Sequence[tuple[str, str]],
    items: Iterable[Item | engine.Ready],
    *,
    jobs: int | None,
    chunk_size: int,
    preload: Sequence[str],
    progress: Progress,
) -> list[Match]:
    """Return what the comparison of each pair found, in the order given.

    Pairs that share a file should come together (`by_neighbourhood`): with them travels the cache of the worker that
    read it.

    Args:
        compare: Compares two files; runs in a worker process.
        failed: Makes the result of a pair that ended its worker, from the reason, which begins with the paths.
        pairs: Paths of two files each.
        items: What `compare` is given of each pair; or what it would find, where that is known. Made while others are
            compared.
        jobs: Number of worker processes; None: as many as this process may use processors.
        chunk_size: Pairs that travel together.
        preload: Modules that the comparison needs.
        progress: Is told how far it is.
    """
    work = engine.run(compare, items, jobs=jobs, chunk_size=chunk_size, timeout_s=_SLOWEST_S, preload=preload)
    with progress("compare", lambda: len(pairs)) as counted:
        return [
            failed(f"{first} with {second}: {match.detail}") if isinstance(match, engine.Failure) else match
            for (first, second), match in zip(pairs, counted(work), strict=True)
        ]


def by_neighbourhood(pairs: Sequence[tuple[str, str]]) -> list[int]:
    """Return the places of the pairs, those of one file and of the files near it together."""
    number: dict[str, int] = {}
    # A file gets the number of the neighbourhood it was first seen in, so that a group of copies stays together.
    for first, second in sorted(map(sorted, pairs)):
        number.setdefault(second, number.setdefault(first, len(number)))
    return sorted(range(len(pairs)), key=lambda i: (min(number[path] for path in pairs[i]), sorted(pairs[i])))
