"""The one form of a manifest: equal content, equal bytes."""

import hashlib
import io
import json

import pytest

from curate.ground.errors import GateError
from curate.records.reader import LineError
from curate.release.canonical import Draft, canonical_line, write_draft
from tests.curate.release.sets import line, some


def draft(lines: list[bytes]) -> Draft:
    return write_draft(lines, lambda samples: [one.digest for one in samples], io.BytesIO(), io.BytesIO())


def test_the_digest_is_that_of_the_bytes() -> None:
    found = draft(some(3))
    assert isinstance(found.file, io.BytesIO)
    text = found.file.getvalue()
    assert found.digest == f"sha256:{hashlib.sha256(text).hexdigest()}"
    assert (found.samples, found.size) == (3, len(text))
    assert list(found.lines()) == text.splitlines() == list(found.lines())


def test_order_spacing_nulls_and_times_are_no_content() -> None:
    one = [b'{"path": "b", "label":"x","tags":[], "mtime_ns": 5}', b'{"path":"a","image":{"brightness":2.0}}']
    two = [
        b'{"image": {"brightness": 2, "acutance": null},"path":"a","label":null}',
        b'{"mtime_ns":6,"label": "x", "path": "b"}',
    ]
    assert draft(one).digest == draft(two).digest
    assert list(draft(one).lines()) == [b'{"image":{"brightness":2},"path":"a"}', b'{"label":"x","path":"b"}']


@pytest.mark.parametrize(
    "other",
    [
        line("d/0.png", label="bird", split="train"),
        line("d/0.png", label="dog", split="val"),
        line("d/0.png", label="dog", split="train", tags=["dark"]),
        line("d/0.png", "other bytes", label="dog", split="train"),
        line("d/0.png", label="dog", split="train", theirs=[1, None]),
    ],
    ids=["label", "split", "tag", "bytes", "a field of others"],
)
def test_all_else_is(other: bytes) -> None:
    assert draft([other, *some()[1:]]).digest != draft(some()).digest


@pytest.mark.parametrize(
    "odd",
    [
        {"path": "na\udcffme", "label": "ü"},
        {"path": "a", "theirs": {"b": 1, "a": [{"d": None, "c": 1e300}]}},
        {"path": "a", "theirs": 12345678901234567890123},
        {"path": "a", "image": {"brightness": 0.1 + 0.2}},
    ],
    ids=["no UTF-8", "nested", "a large number", "a float"],
)
def test_the_one_form_is_its_own(odd: dict[str, object]) -> None:
    once = canonical_line(json.dumps(odd).encode(), None)
    assert canonical_line(once, None) == once
    assert json.loads(once).get("theirs") == odd.get("theirs")


def test_a_path_that_stands_there_twice_is_refused() -> None:
    with pytest.raises(GateError, match=r"1 paths stand there more than once, such as d/0\.png; keep one"):
        draft([*some(), line("d/0.png", label="cat")])


def test_what_is_no_sample_is_refused() -> None:
    with pytest.raises(LineError, match="missing required field `path`"):
        draft([*some(), b"{}"])


def test_the_digest_of_the_file_is_filled_in() -> None:
    found = write_draft([b'{"path":"a"}'], lambda _: ["sha256:x"], io.BytesIO(), io.BytesIO())
    assert list(found.lines()) == [b'{"digest":"sha256:x","path":"a"}']
