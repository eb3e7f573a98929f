"""Links between the pages lead somewhere."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import GENERATED, PAGES, name_of

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def links(page: Path) -> list[str]:
    """The targets of a page's links, those on the web aside."""
    found = _LINK.findall(re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL))
    return [link for link in found if not re.match(r"https?:", link)]


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to headings."""
    found = _HEADING.findall(page.read_text())
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.is_file(), f"{link}: there is no such file"
        assert not anchor or anchor in anchors(target), f"{link}: there is no such heading"


def test_every_page_can_be_reached_from_the_first() -> None:
    reached: set[Path] = set()
    waiting = [PAGES[0]]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in links(page)}
        waiting += [target for target in targets if target.suffix == ".md" and target not in reached]
    assert {name_of(page) for page in PAGES} - {name_of(page) for page in reached} <= {"docs/README.md"}


def test_the_index_has_every_page() -> None:
    index = PAGES[0].parent / "docs" / "README.md"
    assert {link for link in links(index) if link.endswith(".md")} == {page.name for page in PAGES[1:]} - {
        "README.md",
        "CONTRIBUTING.md",
    }
    assert {page.name for page in PAGES} >= GENERATED


def test_pictures_are_small_and_load_nothing() -> None:
    pictures = list((PAGES[0].parent / "docs" / "pictures").iterdir())
    assert {picture.name for picture in pictures} == {
        *("clean.png", "compare.png", "preview.png", "report.png", "review.png", "weak.png", "terminal.svg")
    }
    assert all(picture.stat().st_size < 300_000 for picture in pictures)
    svg = (PAGES[0].parent / "docs" / "pictures" / "terminal.svg").read_text()
    assert "url(http" not in svg
    assert "<script" not in svg
