"""Labels of the test split change by adjudication alone."""

import json
from typing import Any

import pytest

from curate.ground.errors import InputError
from curate.records.reader import parse
from curate.release.difference import Known, match
from curate.release.held_labels import find_unadjudicated

OLD = [Known("a", "cat", (), "test", "1"), Known("b", "dog", (), "test", "2"), Known("c", "cat", (), "train", "3")]


def record(before: str, after: str, rule: str) -> dict[str, str]:
    return {"before": before, "after": after, "rule": rule, "at": "1"}


def found(**changes: Any) -> list[tuple[str, str | None, str | None]]:
    """Return what is found where sample `a` becomes a dog, with other fields as given."""
    fields = {"path": "a", "label": "dog", "split": "test", "digest": "1", **changes}
    lines = [json.dumps(fields).encode(), b'{"path":"b","label":"dog","split":"test","digest":"2"}']
    samples = [parse(line) for line in lines]
    new = [Known(one.path, one.label, one.tags, one.split, one.digest) for one in samples]
    return find_unadjudicated(match(OLD, new), lambda: iter(lines))


@pytest.mark.parametrize(
    ("changes", "is_refused"),
    [
        ({}, True),
        ({"label": "cat"}, False),
        ({"label": None}, True),
        ({"split": "train"}, True),
        ({"path": "moved"}, True),
        ({"digest": "new bytes"}, True),
        ({"path": "new", "digest": "new"}, False),
        ({"origin": {"relabelled": [record("cat", "dog", "adjudicated")]}}, False),
        ({"origin": {"relabelled": [record("cat", "dog", "majority")]}}, True),
        ({"origin": {"relabelled": [record("cat", "dog", "last")]}}, True),
        ({"origin": {"relabelled": [record("cat", "bird", "adjudicated")]}}, True),
        ({"origin": {"relabelled": [record("bird", "dog", "adjudicated")]}}, True),
        (
            {"origin": {"relabelled": [record("cat", "bird", "adjudicated"), record("bird", "dog", "adjudicated")]}},
            False,
        ),
        ({"origin": {"relabelled": [record("cat", "bird", "majority"), record("bird", "dog", "adjudicated")]}}, True),
        ({"origin": {"relabelled": [record("cat", "dog", "adjudicated"), record("dog", "dog", "majority")]}}, False),
        ({"origin": {"relabelled": [record("cat", "dog", "map-label")]}}, False),
    ],
    ids=[
        "no record", "the same label", "no label", "moved to train", "moved", "rewritten", "another sample",
        "adjudicated", "by majority", "by the last", "changed again since", "from another label", "adjudicated twice",
        "adjudicated on a majority", "confirmed since", "renamed",
    ],
)  # fmt: skip
def test_a_test_label_that_changed(changes: dict[str, Any], is_refused: bool) -> None:
    assert bool(found(**changes)) is is_refused


def test_a_class_of_which_some_stayed_was_not_renamed() -> None:
    line = json.dumps({"path": "a", "label": "dog", "split": "test", "digest": "1",
                       "origin": {"relabelled": [record("cat", "dog", "map-label")]}}).encode()  # fmt: skip
    new = [Known("a", "dog", (), "test", "1"), OLD[1], OLD[2]]
    assert find_unadjudicated(match(OLD, new), lambda: iter([line])) == [("a", "cat", "dog")]


def test_labels_of_training_change_freely() -> None:
    new = [OLD[0], OLD[1], Known("c", "bird", (), "train", "3")]
    assert find_unadjudicated(match(OLD, new), lambda: pytest.fail("nothing to look up")) == []


def test_a_record_that_is_none_is_named() -> None:
    with pytest.raises(InputError, match=r"a: origin\.relabelled cannot be read"):
        found(origin={"relabelled": [{"after": 7}]})
