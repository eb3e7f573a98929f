"""Everything that a user can name is documented."""

from collections.abc import Iterable

import pytest

from augment.operations.documentation import catalogue
from augment.recipe.reader import shipped
from cli.catalog import COMMANDS
from curate.check.checks import CHECKS, LABEL_CHECKS, REVIEW_CHECKS, SCAN_CHECKS
from curate.query.tags import AUTO_TAGS
from tests.conftest import ROOT


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def missing(names: Iterable[str], page: str, form: str) -> list[str]:
    text = text_of(page)
    return [name for name in names if form.format(name) not in text]


@pytest.mark.parametrize(
    ("names", "page", "form"),
    [
        (COMMANDS, "docs/commands.md", "\n## burnish {}\n"),
        (COMMANDS, "README.md", "`{}`"),
        ([f"{name}` | {check.kind}" for name, check in CHECKS.items()], "docs/checks.md", "\n| `{} | "),
        (SCAN_CHECKS, "docs/checks.md", "\n| `{}` | "),
        (LABEL_CHECKS, "docs/checks.md", "\n| `{}` | "),
        (REVIEW_CHECKS, "docs/checks.md", "\n| `{}` | "),
        (AUTO_TAGS, "docs/checks.md", "\n| `{}` | "),
        (shipped(), "docs/recipes.md", "\n### `{}`\n"),
    ],
    ids=[
        "commands",
        "commands in the README",
        "checks",
        "checks of scan",
        "checks of labels",
        "checks of answers",
        "tags",
        "recipes",
    ],
)
def test_all_are_documented(names: Iterable[str], page: str, form: str) -> None:
    assert missing(names, page, form) == []


def test_all_operations_are_documented_with_their_parameters() -> None:
    text = text_of("docs/recipes.md")
    for operation in catalogue().operations:
        own = operation.source == "burnish"
        assert (f"\n### `{operation.name}`\n" if own else f"\n| `{operation.name}` | ") in text, operation.name
        lost = [one.name for one in operation.parameters if f"`{one.name}`" not in text]
        assert not lost, operation.name
        assert not own or operation.example in text


def test_the_text_says_nothing_of_this_machine() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "docs" / "pictures" / "terminal.svg"]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not [word for word in ("/work/", "/root/", "/home/runner", str(ROOT)) if word in text], page
