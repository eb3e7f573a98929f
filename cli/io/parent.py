"""The `burnish run` that started this process: it waits on a descriptor of its own for what the command counted."""

import os
from contextlib import suppress

VARIABLE = "BURNISH_REPORT_FD"
"""Environment variable with the descriptor's number; taken out before anything else could inherit it."""
_PARENT = os.environ.pop(VARIABLE, "")


def is_step() -> bool:
    """Return whether this process is a step of a pipeline."""
    return _PARENT.isdigit()


def send() -> None:
    """Write the outcome to the parent that waits for it; a parent that went away gets none."""
    # Nobody asked: the command was typed by a person, and help need not load what writes an outcome.
    if not is_step():
        return
    from cli.io.outcome import ended, line_of

    with suppress(OSError):
        os.write(int(_PARENT), line_of(ended()))
