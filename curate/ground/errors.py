"""The errors that burnish reports to a user, in one line that says what, where, and what to do.

BurnishError                 anything a user can mend; never shown with a traceback unless --verbose
  UsageError                 an option or argument that makes no sense (exit 2)
  InputError                 something that was to be read and cannot be (exit 2)
    ManifestError            a line of a manifest: carries the file and the line number
  GateError                  a gate that the user asked for did not hold (exit 1)
  UndecidedError             a gate that cannot tell yet (exit 3)
"""

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class BurnishError(Exception):
    """Base of all errors that are shown to the user as one line.

    Attributes:
        exit_code: What the process ends with.
    """

    exit_code = 2


class UsageError(BurnishError):
    """An option or argument that makes no sense."""


class InputError(BurnishError):
    """Something that was to be read and cannot be."""


class ManifestError(InputError):
    """A malformed line of a manifest.

    Args:
        source: Name of the manifest as the user knows it (`<stdin>` for standard input).
        line_number: 1-based.
        problem: What is wrong with the line.
    """

    def __init__(self, source: str, line_number: int, problem: str) -> None:
        super().__init__(f"{source}:{line_number}: {problem}")
        self.source = source
        self.line_number = line_number


class GateError(BurnishError):
    """A gate that the user asked for did not hold.

    Args:
        message: What failed, in one line.
        places: Paths where it failed, and what is wrong there; for annotations in CI.
    """

    exit_code = 1

    def __init__(self, message: str, places: "Iterable[tuple[str, str]]" = ()) -> None:
        super().__init__(message)
        self.places = tuple(places)


class UndecidedError(BurnishError):
    """A gate cannot tell yet: neither promote nor stop."""

    exit_code = 3


def did_you_mean(name: str, known: "Iterable[str]") -> str:
    """Return ` (did you mean 'x'?)` for the known name nearest to a misspelt one, or the list of known names."""
    names = sorted(known)
    return nearest(name.lower(), names, least=0.6) or f" (known: {', '.join(names)})"


def nearest(name: str, known: "Iterable[str]", least: float = 0.7) -> str:
    """Return ` (did you mean 'X'?)` for the known name nearest to a misspelt one, in any case; empty if none is.

    Args:
        name: As it was written.
        known: What it could have meant.
        least: How like it has to be, 0 to 1, as `difflib` measures it.
    """
    names = list(known)
    by_lower = {other.lower(): other for other in reversed(names)}
    if close := get_close_matches(name, names, n=1, cutoff=least):
        return f" (did you mean '{close[0]}'?)"
    close = get_close_matches(name.lower(), by_lower, n=1, cutoff=least)
    return f" (did you mean '{by_lower[close[0]]}'?)" if close else ""
