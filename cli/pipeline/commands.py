"""What a step can say: the options of every command, read off the commands themselves."""

import re
from functools import cache
from typing import Any, NamedTuple

from cli.catalog import COMMANDS, function_of
from cli.effects import READ, Effect, effects_of

COMMON_KEYS = ("id", "input", "keep_going")
"""What a step may say beside its command."""

_NO_STEPS = {
    "demo", "export", "recipes", "review", "run", "runs", "transforms", "undo",
    *(name for name in COMMANDS if name.split()[0] == "release"),
}  # fmt: skip
"""Commands that run others, take back what they did, wait for a person, show what there is, or write for others.

A release outlives the work folder that a recipe makes anew, and is made of what a recipe has made, by its name.
"""
_OWN = {
    "manifest": "a step reads the manifest of the step before; another one: 'input: ID' beside the command",
    "output": "run names the file itself",
    "json": "run writes reports as JSON by itself",
    "md": "run writes reports as JSON; see one as Markdown by its own command",
    "csv": "run writes reports as JSON; see one as CSV by its own command",
    "quiet": "say it to run: burnish run --quiet",
    "verbose": "say it to run: burnish run --verbose",
    "list": "it only shows what there is",
    "on_alarm": "a recipe starts no programs; say it to burnish drift itself",
    "dry_run": "say it to run: burnish run --dry-run",
}
"""Options that a step must not set, and why."""
_CHOICES = re.compile(r"[a-z0-9-]+(\|[a-z0-9-]+)+")


class Option(NamedTuple):
    """An option or an argument of a command.

    Attributes:
        name: As a recipe says it: the long option in snake_case, or the argument.
        flag: As a command line says it; empty for an argument.
        is_switch: Whether it is on or off, without a value.
        is_many: Whether it takes several values.
        is_required: Whether it has to be given.
        metavar: What its value is.
        help: What it does.
        effect: What its value stands for on the disk; None: it touches nothing there.
        parameter: The parameter of the command itself.
    """

    name: str
    flag: str
    is_switch: bool
    is_many: bool
    is_required: bool
    metavar: str
    help: str
    effect: Effect | None
    parameter: Any

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the only values that there are; empty where there are others."""
        return tuple(self.metavar.split("|")) if _CHOICES.fullmatch(self.metavar) else ()

    @property
    def takes_run(self) -> bool:
        """Return whether its value is a run: the id of a step that made one, or its folder."""
        return self.effect is Effect.READS_RUN

    @property
    def reads_files(self) -> bool:
        """Return whether its value may be the name of a file or folder that the command reads."""
        return self.effect in READ

    @property
    def takes_pairs(self) -> bool:
        """Return whether its value is `KEY=VALUE`, so that a recipe may write a mapping."""
        return "=" in self.metavar


class Command(NamedTuple):
    """A command as a step.

    Attributes:
        name: Its name.
        summary: What it does.
        options: What a step may set.
        own: Options that there are, but that run sets itself; with the reason.
        reads_manifest: Whether it reads one.
        manifest_first: Whether that comes before its other arguments.
        writes: What it writes: `manifest`, `page`, `report` or nothing.
        takes_json: Whether it can write JSON.
        makes_run: Whether it makes a run folder.
        parsed: The command itself.
    """

    name: str
    summary: str
    options: dict[str, Option]
    own: dict[str, str]
    reads_manifest: bool
    manifest_first: bool
    writes: str
    takes_json: bool
    makes_run: bool
    parsed: Any


def command_names() -> list[str]:
    """Return the commands that can be steps."""
    return [name for name in COMMANDS if name not in _NO_STEPS]


@cache
def command(name: str) -> Command:
    """Return a command with its options."""
    from cli.app import load

    parsed = load(name)
    effects = effects_of(function_of(name))
    options_of = (_option(parameter, effects.get(parameter.name)) for parameter in parsed.params)
    found = {option.name: option for option in options_of}
    # By name and by form: of `manifest` the argument is ours to fill, while the option `--manifest` of agreement is a
    # file like any other. Of all other names it is the options.
    own = {name for name, option in found.items() if name in _OWN and bool(option.flag) != (name == "manifest")}
    writes = "report" if "json" in found else ""
    if "output" in found:
        is_page = "html" in found["output"].metavar.lower()
        writes = "page" if is_page else "manifest" if found["output"].effect is Effect.PASSES_ON else writes
        # Embeddings and schemas are files of the user's: the next step must not take one for its manifest.
        own -= {"output"} if writes not in {"page", "manifest"} else set()
    return Command(
        name,
        COMMANDS[name].summary,
        _as_a_step_has_them({name: option for name, option in found.items() if name not in own and name != "help"}),
        {name: _OWN[name] for name in own},
        "manifest" in own,
        next((one.name for one in parsed.params if one.param_type_name != "option"), "") == "manifest",
        writes,
        "json" in found,
        any(option.effect is Effect.MAKES_RUN for option in found.values()),
        parsed,
    )


def _as_a_step_has_them(options: dict[str, Option]) -> dict[str, Option]:
    """Return the options of a command with those as one that only the command line takes apart."""
    # RUN_A and RUN_B of compare are two arguments; a recipe gives them as one list, `runs`.
    runs = [option for option in options.values() if not option.flag and option.takes_run and not option.is_many]
    if len(runs) >= 2:
        options["runs"] = Option("runs", "", False, True, False, "RUN", "The runs to compare.", Effect.READS_RUN, runs)
    # RECIPE [RECIPE]... of augment are two arguments for the command line's sake; a step has one, a name or a list.
    if "more" in options and options["more"].effect is Effect.READS_RECIPE:
        more = options.pop("more")
        options["recipe"] = options["recipe"]._replace(is_many=True, parameter=more.parameter)
    return options


def _option(parameter: Any, effect: Effect | None) -> Option:
    is_option = parameter.param_type_name == "option"
    long = [flag for flag in parameter.opts if flag.startswith("--")]
    return Option(
        _recipe_name(parameter),
        (long or parameter.opts)[0] if is_option else "",
        bool(is_option and parameter.is_flag),
        # -1 is how Click says "as many as there are" of an argument; of an option it says `multiple`.
        bool(parameter.nargs == -1 or (is_option and parameter.multiple)),
        bool(parameter.required),
        (parameter.metavar or "").strip("[]"),
        getattr(parameter, "help", None) or "",
        effect,
        parameter,
    )


def _recipe_name(parameter: Any) -> str:
    """Return the name that a recipe uses: `fail_on` for `--fail-on`, `set` for `--set` whatever its variable is."""
    if parameter.param_type_name != "option":
        return str(parameter.name)
    long = next((flag for flag in parameter.opts if flag.startswith("--")), parameter.opts[0])
    return str(long).lstrip("-").replace("-", "_")
