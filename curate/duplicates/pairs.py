"""Compare many pairs of files in worker processes, in an order in which each file is read as few times as possible."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from curate import engine
from curate.ground.progress import Progress

Match = TypeVar("Match")
Item = TypeVar("Item", bound="tuple[object, ...]")

_SLOWEST_S = 120.0


def compare_pairs(
    compare: Callable[[Item], Match],
    failed: Callable[[str], Match],
    items: Sequence[Item],
    *,
    jobs: int | None,
    chunk_size: int,
    preload: Sequence[str],
    progress: Progress,
) -> list[Match]:
    """Return what the comparison of each pair found, in the order given.

    Args:
        compare: Compares two files; runs in a worker process.
        failed: Makes the result of a pair that ended its worker, from the reason, which begins with the paths.
        items: Paths of two files each, and whatever else `compare` needs.
        jobs: Number of worker processes; None: as many as this process may use processors.
        chunk_size: Pairs that travel together.
        preload: Modules that the comparison needs.
        progress: Is told how far it is.
    """
    # Pairs that share a file come together, and with them travels the cache of the worker that read it.
    order = by_neighbourhood([_paths(item) for item in items])
    found: dict[int, Match] = {}
    work = engine.run(
        compare,
        (items[place] for place in order),
        jobs=jobs,
        chunk_size=chunk_size,
        timeout_s=_SLOWEST_S,
        preload=preload,
    )
    with progress("compare", lambda: len(items)) as counted:
        for place, match in zip(order, counted(work), strict=True):
            if isinstance(match, engine.Failure):
                first, second = _paths(items[place])
                found[place] = failed(f"{first} with {second}: {match.detail}")
            else:
                found[place] = match
    # Back in the order of the caller, who zips it with the pairs.
    return [found[place] for place in range(len(items))]


def _paths(item: tuple[object, ...]) -> tuple[str, str]:
    """Return the first two fields, which are paths whatever else a comparison takes."""
    return str(item[0]), str(item[1])


def by_neighbourhood(pairs: Sequence[tuple[str, str]]) -> list[int]:
    """Return the places of the pairs, those of one file and of the files near it together."""
    number: dict[str, int] = {}
    # A file gets the number of the neighbourhood it was first seen in, so that a group of copies stays together.
    for first, second in sorted(map(sorted, pairs)):
        number.setdefault(second, number.setdefault(first, len(number)))
    return sorted(range(len(pairs)), key=lambda i: (min(number[path] for path in pairs[i]), sorted(pairs[i])))
