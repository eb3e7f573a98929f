"""Lines as columns: by kind and place, unknown fields at any depth, and no facts of two versions."""

import json

import numpy as np
import pytest

from curate.records.reader import LineError
from curate.schema.columns import columns
from curate.schema.records import type_of
from tests.curate.schema.samples import encoded, line, many

SOUND = {"path": "a.wav", "kind": "audio", "bytes": 7, "audio": {"sample_rate": 8000}}


def test_the_size_of_files_is_by_kind() -> None:
    (block,) = columns(encoded([line(0), SOUND, line(1)]))
    assert {place: values.tolist() for place, (_, values) in block.numbers.items() if place.endswith("bytes")} == {
        "image.bytes": [1000, 1000], "audio.bytes": [7]}  # fmt: skip
    positions, rates = block.names["audio.sample_rate"]
    assert (positions.tolist(), rates.tolist()) == ([1], [8000])
    assert np.isnan(block.numbers["image.contrast"][1]).all()


def test_unknown_fields_are_found_at_any_depth_and_null_is_none() -> None:
    odd = [line(0, weather="rain", image={"width": 3, "theirs": [1]}), line(1, weather=None), line(2)]
    (block,) = columns(encoded(odd))
    assert block.fields == {"weather": ([0], ["rain"]), "image.theirs": ([0], [[1]])}


@pytest.mark.parametrize("count", [1, 150, 400])
def test_fields_on_every_line_are_all_found(count: int) -> None:
    (block,) = columns(encoded(many(count, temperature=1.5)))
    assert block.fields["temperature"] == (list(range(count)), [1.5] * count)


def test_a_field_that_comes_late_is_found() -> None:
    (block,) = columns(encoded([*many(300, a=1), *many(10), line(310, b=2)]))
    assert block.fields["b"] == ([310], [2])


def test_additions_are_left_out_and_replacements_are_not() -> None:
    made = {"source": "x.jpg", "recipe": "fog"}
    (block,) = columns(encoded([line(0, origin=made), line(1, origin={**made, "replaces": True}), line(2)]))
    assert block.places == [1, 2]
    assert [sample.path for sample in block.samples] == ["1.jpg", "2.jpg"]
    assert len(block.lines) == 3


def test_facts_of_two_versions_are_refused_with_the_line() -> None:
    lines = encoded([line(0), line(1, facts_version=4)])
    with pytest.raises(LineError, match=r"1\.jpg are of version 4, .* of version 5; .*burnish scan") as caught:
        list(columns(lines, size=1))
    assert caught.value.line == lines[1]
    with pytest.raises(LineError, match=r"of version 5, .* of version 6"):
        list(columns(lines, 6))


def test_a_sample_that_names_no_version_is_of_any() -> None:
    lines = encoded([{"path": "a"}, line(1)])
    assert [block.facts_version for block in columns(lines, size=1)] == [None, 5]


def test_types_are_those_of_the_json() -> None:
    values = json.loads('[1, 1.5, "1", "true", true, [], {}]')
    assert [type_of(value) for value in values] == ["number", "number", "text", "text", "truth", "list", "mapping"]


def test_what_is_nested_too_deeply_is_an_error_of_the_line() -> None:
    deep = b'{"path": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(LineError, match="too deeply"):
        list(columns([deep]))


def test_where_no_sample_has_facts_all_are_missing() -> None:
    (block,) = columns(encoded([line(0, image=None), line(1, image=None), SOUND]))
    assert np.isnan(block.numbers["image.brightness"][1]).tolist() == [True, True]
    assert block.names["image.format"][1].tolist() == [None, None]
