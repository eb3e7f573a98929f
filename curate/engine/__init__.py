"""Run a function over many items: in worker processes here, or on a cluster behind the same interface."""

from typing import TYPE_CHECKING, Any

from curate.engine import nodes
from curate.engine.pool import Ready, available_processors, failures, run
from curate.engine.worker import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

__all__ = ["Failure", "Ready", "available_processors", "failures", "run", "run_anywhere"]


def run_anywhere(
    work: "Callable[[Any], Any]",
    items: "Iterable[Any]",
    *,
    jobs: int | None = None,
    chunk_size: int = 16,
    timeout_s: float = 60.0,
    preload: "Sequence[str]" = (),
    warm_up: "Callable[[], object] | None" = None,
    ahead: "Callable[[Sequence[Any]], None] | None" = None,
    together: "Callable[[list[Any]], list[Any]] | None" = None,
    arrived: "Callable[[list[Any]], None] | None" = None,
) -> "Generator[Any, None, None]":
    """Yield what `run` yields, from a cluster where one was chosen (`nodes.use_cluster`).

    For work that is worth travelling: it reads files by their paths, its results are small, and what it writes is named
    by its content and put in place whole, since a batch of a machine that was lost is done twice.
    """
    chosen: Callable[..., Generator[Any, None, None]] = run
    if nodes.is_chosen():
        # Of most runs no part: what it imports would come before the first worker.
        from curate.engine.cluster import run_on_cluster

        chosen = run_on_cluster
    options: dict[str, Any] = {"jobs": jobs, "chunk_size": chunk_size, "timeout_s": timeout_s, "preload": preload}
    return chosen(work, items, **options, warm_up=warm_up, ahead=ahead, together=together, arrived=arrived)
