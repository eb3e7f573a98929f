"""The JSON Schema of recipes accepts what burnish accepts."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.pipeline.commands import COMMON_KEYS
from cli.pipeline.schema import schema
from curate.ground.yaml import load_yaml
from tests.conftest import ROOT

PIPELINES = [path for path in sorted((ROOT / "recipes").glob("*.yaml")) if "kind: pipeline" in path.read_text()]


def properties_of(step: str) -> dict[str, Any]:
    (pipeline,) = [kind for kind in schema()["oneOf"] if kind.get("title") == "A pipeline"]
    choices = pipeline["properties"]["steps"]["items"]["anyOf"]
    (found,) = [choice["properties"][step]["properties"] for choice in choices if step in choice.get("properties", {})]
    assert isinstance(found, dict)
    return found


def test_it_is_json_and_names_every_command() -> None:
    text = json.dumps(schema())
    assert '"$schema": "https://json-schema.org/draft/2020-12/schema"' in text
    assert '"fail_on"' in text


def test_options_have_their_types_and_their_help() -> None:
    split = properties_of("split")
    assert split["seed"] == {"type": ["integer", "string"], "description": "Where chance begins."}
    assert split["force"]["type"] == ["boolean", "string"]
    assert split["method"]["anyOf"][0] == {"enum": ["exact", "hash"]}
    assert {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}} in split["ratio"][
        "anyOf"
    ]


@pytest.mark.parametrize("path", PIPELINES, ids=lambda path: path.stem)
def test_every_key_of_the_recipes_that_ship_is_in_it(path: Path) -> None:
    for item in load_yaml(path.read_bytes(), path.name).content["steps"]:
        if isinstance(item, str):
            continue
        for command, options in item.items():
            if command not in COMMON_KEYS and options:
                assert options.keys() <= properties_of(command).keys()


def test_both_kinds_of_recipes_are_in_it() -> None:
    kinds = [kind["properties"]["kind"].get("const") for kind in schema()["oneOf"]]
    assert len(kinds) == 2
    assert "pipeline" in kinds
