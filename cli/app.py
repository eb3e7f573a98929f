"""The command line as a whole: commands that load when they are called, and errors in one line."""

import errno
import gc
import inspect
import os
import re
import signal
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from cli.catalog import COMMANDS, command_of, function_of
from cli.io import parent, terminal
from cli.io.terminal import open_closed_streams
from cli.io.words import in_number
from cli.plain_values import PlainCommand, take_plain_values
from curate.ground.errors import BurnishError, GateError, nearest
from curate.ground.imports import without_collection

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

INTERRUPTED = 130
EXAMPLE_WIDTH = 74
"""Columns of an example in the help of a command, so that a terminal of 80 shows it unbroken."""

_LONGEST_MESSAGE = 2000
_BEGINS_AGAIN = "no file was changed; the same command begins again"
_FEATURES = "features that were computed are kept, and the same command goes on with them"
_GOES_ON = {
    "scan": "with -o FILE what was measured is kept, and the same command goes on there; nothing else was written",
    "clean": "what was moved is in the journal; the same command goes on, burnish undo takes it back",
    "organize": "what is at its place is in the journal; the same command goes on, burnish undo takes it back",
    "undo": "the same command goes on",
    "augment": "what was made is kept, and the same command goes on there",
    "run": "steps that ended are kept, and the same command goes on after them",
    "demo": "the same command goes on after the steps that ended",
    "embed": _FEATURES,
    "train": _FEATURES,
    "predict": _FEATURES,
    "issues": _FEATURES,
}
"""What is to be known after Ctrl-C, by command."""


class LazyGroup(TyperGroup):
    """Lists the commands from the catalogue, and imports one only when it is the one to run."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, entry in COMMANDS.items():
            # A stand-in with name and summary only, so that `burnish --help` imports none of the commands.
            listed = TyperCommand(name, help=entry.summary, rich_help_panel=entry.panel, callback=None)
            self.add_command(listed, name)

    def get_params(self, ctx: Any) -> list[Any]:
        return take_plain_values(super().get_params(ctx))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, listed, rest = super().resolve_command(ctx, args)
        if (whole := command_of(args)) != name and whole:
            return whole, load(whole), args[2:]
        # Now that it is known which one is to run, it takes the place of its stand-in.
        if not listed or not name:
            return name, listed, rest
        command = load(name)
        if ctx.resilient_parsing:
            # A shell asks for completions.
            from cli.completion import complete_values

            complete_values(command)
        elif not {"--help", "-h"} & set(rest):
            from cli.project import project_defaults

            ctx.default_map = {name: project_defaults(name, command.params, rest)}
        return name, command, rest

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            # Inside the `try`: what is still in the buffer may be what the reader no longer takes.
            sys.stdout.flush()
        except BrokenPipeError:
            # End like any program whose reader went away (`| head`): without a word.
            _discard_output()
            return 0
        return result


def load(name: str) -> Any:
    """Return the command of that name, with everything that it imports."""
    from cli.effects import checked_first

    app = typer.Typer(add_completion=False, rich_markup_mode="rich")
    with without_collection():
        function = function_of(name)
    app.command(name, cls=PlainCommand, help=help_of(function))(checked_first(function))
    command = typer.main.get_command(app)
    if not gc.isenabled():
        # The front door put it off: what has been loaded stays, and is not looked through in each worker process again.
        gc.freeze()
        gc.enable()
    return command


def help_of(function: "Callable[..., object]") -> str:
    """Return the docstring of a command as its help: paragraphs of one line, examples that can be copied.

    Typer keeps the line breaks of a docstring, which are those of its source: at 80 columns every other line would be
    short. An example that the terminal broke would be pasted as two commands; it is broken here, with a backslash.
    """
    text, title, examples = inspect.cleandoc(function.__doc__ or "").partition("\n\n[bold]Examples[/bold]\n\n")
    words = [re.findall(r"(?:'[^']*'|[^ '])+", line) for line in examples.splitlines()]
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text) + title + "\n".join(map(_folded, words))


def _folded(words: "Sequence[str]") -> str:
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > EXAMPLE_WIDTH:
            lines.append(" ")
        lines[-1] += f" {word}" if lines[-1] else word
    return " \\\n".join(lines)


app = typer.Typer(
    cls=LazyGroup,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        sys.stdout.write(f"burnish {version('burnish')}\n")
        raise typer.Exit


@app.callback()
def burnish(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Make a dataset of images or audio good, find where a model is weak on it, and make data for those places.

    burnish data/                           what is there, and what to do with it

    burnish scan data/ | burnish balance
    """


