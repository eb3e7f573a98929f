"""Reports: a table for people, JSON for programs."""

import sys
from typing import TYPE_CHECKING, TypeVar

import msgspec

from cli.terminal import console

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

Result = TypeVar("Result", bound=msgspec.Struct)


def show(result: Result, render: "Callable[[Result], RenderableType]", *, as_json: bool) -> None:
    """Write a report to standard output.

    Args:
        result: What was found.
        render: Draws it for people.
        as_json: Write the record itself instead.
    """
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n")
    else:
        console().print(render(result))
