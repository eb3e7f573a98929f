"""Imports of large libraries without what burnish never uses of them."""

import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def imported_without(stand_ins: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """While it is open, imports find these in the places of modules that nobody has imported yet.

    Later imports find the real ones. Meanwhile nothing is looked through for cycles: modules are cycles that stay, and
    to go through all that there are again and again was a fifth of the import of albumentations.

    Args:
        stand_ins: By the name of the module; None: imports say that there is none.
    """
    hidden = {name: module for name, module in stand_ins.items() if name not in sys.modules}
    sys.modules.update(hidden)  # type: ignore[arg-type] # None is how Python hides a module
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        for name, module in hidden.items():
            if name in sys.modules and sys.modules[name] is module:
                del sys.modules[name]
        if collecting:
            gc.freeze()
            gc.enable()
