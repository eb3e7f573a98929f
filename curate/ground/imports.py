"""Importing many modules at once, and large libraries without what burnish never uses of them."""

import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType


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


@contextmanager
def imported_without(stand_ins: "Mapping[str, ModuleType | None]") -> "Iterator[None]":
    """While it is open, imports find these in the places of modules that nobody has imported yet.

    Later imports find the real ones. The collector waits (a fifth of the import of albumentations), and does not look
    through what was imported later either.

    Args:
        stand_ins: By the name of the module; None: imports say that there is none.
    """
    hidden = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(hidden)  # type: ignore[arg-type] # None is how Python hides a module
    try:
        with without_collection():
            yield
    finally:
        for name, module in hidden.items():
            if name in sys.modules and sys.modules[name] is module:
                del sys.modules[name]
        if gc.isenabled():
            gc.freeze()
