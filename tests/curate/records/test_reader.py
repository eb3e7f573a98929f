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
from curate.records import reader as reading
from curate.records.reader import LineError, blocks, locate, open_manifest, parse, read, read_as
from curate.records.reader import lines as lines_of
from curate.records.sample import Sample
from curate.records.writer import encode, write

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


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"path": "a", **dict.fromkeys(Sample.__struct_fields__[1:])}, {"path": "a"}),
        ({"path": "a", "image": {"width": None}, "audio": {"channels": 1}}, {"path": "a", "audio": {"channels": 1}}),
        (
            {"path": "a", "findings": [{"check": "dark", "severity": "error", "detail": None}]},
            {"path": "a", "findings": [{"check": "dark", "severity": "error"}]},
        ),
        (
            {"path": "a", "tags": None, "bytes": 7.0, "image": {"width": 8.0}},
            {"path": "a", "bytes": 7, "image": {"width": 8}},
        ),
        ({"path": "a", "tags": None, "theirs": [1.0, None]}, {"path": "a"}),
    ],
    ids=["every field", "a part of nulls", "in a finding", "whole numbers as floats", "of another program"],
)  # fmt: skip
def test_null_is_a_field_that_is_not_there(written: dict[str, Any], meant: dict[str, Any]) -> None:
    line = json.dumps(written).encode()
    assert parse(line) == parse(json.dumps(meant).encode())
    assert encode(parse(line)) == line


def test_nulls_of_an_origin_are_kept() -> None:
    assert parse(b'{"path": "a", "tags": null, "origin": {"theirs": null}}').origin == {"theirs": None}


DEEP = '"theirs": ' + 3000 * "[" + 3000 * "]"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ('"path": null', "missing required field `path`"),
        ('"path": "a", "tags": [null]', "Expected `str`, got `null` - at `$.tags[0]`"),
        ('"path": "a", "tags": null, "bytes": "x"', "Expected `int | null`, got `str` - at `$.bytes`"),
        ('"path": "a", "bytes": 7.5', "Expected `int | null`, got `float` - at `$.bytes`"),
        ('"path": "a", "tags": null, "theirs": NaN', "JSON is malformed: NaN is no number"),
        ('"path": "\\udcff", "findings": {}', "Expected `array`, got `object` - at `$.findings`"),
        ('"path": "a", "kind": "image", "audio": {}', "its kind is image, and its facts are those of kind audio"),
        (f'"path": "a", {DEEP}', "JSON is nested too deeply"),
        (f'"path": "\\udcff", {DEEP}', "JSON is nested too deeply"),
    ],
    ids=["no path", "in a list", "another field", "no whole number", "NaN", "surrogate", "kind", "deep", "odd"],
)  # fmt: skip
def test_what_is_still_no_sample(fields: str, problem: str) -> None:
    line = f"{{{fields}}}".encode()
    with pytest.raises(LineError) as raised:
        parse(line)
    assert str(raised.value) == f"not a sample: {problem}"
    with pytest.raises(ManifestError) as placed:
        list(read(io.BytesIO(b'{"path": "fine"}\n' + line)))
    assert str(placed.value) == f"<stdin>:2: not a sample: {problem}"


def test_a_line_of_a_second_pass_is_found_again() -> None:
    error = LineError(b'{"path": 1}', "not a sample: it is none")
    assert str(locate(error, lines({"path": "a"}, "", {"path": 1}))) == "<stdin>:3: not a sample: it is none"


def test_a_path_with_a_nul_is_refused_whatever_is_looked_at() -> None:
    class Labels(msgspec.Struct):
        label: str | None = None

    said = "its path has a NUL character, which no file's name can have"
    line = b'{"path":"a\\u0000.png","label":"x"}'
    for take in (read, lambda file: read_as(file, Labels), lambda file: map(parse, file)):
        with pytest.raises((ManifestError, LineError), match=said):
            list(take([b'{"path":"a.png"}', line]))
    # Elsewhere it is a character like others, and a backslash before `u0000` is none at all.
    fine = [b'{"path":"a.png","label":"\\u0000"}', b'{"path":"a\\\\u0000.png"}']
    assert [sample.path for sample in read(fine)] == ["a.png", "a\\u0000.png"]


ODD = [
    b'{"path":"a.jpg","label":"x"}',
    b'{"path":"b.jpg","label":null,"kind":null}',
    b'{"path":"\\udcff.jpg"}',
    b'{"path":"a\\u00e9.jpg","text":"\\u0000"}',
    b'{"path":"a\\u0000"}',
    b' {"path":"c.jpg"} ',
    b'{"path":"d.jpg"}\r',
    b'{"path":"e.jpg"}{"path":"f.jpg"}',
    b'{"path":',
    b'"g.jpg"}',
    b'{"path":7}',
    b"",
    b" \t",
    b'{"path":"' + b"h" * 50 + b'"}',
]


def outcome(file: Any) -> tuple[list[tuple[Any, bytes]], str]:
    """Return the samples with their lines as far as they can be read, and what is said of the first that cannot."""
    found: list[tuple[Any, bytes]] = []
    try:
        found.extend((sample, sample.__dict__["line"]) for sample in read(file))
    except ManifestError as error:
        return found, str(error)
    return found, ""


@given(st.lists(st.sampled_from(ODD), max_size=8), st.booleans(), st.sampled_from([1, 7, 40, 1 << 16]))
def test_blocks_are_read_like_one_line_after_the_other(written: list[bytes], ended: bool, size: int) -> None:
    content = b"\n".join(written) + b"\n" * ended
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_BLOCK_BYTES", size)
        in_blocks, views = outcome(io.BytesIO(content)), list(lines_of(io.BytesIO(content)))
        assert b"".join(blocks(io.BytesIO(content))) == content
    one_by_one = outcome(iter(io.BytesIO(content).readlines()))
    assert in_blocks == one_by_one
    assert views == [one.rstrip(b"\r") for one in written if one.strip()]


def test_of_a_pipe_what_has_arrived_is_read() -> None:
    ours, theirs = os.pipe()
    with open(ours, "rb") as file, open(theirs, "wb", buffering=0) as pipe:
        pipe.write(b'{"path":"a.jpg"}\n{"path":')
        samples = read(file)
        assert next(samples).path == "a.jpg"
        pipe.write(b'"b.jpg"}\n')
        assert next(samples).path == "b.jpg"
