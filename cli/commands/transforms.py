"""`burnish transforms`: every operation that a recipe can name."""

import re
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.io import reports
from cli.io.table import Column, Report, Row, Table
from curate.ground.json import encode

if TYPE_CHECKING:
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
    md: options.Md = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show every operation that a recipe can use; with a name, its parameters, units, defaults and an example.

    Names in small letters are burnish's own. CamelCase names are classes of albumentations (under image:) and of
    audiomentations (under audio:). Each comes with all of its parameters in --json. OneOf and SomeOf are choices among
    operations of either.

    [bold]Examples[/bold]

    burnish transforms

    burnish transforms mix_noise

    burnish transforms RandomBrightnessContrast --json
    """
    from augment.operations.documentation import Catalogue, catalogue, documented
    from augment.recipe.choice import documented_choice

    formats = reports.Formats(json, md, csv).check()
    choice = documented_choice(name or "")
    found = Catalogue(choice) if choice else catalogue() if name is None else documented(name)
    reports.write(found, formats, name or "Operations of recipes", _listed if name is None else _details)


def _listed(found: "Catalogue") -> Report:
    """Return all operations, one a row: ours first."""
    columns = [Column("name", "operation"), Column("summary", "what it does")]
    tables = []
    for (kind, source), operations in groupby(found.operations, key=lambda one: (one.kind, one.source)):
        rows = [Row((one.name, _summary(one))) for one in operations]
        tables.append(Table(f"{kind}-{source}", f"{kind}: {_TITLES[source]}", columns, rows, most=len(rows)))
    return Report(
        tables,
        [
            "burnish transforms NAME shows the parameters of one.",
            "OneOf and SomeOf choose among operations: burnish transforms OneOf",
        ],
        titled=True,
    )


def _details(found: "Catalogue") -> Report:
    """Return operations with their parameters; there is one, or one for pictures and one for sounds."""
    columns = [
        Column("parameter", "parameter"),
        Column("default", "default"),
        Column("type", "type", "text", 1),
        Column("description", "meaning"),
    ]
    tables, notes = [], []
    for one in found.operations:
        rows = [
            Row((part.name, "required" if part.required else _yaml(part.default), part.type, part.description))
            for part in one.parameters
        ]
        title = f"{one.name}  {one.kind}, {one.source}: {_summary(one)}"
        tables.append(Table(f"{one.kind}-{one.source}", title, columns, rows, most=max(len(rows), 1)))
        notes += ["", f"{one.kind}:", f"  {one.example}"]
    return Report(tables, notes, titled=True)


def _summary(operation: "Documented") -> str:
    return f"{operation.summary} Needs the package {operation.needs}." if operation.needs else operation.summary


def _yaml(value: object) -> str:
    """Return a value as a person writes it in YAML: as JSON has it, without quotes and `.0`."""
    text = value if isinstance(value, str) else encode(value).decode().replace(",", ", ")
    return re.sub(r"\.0\b", "", text)
