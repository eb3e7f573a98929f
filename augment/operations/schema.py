"""The JSON Schema of one operation in a recipe, so that editors complete names and check values."""

from typing import Any

import msgspec

from augment.operations.documentation import LIBRARIES, Documented, Parameter, catalogue
from augment.operations.registry import OPERATIONS, Kind, find
from curate.ground.json import encode, loads


def operations_schema(kind: Kind) -> dict[str, Any]:
    """Return the schema of one item of a list of operations: a name, or a name with its parameters.

    Our own operations come with the types and limits of their parameters, those of the library with their names and
    descriptions: its types are checked when the recipe is read.

    Args:
        kind: Of the list that the item is in.
    """
    usable = [found for found in catalogue().operations if found.kind == kind]
    alone = [found.name for found in usable if not any(parameter.required for parameter in found.parameters)]
    properties = {found.name: _parameters(found) for found in usable}
    one = {"type": "object", "properties": properties, "additionalProperties": False}
    schema = {"anyOf": [{"enum": alone}, {**one, "minProperties": 1, "maxProperties": 1}]}
    found: dict[str, Any] = loads(encode(schema))  # tuples become lists
    return found


def _parameters(found: Documented) -> dict[str, Any]:
    if found.source == LIBRARIES[found.kind]:
        return _of_class(found)
    assert found.name in OPERATIONS[found.kind]
    settings = find(found.kind, found.name).module.Settings  # type: ignore[attr-defined]
    _, parts = msgspec.json.schema_components([settings])
    (schema,) = parts.values()
    return _nullable({**schema, "description": found.summary, "title": found.name}, found)


def _of_class(found: Documented) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "title": found.name,
        "description": found.summary,
        "properties": {parameter.name: _of_parameter(parameter) for parameter in found.parameters},
        "additionalProperties": False,
    }
    return _nullable(schema, found)


def _of_parameter(parameter: Parameter) -> dict[str, Any]:
    said = f"{parameter.type}. {parameter.description}".strip()
    return {"description": said} if parameter.required else {"description": said, "default": parameter.default}


def _nullable(schema: dict[str, Any], found: Documented) -> dict[str, Any]:
    """Allow `name:` without parameters where none has to be given."""
    required = [parameter.name for parameter in found.parameters if parameter.required]
    schema["type"] = "object" if required else ["object", "null"]
    return {**schema, "required": required}
