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
    "balance": Entry("Curate", "Show how evenly the samples are spread over classes."),
}
"""In the order in which `--help` shows them; the module of a command is `cli.NAME`, its function `NAME`."""
