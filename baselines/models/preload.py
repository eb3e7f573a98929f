"""Imports the estimators once, before the worker processes are forked; importing this module is what does it.

scikit-learn imports pandas where it is installed, for tables that it is never given here, and that takes as long as
all the rest; so it is told that there is none. Later imports of pandas find it again.
"""

import sys
from importlib import import_module

MODULES = ("sklearn.linear_model", "sklearn.svm", "sklearn.neighbors")


def _import() -> None:
    hidden = "pandas" not in sys.modules
    if hidden:
        sys.modules["pandas"] = None  # type: ignore[assignment]
    try:
        for name in MODULES:
            import_module(name)
    finally:
        if hidden:
            del sys.modules["pandas"]


_import()
