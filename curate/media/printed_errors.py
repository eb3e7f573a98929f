"""What libraries in C print on standard error, which is the user's: kept from the terminal, and read as complaints."""

import os
import tempfile
import threading
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STDERR_LOCK = threading.RLock()


@contextmanager
def printed_errors() -> "Iterator[list[str]]":
    """Collect what C code prints on standard error meanwhile: the list's one text is filled at the end."""
    printed = [""]
    with _STDERR_LOCK, _scratch() as file:
        saved = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield printed
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            file.seek(0)
            printed[0] = file.read().decode(errors="replace").strip()


def _scratch() -> IO[bytes]:
    """Return an empty file: in memory where the system has such, because a folder for temporary files may be full."""
    if hasattr(os, "memfd_create"):
        return open(os.memfd_create("stderr"), "w+b")
    return tempfile.TemporaryFile()
