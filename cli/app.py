"""The command line as a whole: commands that load when they are called, and errors in one line."""

import os
import signal
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from cli.catalog import COMMANDS, command_of, function_of
from cli.effects import checked_first
from cli.io import outcome, terminal
from curate.ground.errors import BurnishError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130

_LONGEST_MESSAGE = 2000


class LazyGroup(TyperGroup):
    """Lists the commands from the catalogue, and imports one only when it is the one to run."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, entry in COMMANDS.items():
            # A stand-in with name and summary only, so that `burnish --help` imports none of the commands.
            listed = TyperCommand(name, help=entry.summary, rich_help_panel=entry.panel, callback=None)
            self.add_command(listed, name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, listed, rest = super().resolve_command(ctx, args)
        if (whole := command_of(args)) != name and whole:
            return whole, load(whole), args[2:]
        # Now that it is known which one is to run, it takes the place of its stand-in.
        return name, load(name) if listed and name else listed, rest

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            # Inside the `try`: what is still in the buffer may be what the reader no longer takes.
            sys.stdout.flush()
        except BrokenPipeError:
            # End like any program whose reader went away (`| head`): without a word. Python flushes stdout once more at
            # the end, which would complain; so stdout leads nowhere from here on.
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, sys.stdout.fileno())
            os.close(nothing)
            return 0
        return result


def load(name: str) -> Any:
    """Return the command of that name, with everything that it imports."""
    app = typer.Typer(add_completion=False, rich_markup_mode="rich")
    app.command(name)(checked_first(function_of(name)))
    return typer.main.get_command(app)


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
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Make a dataset of images or audio good, find where a model is weak on it, and make data for those places.

    burnish scan data/ | burnish balance
    """


def run(arguments: "Sequence[str]") -> int:
    """Run one command line and return its exit code; errors of the user's are one line on stderr."""
    signal.signal(signal.SIGTERM, _stop)
    # For errors that come before the command is known; a file named like a command at worst gives a wrong prefix.
    name = next((command_of(arguments[at:]) for at, word in enumerate(arguments) if word in COMMANDS), "")
    try:
        command = typer.main.get_command(app)
        code = command.main(list(arguments) or ["--help"], prog_name="burnish", standalone_mode=False)
        return int(code or 0)
    except BurnishError as error:
        return _fail(name, str(error), error.exit_code)
    except KeyboardInterrupt:
        return INTERRUPTED
    except TyperException as error:
        return _fail(name, error.format_message(), 2)
    except OSError as error:
        # What no command foresaw, such as a disk that is full while standard output is written.
        return _fail(name, f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error), 2)
    except Exception as error:
        # A fault of ours must not look like a gate that failed (1).
        return _fail(name, f"internal error: {type(error).__name__}: {error}; please report it with --verbose", 2)
    finally:
        outcome.send()


def _fail(name: str, message: str, code: int) -> int:
    """Say what went wrong, after the traceback where the user asked for it."""
    if terminal.verbose:
        import traceback

        traceback.print_exc()
    if len(message) > _LONGEST_MESSAGE:
        # A key or a path of the user's data may be megabytes long; the cure stands at the end.
        message = f"{message[: _LONGEST_MESSAGE // 2]} … {message[-_LONGEST_MESSAGE // 4 :]}"
    sys.stderr.write(f"burnish{f' {name}' if name else ''}: {message}\n")
    return code


def _stop(number: int, _frame: object) -> None:
    """Leave by an exception, so that temporary files and worker processes are cleaned up."""
    raise SystemExit(128 + number)
