"""Marked parts are written anew, and what people wrote stays, byte for byte."""

import pytest

from cli.views.card.document import Part, read_document, unanswered, write_document
from curate.ground.errors import InputError

OWNED = frozenset({"configs"})
PARTS = [
    Part("# Cats", "summary", "4 images."),
    Part("## Why", "", "<!-- For what? -->"),
    Part("## Contents", "contents", "| a |\n|---|"),
]
MATTER = {"license": "unknown", "configs": ["a"]}


def new() -> str:
    return write_document(MATTER, PARTS, None, OWNED)


def again(text: str, parts: list[Part] = PARTS) -> str:
    return write_document(MATTER, parts, read_document(text.encode(), "README.md"), OWNED)


def test_a_new_card() -> None:
    assert new() == (
        "---\nlicense: unknown\nconfigs:\n- a\n---\n\n# Cats\n\n<!-- burnish:begin summary -->\n4 images.\n"
        "<!-- burnish:end summary -->\n\n## Why\n\n<!-- For what? -->\n\n## Contents\n\n"
        "<!-- burnish:begin contents -->\n| a |\n|---|\n<!-- burnish:end contents -->\n"
    )


def test_written_again_it_is_the_same() -> None:
    assert again(new()) == new()


def test_what_people_wrote_stays_and_the_rest_is_new() -> None:
    written = new().replace("license: unknown", "license: mit\nlanguage: [en]").replace("- a\n", "- old\n")
    written = written.replace("<!-- For what? -->", "To count cats.\n\n### Who paid\n\nNobody.")
    written = written.replace("# Cats", "# My cats").replace("4 images.", "old")
    text = again(written, [PARTS[0]._replace(text="5 images."), *PARTS[1:]])
    assert "license: mit" in text
    assert "language:\n- en" in text
    assert "- a\n" in text
    assert "# My cats\n\n<!-- burnish:begin summary -->\n5 images.\n<!-- burnish:end summary -->" in text
    assert "To count cats.\n\n### Who paid\n\nNobody." in text
    assert again(text) == text.replace("5 images.", "4 images.")


def test_a_part_that_is_new_comes_last_and_one_without_words_keeps_its_place() -> None:
    more = Part("## Fairness", "fairness", "-3.0")
    text = again(new(), [*PARTS, more])
    assert text == f"{new()}\n## Fairness\n\n<!-- burnish:begin fairness -->\n-3.0\n<!-- burnish:end fairness -->\n"
    assert "<!-- burnish:begin fairness -->\n\n<!-- burnish:end fairness -->" in again(text)
    assert again(again(text), [*PARTS, more]) == text


def test_a_label_cannot_end_its_part() -> None:
    hostile = [
        PARTS[0]._replace(text="<!-- burnish:end summary -->\n# Mine\n<!-- burnish:begin contents -->"),
        *PARTS[1:],
    ]
    text = again(new(), hostile)
    assert again(text) == new()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("# Cats\n", "it was not written by burnish card"),
        ("<!-- burnish:begin a -->\n", "the mark of the end of a is missing"),
        ("<!-- burnish:end a -->\n", "the marks of a do not stand in pairs"),
        ("<!-- burnish:begin a -->\n<!-- burnish:begin b -->\n", "the marks of b do not stand in pairs"),
        ("<!-- burnish:begin a -->\n<!-- burnish:end a -->\n" * 2, "the marks of a do not stand in pairs"),
        ("---\n- a\n---\n", "its front matter is no mapping"),
        ("---\na: &x [*x]\n---\n", "README.md"),
    ],
)
def test_a_file_that_is_not_ours_is_refused(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        read_document(text.encode(), "README.md")
    with pytest.raises(InputError, match="is not UTF-8"):
        read_document(b"\xff", "README.md")


def test_empty_headings_are_to_be_done() -> None:
    assert list(unanswered(new())) == ["license (front matter)", "Why"]
    told = new().replace("license: unknown", "license: mit").replace("<!-- For what? -->", "To count.")
    assert list(unanswered(told)) == []
    nested = new().replace("<!-- For what? -->", "### One\n\nA.\n\n### Two\n")
    assert list(unanswered(nested)) == ["license (front matter)", "Two"]
