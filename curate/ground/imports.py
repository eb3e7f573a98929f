"""Importing many modules at once."""

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def without_collection() -> "Iterator[None]":
    """Let the garbage collector wait meanwhile.

    Modules make many objects, and none of them is garbage: to look for it again and again is a twentieth of the start
    of a command.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
