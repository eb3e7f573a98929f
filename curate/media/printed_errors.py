"""What libraries in C print on standard error, which is the user's: kept from the terminal, and read as complaints."""

import os
import tempfile
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STDERR_LOCK = threading.Lock()


@contextmanager
def printed_errors() -> "Iterator[list[str]]":
    """Collect what C code prints on standard error meanwhile: the list's one text is filled at the end."""
    printed = [""]
    with _STDERR_LOCK, tempfile.TemporaryFile() as file:
        saved = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield printed
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            file.seek(0)
            printed[0] = file.read().decode(errors="replace").strip()
