"""Which program this is: a digest of its files, for what a change has to undo and for machines that work together."""

from functools import cache
from hashlib import sha256
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
_PROGRAM = ("burnish.py", "cli", "curate", "augment", "baselines")


@cache
def program_digest() -> str:
    """Return a digest of the program: every file of its packages, with its name.

    The version does not do: between two releases it names many programs, and a mended check gives other results.
    """
    total = sha256()
    for part in _PROGRAM:
        place = HOME / part
        files = [place] if place.is_file() else sorted(path for path in place.rglob("*") if path.is_file())
        for path in files:
            # Compiled files change with the machine and the time, not with the program.
            if path.suffix != ".pyc":
                total.update(f"{path.relative_to(HOME)}\0".encode() + path.read_bytes() + b"\0")
    return f"sha256:{total.hexdigest()}"
