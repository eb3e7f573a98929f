"""`burnish recipes`: those that ship, and the schema for editors."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cli import options
from cli.io import reports
from cli.io.table import Column, Report, Row, Table
from curate.ground.errors import UsageError
from curate.ground.json import encode_indented

if TYPE_CHECKING:
    from cli.pipeline.shipped_recipes import Shelf


def recipes(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="The recipe to print.", show_default=False)
    ] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Write the JSON Schema of recipes, for editors.")] = False,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """List the recipes that ship, or print one of them: the start of your own.

    A pipeline is run by burnish run, an augment recipe by burnish augment. With the schema, an editor completes and
    checks recipes while you write: put '# yaml-language-server: $schema=recipe.schema.json' into the first line.

    [bold]Examples[/bold]

    burnish recipes

    burnish recipes speech-loop > mine.yaml

    burnish recipes --schema > recipe.schema.json
    """
    if schema and name:
        raise UsageError("--schema is for all recipes; leave the name out")
    if name and (md or csv):
        raise UsageError("--md and --csv are for the list of recipes; a recipe is YAML, or --json")
    formats = reports.Formats(json, md, csv).check()
    if schema:
        from cli.pipeline.schema import schema as recipe_schema

        sys.stdout.buffer.write(encode_indented(recipe_schema()) + b"\n")
    elif name:
        _print_one(name, as_json=json)
    else:
        from cli.pipeline.shipped_recipes import shelf

        reports.write(shelf(), formats, "Recipes", _tables)


def _print_one(name: str, *, as_json: bool) -> None:
    from augment.recipe.reader import locate
    from cli.pipeline.shipped_recipes import describe
    from curate.ground.files import read_file
    from curate.ground.yaml import load_yaml

    path = locate(name)
    data = read_file(path)
    if as_json:
        reports.show(describe(load_yaml(data, name), name), lambda _: "", as_json=True)
    else:
        sys.stdout.buffer.write(data)


def _tables(found: "Shelf") -> Report:
    """Return the report."""
    columns = [
        Column("recipe", "recipe"),
        Column("kind", "kind"),
        Column("description", "what it does"),
        Column("parts", "steps or targets", below=True),
    ]
    rows = [Row((one.name, one.kind, one.description, ", ".join(one.steps or one.targets))) for one in found.recipes]
    hint = "see one: burnish recipes NAME; run a pipeline: burnish run NAME --set data=FOLDER"
    return Report([Table("recipes", "Recipes", columns, rows, most=len(rows))], [hint])
