"""Which program this is: a digest of its files, for what a change has to undo and for machines that work together."""

import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = Path(__file__).resolve().parents[2]
_PROGRAM = ("burnish.py", "cli", "curate", "augment", "baselines")


@cache
def program_digest() -> str:
    """Return a digest of the program: every file of its packages, with its name.

    The version does not do: between two releases it names many programs, and a mended check gives other results.
    """
    total = sha256()
    for path in _files():
        total.update(f"{path.relative_to(HOME)}\0".encode() + path.read_bytes() + b"\0")
    return f"sha256:{total.hexdigest()}"


def _files() -> "Iterator[Path]":
    """Yield what the program is made of, in an order that is the same everywhere."""
    for part in _PROGRAM:
        place = HOME / part
        if place.is_file():
            yield place
        for parent, folders, names in os.walk(place):
            # Not what the machine leaves beside it. Python compiles into `a.pyc.140213` and renames that: such a file
            # is there for a moment, or for ever where a process was killed just then. Hidden ones belong to editors.
            folders[:] = sorted(name for name in folders if not _is_left_behind(name))
            yield from (Path(parent, name) for name in sorted(names) if not _is_left_behind(name))


def _is_left_behind(name: str) -> bool:
    return name == "__pycache__" or name.startswith(".") or name.endswith((".pyc", "~"))
