"""Values of the command line that are already what they are to be, taken without pydantic.

typer hands every value to an adapter of pydantic's, and to import that takes 80 ms of processor time: as long as
everything else that a command on ten lines does, and five times in a pipe of five. Most values are strings as they were
typed, and defaults. What is not plain goes to typer's own adapter, which alone says what is wrong with a value.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, get_args, get_origin

from typer.core import TyperCommand

_MOST_DIGITS = 18
_NOT_PLAIN = object()


class PlainFirst:
    """Takes the place of a parameter's adapter, which is made only for a value that is not plain."""

    def __init__(self, make_adapter: Callable[[], Any]) -> None:
        self._make_adapter = make_adapter

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:
        """Return the value as the command is to get it; errors are those of typer."""
        descriptor = param.type_descriptor
        several = param.multiple or param.nargs == -1
        if value is None:
            return () if several else None
        found = _plain(value, descriptor.annotation, descriptor.parameter_info)
        if found is not _NOT_PLAIN:
            return found
        return self._make_adapter().coerce(value, param=param, ctx=ctx)


def take_plain_values(parameters: list[Any]) -> list[Any]:
    """Let parameters take plain values as they are, and return them."""
    for one in parameters:
        # A typer that has no adapters, or makes them elsewhere, is left as it is.
        make_adapter = getattr(one, "get_runtime_param", None)
        if make_adapter is not None and not isinstance(make_adapter, partial) and hasattr(one, "type_descriptor"):
            one.get_runtime_param = partial(PlainFirst, make_adapter)
    return parameters


class PlainCommand(TyperCommand):
    """A command that takes plain values as they are; its parameters are those of its function, and --help."""

    def get_params(self, ctx: Any) -> list[Any]:
        return take_plain_values(super().get_params(ctx))


def _plain(value: Any, annotation: Any, info: Any) -> Any:
    """Return the value as an adapter would, or `_NOT_PLAIN` where only that can say."""
    if get_origin(annotation) is list and isinstance(value, list | tuple):
        items = [_plain(item, get_args(annotation)[0], info) for item in value]
        return _NOT_PLAIN if _NOT_PLAIN in items else items
    if annotation is int and isinstance(value, str) and value.isascii() and value.isdigit():
        # Python itself refuses numbers of more digits than 4,300.
        value = int(value) if len(value) <= _MOST_DIGITS else value
    plain = (
        (annotation is str and type(value) is str)
        or (annotation in {int, float} and type(value) is annotation and _is_within(value, info))
        # A choice as the annotation has it; another spelling of it is typer's to know.
        or (isinstance(value, str) and value in get_args(annotation))
    )
    return value if plain and info.parser is None else _NOT_PLAIN


def _is_within(number: float, info: Any) -> bool:
    return (info.min is None or info.min <= number) and (info.max is None or number <= info.max)
