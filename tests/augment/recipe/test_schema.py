"""The schema for editors accepts what the program accepts."""

from typing import Any

import jsonschema
import pytest

from augment.recipe.reader import load, shipped
from augment.recipe.schema import schema
from curate.ground.yaml import load_yaml


@pytest.fixture(scope="module")
def validator() -> Any:
    found = schema()
    jsonschema.Draft202012Validator.check_schema(found)
    return jsonschema.Draft202012Validator(found)


def content(name: str) -> Any:
    with open(shipped()[name], "rb") as file:
        return load_yaml(file.read(), name).content


@pytest.mark.parametrize("name", [name for name in shipped() if content(name)["kind"] == "augment"])
def test_the_recipes_that_ship_are_valid(validator: Any, name: str) -> None:
    assert [error.message[:200] for error in validator.iter_errors(content(name))] == []
    assert load(name, wanted=set()).name == name


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "pipeline"},
        {"kind": "augment", "sed": 1},
        {"kind": "augment", "audio": [{"gain": {"gain": 3}}]},
        {"kind": "augment", "audio": [{"gain": {"gain_db": "loud"}}]},
        {"kind": "augment", "audio": ["jpeg"]},
        {"kind": "augment", "image": [{"GaussNoise": {"stdrange": 3}}]},
        {"kind": "augment", "accept": {"audio": {"min_duration": 1}}},
        {"kind": "augment", "targets": {"a": {"source": {}}}},
        {"kind": "augment", "output": {"image": {"quality": 0}}},
    ],
    ids=str,
)
def test_what_the_program_refuses_the_schema_refuses(validator: Any, wrong: dict[str, Any]) -> None:
    assert list(validator.iter_errors(wrong))


def test_a_variable_may_stand_for_any_parameter(validator: Any) -> None:
    assert validator.is_valid({"kind": "augment", "audio": [{"gain": {"gain_db": "${low}"}}]})
