"""The schema says what recipes can say, as far as a schema can."""

import json
from typing import Any

import pytest

from augment.operations.registry import OPERATIONS, Kind
from augment.recipe.schema import operations_schema

KINDS: list[Kind] = ["audio", "image"]


def mapping(kind: Kind) -> dict[str, Any]:
    found: dict[str, Any] = operations_schema(kind)["anyOf"][1]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_json_without_references(kind: Kind) -> None:
    text = json.dumps(operations_schema(kind), allow_nan=False)
    assert "$ref" not in text


@pytest.mark.parametrize("kind", KINDS)
def test_every_operation_is_offered_and_no_other(kind: Kind) -> None:
    found = mapping(kind)
    assert set(OPERATIONS[kind]) < set(found["properties"])
    assert (found["additionalProperties"], found["minProperties"], found["maxProperties"]) == (False, 1, 1)


def test_a_name_alone_is_offered_where_nothing_has_to_be_given() -> None:
    alone = operations_schema("audio")["anyOf"][0]["enum"]
    assert "loudness" in alone
    assert "Gain" in alone
    assert not {"mix_noise", "AddBackgroundNoise"} & set(alone)


def test_our_parameters_come_with_their_types() -> None:
    noise = mapping("audio")["properties"]["mix_noise"]
    assert noise["type"] == "object"
    assert noise["required"] == ["folder"]
    assert noise["additionalProperties"] is False
    assert noise["properties"]["folder"]["type"] == "string"
    assert noise["properties"]["snr_db"]["default"] == [5, 20]
    width = mapping("image")["properties"]["resize"]["properties"]["width"]
    assert {"type": "integer", "minimum": 1, "maximum": 32768} in width["anyOf"]


def test_classes_come_with_the_names_of_their_parameters() -> None:
    crop = mapping("image")["properties"]["RandomCrop"]
    assert crop["required"] == ["height", "width"]
    assert "height" in crop["properties"]
    assert crop["additionalProperties"] is False
    assert mapping("image")["properties"]["HorizontalFlip"]["type"] == ["object", "null"]
