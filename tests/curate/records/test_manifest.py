"""Round trips are exact, whatever the names and the fields of other programs; errors name file and line."""

import io
import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.describe.imbalance import Described
from curate.facts.records import Finding, ImageFacts
from curate.ground.errors import InputError, ManifestError
from curate.records.reader import open_manifest, parse, read, read_as
from curate.records.sample import Sample
from curate.records.writer import change_line, changed, encode, write

# Any file name there can be: bytes without NUL and "/", as Python shows them.
names = st.binary(min_size=1, max_size=30).filter(lambda raw: not {0, 47} & set(raw)).map(os.fsdecode)
numbers = st.floats(allow_nan=False, allow_infinity=False)
findings = st.builds(
    Finding, check=names, severity=st.sampled_from(["error", "warning"]), value=st.none() | numbers, detail=names
)
samples = st.builds(
    Sample,
    path=names,
    label=st.none() | names,
    tags=st.lists(names, max_size=3).map(tuple),
    split=st.none() | names,
    kind=st.sampled_from([None, "image", "video"]),
    bytes=st.none() | st.integers(0, 2**62),
    mtime_ns=st.none() | st.integers(-(2**62), 2**62),
    image=st.none() | st.builds(ImageFacts, mode=st.none() | names, brightness=st.none() | numbers),
    findings=st.lists(findings, max_size=2).map(tuple),
)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def lines(*records: dict[str, Any] | str) -> io.BytesIO:
    return io.BytesIO(b"".join((r if isinstance(r, str) else json.dumps(r)).encode() + b"\n" for r in records))


@given(st.lists(samples, max_size=4))
def test_samples_survive_writing_and_reading(written: list[Sample]) -> None:
    file = io.BytesIO()
    assert write(file, written) == len(written)
    file.seek(0)
    assert list(read(file)) == written
    assert file.getvalue().count(b"\n") == len(written), "one sample is one line, also with line feeds in its name"


@pytest.mark.parametrize(
    "name",
    [
        "a b.jpg",
        "new\nline.jpg",
        'quote".jpg',
        "back\\slash.jpg",
        "tab\t.jpg",
        "snow ☃ 😀.jpg",
        os.fsdecode(b"\xff\xfe.jpg"),
    ],
    ids=["space", "line feed", "quote", "backslash", "tab", "emoji", "not UTF-8"],
)
def test_odd_file_names(name: str) -> None:
    line = encode(Sample(name))
    assert os.fsencode(parse(line).path) == os.fsencode(name)
    assert json.loads(line)["path"] == name, "any other JSON reader gets the same name"


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


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{not json}", "set.jsonl:2: not a sample: JSON is malformed: object keys must be strings (byte 1)"),
        ('{"path": "a"', "set.jsonl:2: not a sample: Input data was truncated"),
        ('{"label": "x"}', "set.jsonl:2: not a sample: missing required field `path`"),
        ('{"path": 3}', "set.jsonl:2: not a sample: Expected `str`, got `int` - at `$.path`"),
        ('{"path": "a", "label": 7}', "set.jsonl:2: not a sample: Expected `str | null`, got `int` - at `$.label`"),
        ("[1]", "set.jsonl:2: not a sample: Expected `object`, got `array`"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path("set.jsonl").write_text(f'{{"path": "fine"}}\n{line}\n')
    for reader in (read, lambda file: read_as(file, Described)):
        with open_manifest("set.jsonl") as file, pytest.raises(ManifestError) as raised:
            list(reader(file))
        assert str(raised.value) == message


def test_bytes_that_are_not_utf8_are_named() -> None:
    with pytest.raises(ManifestError, match="<stdin>:1: not a sample"):
        list(read(io.BytesIO(b'{"path": "\xff"}\n')))


def test_blank_lines_and_a_missing_last_line_feed_are_fine() -> None:
    assert [sample.path for sample in read(io.BytesIO(b'\n{"path": "a"}\r\n  \n{"path": "b"}'))] == ["a", "b"]


def test_reading_is_lazy() -> None:
    stream = read(lines({"path": "a"}, "broken"))
    assert next(stream).path == "a"
    with pytest.raises(ManifestError, match=":2:"):
        next(stream)


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    for path, message in [(tmp_path, "is a folder, not a manifest; scan it first"), (tmp_path / "no", "No such file")]:
        with pytest.raises(InputError, match=message), open_manifest(str(path)):
            pass


def test_a_narrow_view_sees_the_same_samples() -> None:
    file = lines({"path": "a", "label": "x", "image": {"width": 1}}, {"path": "b", "tags": ["t"]})
    assert list(read_as(file, Described)) == [Described("a", "x"), Described("b", tags=("t",))]


def test_the_schema_of_a_line_is_flat_json() -> None:
    sample = Sample("a", "x", image=ImageFacts(width=3), findings=(Finding("dark", "warning", 0.1, 0.3),))
    assert msgspec.json.decode(encode(sample)) == {
        "path": "a",
        "label": "x",
        "kind": "image",
        "image": {"width": 3},
        "findings": [{"check": "dark", "severity": "warning", "value": 0.1, "threshold": 0.3}],
    }
