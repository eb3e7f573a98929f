"""The text of a schema: short lines, what was seen beside them, and names that cannot break out of it."""

import yaml

from curate.ground.yaml import load_yaml
from curate.schema.write import text_of
from tests.curate.schema.samples import draft, line, many


def test_the_text_reads_well() -> None:
    made = draft(many(100))
    lines = text_of(made.content, made).splitlines()
    assert lines[0] == "#: What samples are to be like, learnt from set.jsonl: 100 samples."
    assert (
        "  brightness: {range: [0.375, 0.524], outside: 0.03, missing: 0.03}  #: 0.4 to 0.499, median 0.4495" in lines
    )
    assert "  width: {range: [32, 32], outside: 0.03, missing: 0.03}  #: 32 to 32 px, median 32" in lines
    assert "split: {closed: true, values: [train], missing: 0}  #: train 100" in lines
    assert not [text for text in lines[:-1] if len(text) > 130]
    assert lines[-1].startswith("written: {kind: schema")


def test_long_sets_stand_below_each_other() -> None:
    made = draft([line(number, label=f"a label of some length {number % 12}") for number in range(240)])
    text = text_of(made.content, made)
    assert "    a label of some length 7: 0.0833\n" in text


def test_it_says_the_same_to_every_reader_of_yaml() -> None:
    names = [
        "no",
        "on",
        "1:30",
        "7",
        "1e3",
        "0x10",
        "null",
        "~",
        "2020-01-01",
        "=",
        "yes",
        "a: b",
        "- x",
        "\x1b[31m\n#:",
    ]
    made = draft([line(number, label=names[number % len(names)]) for number in range(40 * len(names))])
    text = text_of(made.content, made)
    content = yaml.safe_load(text)
    assert set(content["label"]["values"]) == set(names)
    assert content == load_yaml(text.encode(), "schema.yaml").content
    assert "\x1b" not in text


def test_what_was_written_is_kept_for_the_update() -> None:
    made = draft(many(100, weather="rain"))
    content = load_yaml(text_of(made.content, made).encode(), "schema.yaml").content
    written = content.pop("written")
    assert written == content == made.content
