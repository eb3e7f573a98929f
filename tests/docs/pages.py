"""The pages of the documentation, and what stands in their code blocks."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
GENERATED = {"checks.md", "commands.md", "manifest.md", "recipes.md"}
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ENDS = {"|", "||", "&&", ";", "&"}
_KEEPS = {">", ">>", "<", "2>"}


def name_of(page: Path) -> str:
    """Return the page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return the code blocks of a page: language and text."""
    return _BLOCK.findall(page.read_text(encoding="utf-8"))


def command_lines(page: Path) -> Iterator[list[str]]:
    """Return every call of burnish in the blocks of a page, as words without the program's name."""
    for language, text in blocks(page):
        for line in _shell_lines(language, text.replace("\\\n", " ")):
            yield from _calls(line)
    for line in re.findall(r"`burnish ([^`\n]+)`", page.read_text(encoding="utf-8")):
        yield from _calls(f"burnish {line}")


def _shell_lines(language: str, text: str) -> Iterator[str]:
    for line in text.splitlines():
        if language == "console" and line.startswith("$ "):
            yield line[2:]
        elif language in {"sh", "make"} and not line.lstrip().startswith("#"):
            yield line.strip()
        elif language == "yaml" and (found := re.search(r"run: (burnish .*)", line)):
            yield found[1]


def _calls(line: str) -> Iterator[list[str]]:
    """Return the calls of burnish in a line of a shell, without redirections."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>()")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in [*lexer, ";"]:
        if word not in _ENDS:
            words.append(word)
            continue
        if words[:1] == ["burnish"] and words[1:]:
            yield _without_redirections(words[1:])
        words = []


def _without_redirections(words: list[str]) -> list[str]:
    kept: list[str] = []
    skip = False
    for word in words:
        if not skip and word not in _KEEPS:
            kept.append(word)
        skip = word in _KEEPS
    return kept
