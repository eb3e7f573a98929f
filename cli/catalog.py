"""The commands: what `burnish --help` shows, without importing any of them."""

from typing import NamedTuple


class Entry(NamedTuple):
    """One command.

    Attributes:
        panel: The group that it is shown in, named after the folder that does its work.
        summary: One line.
    """

    panel: str
    summary: str


COMMANDS: dict[str, Entry] = {
    "scan": Entry("Curate", "Decode every image and audio file under folders, and write a manifest of facts."),
    "clean": Entry("Curate", "Apply the checks to the facts, drop what is broken, and set it aside."),
    "dedup": Entry("Curate", "Drop duplicates: same bytes, same content, and near-duplicates that were confirmed."),
    "split": Entry("Curate", "Part the samples into train, val and test: stratified, and without leaks."),
    "organize": Entry("Curate", "Arrange files in folders for training, with a plan first and a way back."),
    "undo": Entry("Curate", "Take back what clean, organize or augment did to files, by its journal."),
    "tag": Entry("Curate", "Add tags: from facts, from expressions, from a metadata file."),
    "select": Entry("Curate", "Keep the samples that match a label, a tag, a split or an expression."),
    "balance": Entry("Curate", "Show how evenly the samples are spread over classes."),
    "stats": Entry("Curate", "Show the input metrics: every fact with its spread, per class if you like."),
    "augment": Entry("Augment", "Make realistic samples for weak tags or short classes, as a recipe says."),
    "transforms": Entry("Augment", "Show every operation that a recipe can use, with its parameters, units and defaults."),
    "run": Entry("Recipes", "Run a pipeline: the steps of a recipe, and only those that have something to do."),
    "recipes": Entry("Recipes", "List the recipes that ship, print one, or write their schema for editors."),
}
"""In the order in which `--help` shows them; the module of a command is `cli.NAME`, its function `NAME`."""
