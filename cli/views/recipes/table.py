"""What `burnish recipes` shows: each recipe with what it does."""

from typing import TYPE_CHECKING

from cli.io.table import Column, Report, Row, Table

if TYPE_CHECKING:
    from cli.pipeline.shipped_recipes import Shelf


def report(found: "Shelf") -> Report:
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
