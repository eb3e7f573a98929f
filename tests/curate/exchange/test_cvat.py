"""CVAT 1.1: what goes out comes back, and XML of a stranger is no danger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.exchange.cvat import TAIL, head, image_of, read_back
from curate.facts.records import ImageFacts
from curate.ground.errors import InputError
from curate.records.sample import Sample

TEXTS = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"), min_size=1)


@given(TEXTS, st.none() | TEXTS, st.none() | TEXTS)
def test_path_label_and_split_come_back(path: str, label: str | None, split: str | None) -> None:
    made = head([label or "x"]) + image_of(Sample(path, label, split=split), 0) + TAIL
    (found,) = read_back(made, "f.xml")
    assert (found.path, found.label, found.split) == (path, label, split)


def test_line_ends_and_tabs_come_back() -> None:
    (found,) = read_back(head([]) + image_of(Sample("a\tb\nc\rd.png", " x "), 0) + TAIL, "f.xml")
    assert (found.path, found.label) == ("a\tb\nc\rd.png", " x ")


def test_the_documented_example() -> None:
    text = b"""<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version><meta></meta>
    <image id="0" name="filename000.jpg" width="100" height="200"><tag label="green_apple" source="manual">
    <attribute name="fresh">true</attribute></tag></image><image id="1" name="b.jpg"></image></annotations>"""
    assert [(one.path, one.label, one.person) for one in read_back(text, "f.xml")] == [
        ("filename000.jpg", "green_apple", False),
        ("b.jpg", None, False),
    ]


def test_the_size_goes_along_where_it_is_known() -> None:
    found = image_of(Sample("a.png", kind="image", image=ImageFacts(width=3, height=2)), 5)
    assert found == b'  <image id="5" name="a.png" width="3" height="2"></image>\n'


@pytest.mark.parametrize("name", ["a\x01.png", "a\udcff.png"])
def test_what_xml_cannot_hold_is_named(name: str) -> None:
    with pytest.raises(InputError, match="has a character that XML cannot hold"):
        image_of(Sample(name), 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "c">]><annotations/>', "DOCTYPE is not read"),
        (b"<annotations>", "is no XML"),
        (b"<html/>", "its root is <html>"),
        (b'<annotations><image id="3"/></annotations>', "image 3 has no name"),
        (b'<annotations><image name="a"><tag label="x"/><tag label="y"/></image></annotations>', "a has 2 tags"),
    ],
)
def test_what_is_no_such_file_is_refused(text: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        list(read_back(text, "f.xml"))


def test_splits_are_the_subsets_of_a_project() -> None:
    made = head(["x"], ["test", "tr<n"]) + TAIL
    assert b"<project><labels><label><name>x</name>" in made
    assert b"<tasks><task><subset>test</subset></task><task><subset>tr&lt;n</subset></task></tasks>" in made
    assert b"<task><labels>" in head(["x"])
