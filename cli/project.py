"""The project file `burnish.toml`: defaults of options, found in the working directory or above it.

    pattern = "{label}_{speaker}_{take}"     # of every command that has the option
    group = "speaker"

    [thresholds]                             # of clean, as --set CHECK=THRESHOLD
    dark = 0.2

    [train]                                  # of one command
    model = "svm"

What is typed wins, and what is used is said. A file may come with somebody's data, so it sets nothing that writes,
moves or starts anything; paths in it are relative to its folder.
"""

import os
import tomllib
from typing import TYPE_CHECKING, Any

from cli.catalog import COMMANDS, function_of
from cli.effects import FILES_WRITTEN, FOLDERS_MADE, Effect, effects_of
from cli.io.parent import is_step
from cli.io.terminal import say
from curate.ground.errors import InputError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FILE = "burnish.toml"
VARIABLE = "BURNISH_PROJECT"
"""Environment variable with another file, or empty for none."""
SHARED = ("root", "pattern", "group", "jobs", "seed", "cache")
"""Options that may stand at the top, for every command that has them."""
_THRESHOLDS = "thresholds"
_PATHS = frozenset({Effect.READS, Effect.READS_RUN, Effect.MEDIA, Effect.CACHE})
_NEVER = frozenset(
    {
        *(
            "address",
            "apply",
            "as",
            "engine",
            "fix",
            "force",
            "help",
            "in-place",
            "init",
            "key-file",
            "mlflow",
            "mode",
            "on-alarm",
            "open",
        ),
        *("output", "outside", "package", "quiet", "releases", "serve", "undo", "update", "verbose"),
    }
)
"""What writes, moves, fetches, starts or connects to something."""
_SHOWN = 60


def find_project() -> str | None:
    """Return the project file of the working directory: there, or in the nearest folder above; None if there is none.

    Steps of a pipeline have none: their recipe says what they do, and what they did is known by it.
    """
    if is_step():
        return None
    if (named := os.environ.get(VARIABLE)) is not None:
        return named or None
    try:
        folder = os.getcwd()
    except OSError:
        return None  # the working directory was deleted; who needs it says so
    while True:
        path = os.path.join(folder, FILE)
        if os.path.isfile(path):
            # In a folder that everybody may write to, such as /tmp, it could be anybody's.
            if os.stat(path).st_uid in {os.getuid(), 0}:
                return path
            say(f"{path} belongs to somebody else and is not read; to read it: {VARIABLE}={path}")
            return None
        if folder == (above := os.path.dirname(folder)):
            return None
        folder = above


def read_project(path: str) -> dict[str, Any]:
    """Return what a project file says.

    Raises:
        InputError: It cannot be read, or is no TOML.
        UsageError: A key at its top is no option, no command and not `thresholds`.
    """
    try:
        with open(path, "rb") as file:
            found = tomllib.load(file)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: no TOML: {error}") from None
    for key, value in found.items():
        if isinstance(value, dict) and key != _THRESHOLDS and key not in COMMANDS:
            raise UsageError(f"{path}: there is no command [{key}]{did_you_mean(key, [*COMMANDS, _THRESHOLDS])}")
        if not isinstance(value, dict) and key not in SHARED:
            raise UsageError(
                f"{path}: {key} is none of {', '.join(SHARED)}, which may stand at the top; those of one command stand "
                "below its name: [train]"
            )
    return found


def project_defaults(name: str, parameters: "Sequence[Any]", typed: "Sequence[str]") -> dict[str, object]:
    """Return the defaults of a command's parameters by their names, and say which of them are used.

    Args:
        name: Of the command.
        parameters: Its parameters, as typer has them.
        typed: The rest of the command line; an option that stands in it is not said to be used.

    Raises:
        InputError: As `read_project`.
        UsageError: As `read_project`, or a key of the command's table is no option that a file may set.
    """
    path = find_project()
    if path is None:
        return {}
    project, folder = read_project(path), os.path.dirname(os.path.abspath(path))
    effects = effects_of(function_of(name))
    options = dict(_settable(parameters, effects))
    wanted = {key: project[key] for key in SHARED if key in project and key in options}
    wanted |= _checked(path, name, project.get(name, {}), options)
    if name == "clean" and _THRESHOLDS in project:
        wanted["set"] = [f"{check}={value}" for check, value in project[_THRESHOLDS].items()]
    found: dict[str, object] = {}
    used = []
    for key, value in wanted.items():
        parameter = options[key]
        is_path = effects.get(parameter.name) in _PATHS and key != "group"
        items = [_relative(one, folder) if is_path else one for one in (value if isinstance(value, list) else [value])]
        found[parameter.name] = items if isinstance(value, list) or parameter.multiple else items[0]
        if not any(word.partition("=")[0] in parameter.opts for word in typed):
            used.append(f"{key}={','.join(map(str, items))[:_SHOWN]}")
    if used and not {"-q", "--quiet"} & set(typed):
        say(f"by {os.path.relpath(path)}: {' '.join(used)}")
    return found


def _settable(parameters: "Sequence[Any]", effects: "Mapping[str, Effect]") -> "Iterator[tuple[str, Any]]":
    """Yield the options that a file may set, by their long names: none that writes, moves or starts anything."""
    written = FILES_WRITTEN | FOLDERS_MADE
    for parameter in parameters:
        long = next((option[2:] for option in parameter.opts if option.startswith("--")), "")
        if long and long not in _NEVER and effects.get(parameter.name) not in written:
            yield long, parameter


def _checked(path: str, name: str, table: "Mapping[str, Any]", options: "Mapping[str, Any]") -> dict[str, Any]:
    found = {}
    for key, value in table.items():
        # `test_split` as in a recipe, or `test-split` as on the command line.
        option = key.replace("_", "-")
        if option in _NEVER:
            raise UsageError(f"{path}: [{name}] {key} is not for a file: it has to be typed, --{option}")
        if option not in options:
            raise UsageError(
                f"{path}: [{name}] has no option {key!r} that a file may set{did_you_mean(option, options)}"
            )
        if isinstance(value, dict):
            raise UsageError(f"{path}: [{name}] {key} is a table; give a value, or a list of values")
        found[option] = value
    return found


def _relative(value: object, folder: str) -> object:
    """Return a path of the file as it is seen from the working directory; what is no path of a file stays."""
    if not isinstance(value, str) or not value or os.path.isabs(value):
        return value
    whole = os.path.join(folder, value)
    return os.path.relpath(whole) if os.path.exists(whole) or folder != os.getcwd() else value
