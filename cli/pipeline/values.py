"""Values of a recipe as words of a command line, checked by the command's own types."""

from typing import TYPE_CHECKING, Any

from curate.ground.errors import did_you_mean

if TYPE_CHECKING:
    from cli.pipeline.commands import Command, Option


def words_of(option: "Option", value: Any) -> list[str]:
    """Return the values of an option as texts; none where it is off or empty.

    Raises:
        ValueError: The value is of the wrong shape; says which is right.
    """
    if option.is_switch:
        if not isinstance(value, bool | None):
            raise ValueError(f"has to be true or false, not {value!r}")
        return ["true"] if value else []
    if isinstance(value, dict):
        if not option.takes_pairs:
            raise ValueError(f"takes {_expected(option)}, not a mapping")
        # `ratio: {train: 0.8, test: 0.2}` is `--ratio train=0.8,test=0.2`; of an option that may be repeated, each pair
        # is one.
        pairs = [f"{key}={_word(item, option)}" for key, item in value.items()]
        return pairs if option.is_many else [",".join(pairs)] if pairs else []
    if isinstance(value, list):
        if not option.is_many:
            raise ValueError(f"takes {_expected(option)}, not a list")
        return [_word(item, option) for item in value]
    return [] if value is None else [_word(value, option)]


def check_words(command: "Command", option: "Option", words: list[str]) -> None:
    """Check values as the command itself would, and against the choices that its help names.

    Raises:
        ValueError: One is wrong; says why.
    """
    if isinstance(option.parameter, list) and len(words) != len(option.parameter):
        raise ValueError(f"takes {len(option.parameter)} values, not {len(words)}")
    for word in words:
        if option.choices and word not in option.choices:
            raise ValueError(f"{word!r} is unknown{did_you_mean(word, option.choices)}")
        if "\0" in word:
            raise ValueError("a NUL cannot be part of a value")
    if not option.is_switch and words and not isinstance(option.parameter, list):
        _coerce(command, option, words)


def command_line(command: "Command", chosen: "dict[str, list[str]]") -> list[str]:
    """Return the words of a command line for options by name, options first."""
    options: list[str] = []
    arguments: list[str] = []
    for name, option in command.options.items():
        words = chosen.get(name, [])
        if not option.flag:
            arguments += words
        elif option.is_switch:
            options += [option.flag] if words else []
        else:
            # One word, so that a value which begins with a dash is not taken for an option.
            options += [f"{option.flag}={word}" for word in words]
    return [*options, *(["--", *arguments] if arguments else [])]


def _coerce(command: "Command", option: "Option", words: list[str]) -> None:
    from typer import Context
    from typer.exceptions import TyperException

    try:
        # Click itself converts the words, so that a recipe is held to what the command line is held to, and says it in
        # the same words.
        context = Context(command.parsed)
        option.parameter.process_value(context, words if option.is_many else words[0])
    except TyperException as error:
        shown = ", ".join(words)
        raise ValueError(f"{shown!r}: {getattr(error, 'message', str(error))}") from None


def _word(value: Any, option: "Option") -> str:
    if isinstance(value, bool):
        # YAML says true; a command line has no word for it but that one.
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise ValueError(f"takes {_expected(option)}, not {'nothing' if value is None else 'a list or a mapping'} in it")


def _expected(option: "Option") -> str:
    what = option.metavar or "a value"
    return f"a list of {what}" if option.is_many else what
