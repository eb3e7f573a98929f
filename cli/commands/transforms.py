"""`burnish transforms`: every operation that a recipe can name."""

import re
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.io import reports
from curate.ground.json import encode

if TYPE_CHECKING:
    from rich.console import RenderableType

    from augment.operations.documentation import Catalogue, Documented

_TITLES = {
    "burnish": "burnish's own",
    "albumentations": "albumentations (its class names and parameters)",
    "audiomentations": "audiomentations (its class names and parameters)",
}


def transforms(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The operation to show in full.", show_default=False)
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show every operation that a recipe can use; with a name, its parameters, units, defaults and an example.

    Names in small letters are burnish's own. CamelCase names are classes of albumentations (under image:) and of
    audiomentations (under audio:). Each comes with all of its parameters in --json.

    [bold]Examples[/bold]

    burnish transforms

    burnish transforms mix_noise

    burnish transforms RandomBrightnessContrast --json
    """
    from augment.operations.documentation import catalogue, documented

    if name is None:
        reports.show(catalogue(), _list, as_json=json)
    else:
        reports.show(documented(name), _details, as_json=json)


def _list(found: "Catalogue") -> "RenderableType":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    parts: list[RenderableType] = []
    for (kind, source), operations in groupby(found.operations, key=lambda one: (one.kind, one.source)):
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, style="cyan", min_width=24)
        table.add_column(overflow="fold")
        for operation in operations:
            table.add_row(operation.name, _summary(operation))
        parts += [Text(f"{kind}: {_TITLES[source]}", style="bold"), table, Text()]
    return Group(*parts, "burnish transforms NAME shows the parameters of one.")


def _details(found: "Catalogue") -> "RenderableType":
    from rich.console import Group

    return Group(*(part for operation in found.operations for part in _one(operation)))


def _one(operation: "Documented") -> "list[RenderableType]":
    from rich.table import Table
    from rich.text import Text

    title = Text(operation.name, style="bold").append(f"  {operation.kind}, {operation.source}", style="dim")
    lines: list[RenderableType] = [title, Text(_summary(operation)), Text()]
    if operation.parameters:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        table.add_column("parameter", no_wrap=True, style="cyan")
        table.add_column("default", overflow="fold", min_width=8, max_width=24)
        table.add_column("type", overflow="fold", min_width=12, max_width=32)
        table.add_column("meaning", overflow="fold")
        for parameter in operation.parameters:
            default = "required" if parameter.required else _yaml(parameter.default)
            table.add_row(parameter.name, default, parameter.type, parameter.description)
        lines += [table, Text()]
    return [*lines, Text(f"{operation.kind}:"), Text(f"  {operation.example}", style="green"), Text()]


def _summary(operation: "Documented") -> str:
    return f"{operation.summary} Needs the package {operation.needs}." if operation.needs else operation.summary


def _yaml(value: object) -> str:
    """Return a value as a person writes it in YAML: as JSON has it, without quotes and `.0`."""
    text = value if isinstance(value, str) else encode(value).decode().replace(",", ", ")
    return re.sub(r"\.0\b", "", text)
