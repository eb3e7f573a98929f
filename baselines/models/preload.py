"""Imports the estimators once, before the worker processes are forked; importing this module is what does it.

scikit-learn imports what a run of ours never uses, and that takes as long as all the rest: pandas where it is
installed, for tables that it is never given here, and all of scipy.stats (.4 s of processor time) for five names of it.
So pandas is hidden meanwhile, and for scipy.stats stands what imports it when it is used. Later imports of both find
them again.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from curate.ground.imports import imported_without

MODULES = ("sklearn.linear_model", "sklearn.svm", "sklearn.neighbors")
_STATS = "scipy.stats"
_TAKEN = frozenset({"chi2", "gmean", "mode", "rankdata", "spearmanr"})


class _Later:
    """Stands in for a function, or a distribution, of a module that is imported when it is used."""

    def __init__(self, module: str, name: str) -> None:
        self._place = module, name

    def _real(self) -> Any:
        module, name = self._place
        return getattr(import_module(module), name)

    def __call__(self, *values: object, **named: object) -> object:
        return self._real()(*values, **named)

    def __getattr__(self, name: str) -> object:
        return getattr(self._real(), name)


class _Module(ModuleType):
    """Stands in for scipy.stats, as far as scikit-learn takes names from it that may come later."""

    def __getattr__(self, name: str) -> _Later:
        if name not in _TAKEN:
            raise AttributeError(name)
        return _Later(self.__name__, name)


def import_lean(names: Sequence[str]) -> None:
    """Import modules of scikit-learn's, or of what builds on it, without what they never use."""
    # Another version may take something else of scipy.stats; it gets the module itself, below.
    with suppress(ImportError, AttributeError), imported_without({"pandas": None, _STATS: _Module(_STATS)}):
        for name in names:
            import_module(name)
    for name in names:
        import_module(name)


@cache
def import_skops() -> ModuleType:
    """Return skops.io without the lists of what it trusts: it reads what it is told to trust, and nothing else.

    To make them it imports all of scikit-learn, .8 s of processor time, and looks for each function of NumPy and SciPy
    in every module, .2 s.
    """
    if "skops.io" in sys.modules:
        return sys.modules["skops.io"]
    utils, special, numpy = (import_module(name) for name in ("sklearn.utils", "scipy.special", "numpy"))
    with _replaced(utils, "all_estimators"), _replaced(special, "__dir__"), _replaced(numpy, "__dir__"):
        import_lean(("skops.io",))
    lean = sys.modules["skops.io"]
    # Who else reads models in this process imports the whole: its lists are what that program relies on.
    for name in [one for one in sys.modules if one.partition(".")[0] == "skops"]:
        del sys.modules[name]
    return lean


@contextmanager
def _replaced(module: ModuleType, name: str) -> Iterator[None]:
    """Let a function of a module return an empty list for a while."""
    known = vars(module).get(name)
    setattr(module, name, list)
    try:
        yield
    finally:
        if known is None:
            delattr(module, name)
        else:
            setattr(module, name, known)


import_lean(MODULES)
