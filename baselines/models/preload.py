"""Imports the estimators once, before the worker processes are forked; importing this module is what does it.

scikit-learn imports what a run of ours never uses, and that takes as long as all the rest: pandas where it is
installed, for tables that it is never given here, and all of scipy.stats (.4 s of processor time) for five names of it.
So pandas is hidden meanwhile, and for scipy.stats stands what imports it when it is used. Later imports of both find
them again.
"""

from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any

from curate.ground.lean_import import imported_without

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


import_lean(MODULES)
