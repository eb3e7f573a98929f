"""What is not changed stays as it was, byte for byte; what is changed keeps the fields of other programs."""

import json
import os
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.facts.records import Finding, ImageFacts
from curate.records.reader import parse
from curate.records.sample import Sample
from curate.records.writer import change_line, changed, encode

# Any text there can be in a manifest: also a file name that is not UTF-8, as Python shows it.
names = st.binary(min_size=1, max_size=30).filter(lambda raw: not {0, 47} & set(raw)).map(os.fsdecode)
numbers = st.floats(allow_nan=False, allow_infinity=False)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), values, max_size=4))
def test_an_unchanged_sample_keeps_its_line_byte_for_byte(foreign: dict[str, Any]) -> None:
    known = {"path": "a", "image": {"width": 3, "theirs": [1.0, None]}}
    line = json.dumps({**foreign, **known}, indent=None, separators=(", ", " : ")).encode()
    if foreign.keys() & set(Sample.__struct_fields__):
        return
    assert encode(parse(line)) == line


@given(foreign=st.dictionaries(st.text(), values, max_size=4), split=names)
def test_a_changed_sample_keeps_the_fields_of_other_programs(foreign: dict[str, Any], split: str) -> None:
    known = {"path": "a", "image": {"width": 3, "theirs": 1}, "origin": {"x": {"y": 10**30}}}
    foreign = {key: value for key, value in foreign.items() if key not in Sample.__struct_fields__}
    new = changed(parse(json.dumps({**foreign, **known}).encode()), split=split)
    assert json.loads(encode(new)) == {**foreign, **known, "split": split}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('{"path":"a.jpg"}', '{"path":"a.jpg","split":"val","tags":["x"]}'),
        ('{"path": "a.jpg" , "note" : 1}', '{"path": "a.jpg" , "note" : 1,"split":"val","tags":["x"]}'),
        ('{"path":"a.jpg","split":"test"}', '{"path":"a.jpg","split":"val","tags":["x"]}'),
        ('{"path":"a.jpg","spl\\u0069t":"test"}', '{"path":"a.jpg","split":"val","tags":["x"]}'),
        ('{"path":"\\"split\\".jpg"}', '{"path":"\\"split\\".jpg","split":"val","tags":["x"]}'),
        ('{"path":"a.jpg","label":"tags"}', '{"path":"a.jpg","label":"tags","split":"val","tags":["x"]}'),
        ('{"path":"a.jpg","more":{"split":1}}', '{"path":"a.jpg","more":{"split":1},"split":"val","tags":["x"]}'),
    ],
    ids=["new", "spaced", "there", "there-escaped", "in-a-text", "a-value", "deeper"],
)
def test_a_field_that_is_added_stands_at_the_end_and_only_once(line: str, expected: str) -> None:
    new = change_line(line.encode(), split="val", tags=("x",), findings=())
    assert new.decode() == expected
    assert new == encode(changed(parse(line.encode()), split="val", tags=("x",), findings=()))
    assert parse(new).split == "val"


@pytest.mark.parametrize("line", ['{"path":"\\udcff.jpg"}', '{"path":"a.jpg"}'])
def test_a_changed_line_may_hold_names_that_are_not_utf8(line: str) -> None:
    new = change_line(line.encode(), duplicate_of="\udcfe.jpg")
    assert (parse(new).path, parse(new).duplicate_of) == (json.loads(line)["path"], "\udcfe.jpg")
    assert new.isascii()


def test_a_new_finding_leaves_the_others_as_they_were_written() -> None:
    old = {"check": "dark", "severity": "warning", "seen_by": "another program"}
    sample = parse(json.dumps({"path": "a", "findings": [old]}).encode())
    new = changed(sample, findings=(*sample.findings, Finding("blurry", "warning")))
    assert json.loads(encode(new))["findings"] == [old, {"check": "blurry", "severity": "warning"}]


def test_fields_can_be_taken_away_and_changes_add_up() -> None:
    sample = parse(b'{"path": "a", "label": "x", "tags": ["t"], "other": null}')
    new = changed(changed(sample, label=None, tags=()), split="train")
    assert json.loads(encode(new)) == {"path": "a", "other": None, "split": "train"}


def test_changes_to_a_line_with_a_name_that_is_not_utf8() -> None:
    new = changed(parse(b'{"path": "\\udcff.jpg", "theirs": 1e3}'), label=os.fsdecode(b"\xfe"))
    assert json.loads(encode(new)) == {"path": "\udcff.jpg", "theirs": 1000.0, "label": "\udcfe"}


def test_the_schema_of_a_line_is_flat_json() -> None:
    sample = Sample("a", "x", image=ImageFacts(width=3), findings=(Finding("dark", "warning", 0.1, 0.3),))
    assert msgspec.json.decode(encode(sample)) == {
        "path": "a",
        "label": "x",
        "kind": "image",
        "image": {"width": 3},
        "findings": [{"check": "dark", "severity": "warning", "value": 0.1, "threshold": 0.3}],
    }


def test_findings_that_were_null_can_be_added_to() -> None:
    finding = Finding("dark", "warning")
    for written in (None, [{"check": "blurry", "severity": "error", "value": None}]):
        sample = parse(json.dumps({"path": "a", "findings": written}).encode())
        new = changed(sample, findings=(*sample.findings, finding))
        assert json.loads(encode(new))["findings"] == [*(written or []), {"check": "dark", "severity": "warning"}]


def test_a_kind_that_was_not_written_is_not_added_to_the_line() -> None:
    sample = parse(b'{"path": "a", "image": {"width": 1}}')
    assert sample.kind == "image"
    assert encode(changed(sample, split="val")) == b'{"path": "a", "image": {"width": 1},"split":"val"}'