def run(arguments: "Sequence[str]") -> int:
    """Run one command line and return its exit code; errors of the user's are one line on stderr."""
    signal.signal(signal.SIGTERM, _stop)
    closed = open_closed_streams()
    # For errors that come before the command is known; a file named like a command at worst gives a wrong prefix.
    name = next((command_of(arguments[at:]) for at, word in enumerate(arguments) if word in COMMANDS), "")
    try:
        if "_BURNISH_COMPLETE" in os.environ:  # a shell asks for what could stand there
            from cli.completion import join_words

            join_words(os.environ)
        elif (seen := _overview(arguments)) is not None:
            sys.stdout.write(seen)
            sys.stdout.flush()
            return 0
        code = _invoke(list(arguments) or ["--help"])
        # Typer makes a return value of the exception.
        return _say_interrupted(name) if code == INTERRUPTED else code
    except KeyboardInterrupt:
        return _say_interrupted(name)
    except Exception as error:
        if closed and isinstance(error, OSError) and error.errno == errno.EBADF:
            _discard_output()
        message, code = _message_of(name, error, closed)
        _fail(name, message)
        if isinstance(error, GateError):
            from cli.io.gates import annotate

            annotate(name, message, error.places)
        return code
    finally:
        parent.send()


def _overview(words: "Sequence[str]") -> str | None:
    """Return what to say of a folder that was named instead of a command, or of this one where nothing was named."""
    if "_BURNISH_COMPLETE" in os.environ:  # a shell asks, and puts the words elsewhere
        return None
    if len(words) > 1 or (words and (words[0] in COMMANDS or not os.path.isdir(words[0]))):
        return None
    from cli.overview import overview

    seen = overview(words[0] if words else os.curdir)
    return seen or (f"{words[0]}: no pictures, no recordings, no manifests and no run\n" if words else None)


def _invoke(words: list[str]) -> int:
    command = typer.main.get_command(app)
    if words[0] == "help":
        words = [*words[1:], "--help"]
    return int(command.main(words, prog_name="burnish", standalone_mode=False) or 0)


def _message_of(name: str, error: Exception, closed: list[str]) -> tuple[str, int]:
    """Return what is said of an error, in one line, and the exit code."""
    if isinstance(error, BurnishError):
        return f"{error}{_nearest_file(str(error))}", error.exit_code
    if isinstance(error, TyperException):
        return _with_cure(name, error), 2
    if isinstance(error, OSError):
        if closed and error.errno == errno.EBADF:
            return f"{' and '.join(closed)} is closed; give it a place, such as </dev/null or >/dev/null", 2
        # What no command foresaw, such as a disk that is full while standard output is written.
        return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error), 2
    # A fault of ours must not look like a gate that failed (1).
    return f"internal error: {type(error).__name__}: {error}; please report it with --verbose", 2


def _with_cure(name: str, error: TyperException) -> str:
    """Return what typer says of a command line, with what would be right: the first example of the command's help."""
    message = error.format_message().rstrip(".").replace("Value error, ", "")
    if "Possible options" in message or "Did you mean" in message or "Invalid value" in message:
        return message
    if not name:
        # As repr writes it: of a name with an apostrophe in double quotes.
        file = re.fullmatch(r"""No such command (['"])(.+)\1""", message)
        if file and os.path.isfile(file[2]):
            from curate.ground.command_line import call

            verb = "balance" if file[2].endswith(".jsonl") else "scan"
            return f"{file[2]!r} is a file and no command; perhaps: {call(verb, file[2])}"
        return f"{message}; all of them: burnish --help"
    if "Missing argument" in message or "requires an argument" in message:
        example = re.search(
            r"^ *(burnish .*)$", (function_of(name).__doc__ or "").partition("Examples")[2], re.MULTILINE
        )
        return f"{message}; an example: {example[1]}" if example else f"{message}; see: burnish {name} --help"
    return f"{message}; see: burnish {name} --help"


def _nearest_file(message: str) -> str:
    """Return the name of a file that is there and is spelt much like the one that is not."""
    gone = re.fullmatch(r"(?:cannot read )?(.+?)(?:: No such file or directory| does not exist)", message)
    if not gone:
        return ""
    folder, name = os.path.split(gone[1].rstrip("/"))
    try:
        return nearest(name, os.listdir(folder or "."), 0.8)
    except OSError:
        return ""


def _say_interrupted(name: str) -> int:
    sys.stderr.write(f"burnish{f' {name}' if name else ''}: interrupted; {_GOES_ON.get(name, _BEGINS_AGAIN)}\n")
    return INTERRUPTED


def _discard_output() -> None:
    """Lead standard output nowhere: Python flushes it once more at the end, and would complain."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def _fail(name: str, message: str) -> None:
    """Say what went wrong, after the traceback where the user asked for it."""
    if terminal.verbose:
        import traceback

        traceback.print_exc()
    if len(message) > _LONGEST_MESSAGE:
        # A key or a path of the user's data may be megabytes long; the cure stands at the end.
        message = f"{message[: _LONGEST_MESSAGE // 2]} … {message[-_LONGEST_MESSAGE // 4 :]}"
    sys.stderr.write(f"burnish{f' {name}' if name else ''}: {in_number(message)}\n")


def _stop(number: int, _frame: object) -> None:
    """Leave by an exception, so that temporary files and worker processes are cleaned up."""
    raise SystemExit(128 + number)
