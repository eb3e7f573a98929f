"""What gates have in common: none holds of nothing, and what failed is named where it is looked for, in CI too."""

import os
import sys
from collections.abc import Iterable
from contextlib import suppress

from cli.io.terminal import printable
from curate.ground.errors import GateError

_MOST_ANNOTATIONS = 10
"""GitHub shows no more of one step."""


def refuse_empty(samples: int, gate: str, *, allowed: bool) -> None:
    """Fail where a gate was asked of an input without samples: a scan of the wrong folder looks just like it.

    Args:
        samples: How many there were.
        gate: As the user asked for it.
        allowed: `--allow-empty`.

    Raises:
        GateError: There was none.
    """
    if not samples and not allowed:
        raise GateError(f"{gate}: there are no samples, so nothing was looked at; if that is right: --allow-empty")


def annotate(command: str, message: str, places: Iterable[tuple[str, str]] = ()) -> None:
    """Say in the words of GitHub Actions what failed: at each file, and in the summary of the step; elsewhere nothing.

    Args:
        command: Of burnish.
        message: One line.
        places: Path and what is wrong there.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    marks = [f"::error file={_property(path)}::{_data(problem)}" for path, problem in places][:_MOST_ANNOTATIONS]
    title = f"burnish {command}".strip()
    # On stderr, which the runner reads as well: standard output may be a manifest that the next command reads.
    for line in marks or [f"::error title={_property(title)}::{_data(message)}"]:
        sys.stderr.write(f"{line}\n")
    # A file that cannot be written must not make another failure of this one.
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with suppress(OSError), open(summary, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"**{title}**: {printable(message)}\n\n")


def _data(text: str) -> str:
    """Return text as a workflow command takes it: one line, percent-encoded where it would end the command."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
