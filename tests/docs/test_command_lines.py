"""Every command line of the documentation can be parsed: the command and its options exist, and their values fit."""

from pathlib import Path
from typing import Any

import pytest
from typer.exceptions import TyperException

from cli.app import load
from cli.catalog import COMMANDS, command_of
from cli.io import terminal
from tests.docs.pages import GENERATED, PAGES, command_lines, name_of


def parse(words: list[str]) -> Any:
    """Parse a command line as the program does, without running it."""
    before = terminal.quiet, terminal.verbose
    try:
        name = command_of(words)
        return load(name).make_context(name, words[len(name.split()) :])
    finally:
        terminal.quiet, terminal.verbose = before


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in GENERATED], ids=name_of)
def test_command_lines_parse(page: Path) -> None:
    for words in command_lines(page):
        if words[0].startswith("-") or words[0] == "…":
            continue
        assert words[0] in COMMANDS, words
        if words[1:] and "--help" not in words:
            try:
                parse(words)
            except TyperException as error:
                raise AssertionError(f"burnish {' '.join(words)}: {error.format_message()}") from error


def test_the_pages_have_command_lines() -> None:
    counts = {name_of(page): len(list(command_lines(page))) for page in PAGES if page.name not in GENERATED}
    assert counts["README.md"] > 12
    assert counts["docs/tutorial-images.md"] > 25
    assert counts["docs/tutorial-speech.md"] > 25
    assert counts["docs/pipes.md"] > 15


def test_calls_are_found_between_pipes_and_redirections(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ burnish scan a | burnish tag --set 'x=a < 1' > b.jsonl && echo\nno burnish\n```\n")
    assert list(command_lines(page)) == [["scan", "a"], ["tag", "--set", "x=a < 1"]]


@pytest.mark.parametrize(
    "words", [["scan", "a", "--patern", "x"], ["balance", "--max-ratio", "many"], ["undo"]], ids=" ".join
)
def test_what_does_not_parse_is_found(words: list[str]) -> None:
    with pytest.raises(TyperException):
        parse(words)
