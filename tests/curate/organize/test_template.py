"""Layouts: where a sample goes, and which names are safe everywhere."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.facts.records import ImageFacts
from curate.ground.errors import UsageError
from curate.organize.template import MAX_PART_BYTES, compile_layout, shortened, why_unsafe
from curate.records.sample import Sample

SAMPLE = Sample(
    "d/x/a.b.JPG",
    "cat",
    ("dark", "speaker=theo"),
    "train",
    kind="image",
    digest="sha256:ab12",
    image=ImageFacts(width=64),
)


@pytest.mark.parametrize(
    ("layout", "target"),
    [
        ("{split}/{label}/{name}", "train/cat/a.b.JPG"),
        ("{label}/{tag:speaker}/{name}", "cat/theo/a.b.JPG"),
        ("all/{kind}s-{image.width}/{stem}.{ext}", "all/images-64/a.b.JPG"),
        ("{digest}.{ext}", "ab12.JPG"),
        ("{name}", "a.b.JPG"),
    ],
)
def test_fields(layout: str, target: str) -> None:
    assert compile_layout(layout).target(SAMPLE) == target


def test_parts_of_nothing_but_an_unknown_field_can_go() -> None:
    layout = compile_layout("{split}/x{label}/{name}").without({"split", "label"})
    assert layout.target(Sample("a.jpg")) == "x/a.jpg"


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        ("{lable}/{name}", r"'lable' is unknown \(did you mean 'label'\?\)"),
        ("{label}", "gives many files one name"),
        ("{label}/{ext}", "gives many files one name"),
        ("../{name}", "the part '..' begins with a dot"),
        ("/abs/{name}", "the part '' is empty"),
        ("{label/{name}", "unpaired braces"),
        ("con/{name}", "Windows reserves"),
        ("{tag:}/{name}", "'tag:' is unknown"),
    ],
)
def test_layouts_that_cannot_work(layout: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        compile_layout(layout)


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ("..", "begins with a dot"),
        ("a/b", "has the character '/'"),
        ("a\\b", "has the character"),
        ("a\0b", r"has the character '\\x00'"),
        (".hidden", "begins with a dot"),
        ("", "is empty"),
        ("aux", "Windows reserves"),
        ("COM1.txt", "Windows reserves"),
        ("end.", "ends with a dot or a space"),
        ("a:b", "has the character ':'"),
        ("é" * 128, "is longer than 255 bytes"),
    ],
)
def test_labels_that_make_no_safe_folder(label: str, why: str) -> None:
    with pytest.raises(UsageError, match=rf"d/1.jpg: \{{label\}} is .*{why}"):
        compile_layout("{label}/{name}").target(Sample("d/1.jpg", label))


@pytest.mark.parametrize("label", ["cat", "t-shirt", "Ünïcode ☃", "a.b", "COM10", "_x"])
def test_labels_that_are_fine(label: str) -> None:
    assert why_unsafe(label) == ""


@given(st.text(min_size=1, max_size=400).filter(lambda text: text.strip(".") and not {"/", "\0"} & set(text)))
def test_names_are_cut_to_fit_and_keep_their_ending(stem: str) -> None:
    name = shortened(f"{stem}.jpg", "-12345678")
    assert len(os.fsencode(name)) <= MAX_PART_BYTES
    assert name.endswith("-12345678.jpg")


@pytest.mark.parametrize("label", ["../../x", "a/b", ".hidden", "a\\b"])
def test_a_value_beside_the_name_makes_no_other_path(label: str) -> None:
    with pytest.raises(UsageError, match=r"which (has the character|begins with a dot)"):
        compile_layout("{label}-{name}").target(Sample("d/1.jpg", label))
    assert compile_layout("{label}-{name}").target(Sample("d/.1:?.jpg", "x")) == "x-.1:?.jpg"
