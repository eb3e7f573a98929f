"""The terminal: what goes to stderr, progress, colours and bars; all of it silent where nobody looks."""

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from cli.io.words import in_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rich.console import Console

Thing = TypeVar("Thing")

verbose = False
"""Whether errors come with their traceback (`--verbose`)."""
quiet = False
"""Whether stderr stays empty unless the command fails (`--quiet`)."""

_REFRESH_S = 0.1
_WIDE = 200
_EIGHTHS = " ▏▎▍▌▋▊▉"


def open_closed_streams() -> list[str]:
    """Open what the shell closed (`<&-`, `>&-`), and return its name.

    Python has None in its place, and a file would get its number: a word of a library would stand amid somebody's data.
    Reading or writing it fails (EBADF), but for standard error, whose words are lost.
    """
    closed = []
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        # The wrong way round on purpose: what is read may only be written, so that nothing seems to be empty or done.
        descriptor = os.open(os.devnull, (os.O_WRONLY, os.O_RDONLY, os.O_WRONLY)[number])
        if descriptor != number:
            os.dup2(descriptor, number)
            os.close(descriptor)
        setattr(sys, name, open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))  # noqa: SIM115
        closed += [f"standard {'input' if number == 0 else 'output'}"] if number < 2 else []
    return closed


def be_verbose(wanted: bool) -> None:
    """Set `verbose`; the callback of the option."""
    global verbose  # noqa: PLW0603 - one process is one command line
    verbose = verbose or wanted


def be_quiet(wanted: bool) -> None:
    """Set `quiet`; the callback of the option."""
    global quiet  # noqa: PLW0603
    quiet = quiet or wanted


def say(text: str, *, loud: bool = False) -> None:
    """Write a line to stderr, unless `--quiet`; bytes of file names that are not UTF-8 are shown as escapes.

    Args:
        text: The line.
        loud: Also with `--quiet`: something that was asked for did not happen, and the exit code does not tell.
    """
    if loud or not quiet:
        sys.stderr.write(f"{printable(in_number(text))}\n")


def printable(text: str) -> str:
    """Return text with control characters and lone surrogates escaped, so that no file name steers a terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in text
    )


def console(*, stderr: bool = False) -> "Console":
    """Return a rich console that colours only on a terminal and takes no file name for markup."""
    from rich.console import Console

    class Raising(Console):
        def on_broken_pipe(self) -> None:
            """Raise again: rich would end with 1, which here is a gate that failed, when `head` has read enough."""
            raise  # noqa: PLE0704 - called by rich while it handles the error

    # Where nobody looks, lines need not be folded to the width of a window.
    width = None if (sys.stderr if stderr else sys.stdout).isatty() else _WIDE
    return Raising(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)


def shows_output() -> bool:
    """Return whether a person reads what the command writes to stdout."""
    return sys.stdout.isatty()


def shows_progress() -> bool:
    """Return whether a person watches stderr."""
    return sys.stderr.isatty() and not quiet


@contextmanager
def progress(title: str, total: "Callable[[], int | None]") -> "Iterator[Callable[[Iterable[Thing]], Iterator[Thing]]]":
    """Give a function that passes things on and counts them in a bar with rate and time left.

    The bar is drawn by hand from the loop itself: a thread that draws it could not live beside forked workers.

    Args:
        title: What is being done.
        total: Counts the things to come; called only if a bar is shown. None: nobody knows.
    """
    if not shows_progress():
        yield iter
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    # Only where a person watches: rich takes longer to import than a small command to run.
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console(stderr=True), auto_refresh=False, transient=True) as bar:
        task = bar.add_task(title, total=total(), rate="")

        def counted(things: "Iterable[Thing]") -> "Iterator[Thing]":
            # A bar is there while things pass, so that another may follow it: two at once would draw over each other.
            bar.start()
            began = drawn = time.monotonic()
            count = 0
            for count, thing in enumerate(things, start=1):
                yield thing
                now = time.monotonic()
                if now - drawn >= _REFRESH_S:
                    drawn = now
                    bar.update(task, completed=count, rate=f"{count / (now - began):,.0f}/s", refresh=True)
            bar.update(task, completed=count, refresh=True)
            bar.stop()

        yield counted


def draw_bar(share: float, width: int) -> str:
    """Return a bar of `width` characters at most, exact to an eighth of one.

    Args:
        share: 0 to 1.
        width: Characters of a full bar.
    """
    encoding = sys.stdout.encoding or "ascii"
    # Block characters are an error in an ASCII terminal, not a question mark.
    if not encoding.lower().startswith("utf"):
        return "#" * round(share * width)
    # U+2588 to U+258F: blocks of eighths of a character.
    whole, eighths = divmod(round(share * width * 8), 8)
    return "█" * whole + (_EIGHTHS[eighths] if eighths else "")
