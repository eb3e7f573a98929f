"""How long work tells whoever asked for it how far it is."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol


class Progress(Protocol):
    """Shows how far a piece of work is; `cli.io.terminal.progress` is one."""

    def __call__(
        self, title: str, total: Callable[[], int], /
    ) -> AbstractContextManager[Callable[[Iterable[Any]], Iterator[Any]]]:
        """Give a function that passes things on and counts them.

        Args:
            title: What is being done.
            total: Counts the things to come.
        """


@contextmanager
def unseen(_title: str, _total: Callable[[], int], /) -> Iterator[Callable[[Iterable[Any]], Iterator[Any]]]:
    """Show nothing."""
    yield iter
