"""The JSON Schema of augment recipes, so that editors complete and check them."""

from typing import Any

import msgspec
import msgspec.inspect

from augment.operations.documentation import LIBRARIES, Documented, catalogue
from augment.operations.registry import OPERATIONS, Kind, find
from augment.recipe.choice import CHOICES
from augment.recipe.reader import fact_numbers
from augment.recipe.types import KINDS, Output, Sources, Written, WrittenTarget
from curate.ground.json import encode, loads

Schema = dict[str, Any]
"""JSON Schema: nested as deep as it likes."""

_VARIABLE = {"type": "string", "pattern": r"^\$\{[^}]+\}$"}


def schema() -> Schema:
    """Return the schema of a whole recipe, with the parameters of every operation."""
    (top, target, _, _), parts = msgspec.json.schema_components(
        [Written, WrittenTarget, Sources, Output], ref_template="#/$defs/{name}"
    )
    name_of = {kind: f"{kind}_operation" for kind in KINDS}
    # msgspec knows lists of operations as lists of anything, because the reader checks them one by one.
    for part in (parts["Written"], parts["WrittenTarget"]):
        for kind in KINDS:
            part["properties"][kind]["items"] = {"$ref": f"#/$defs/{name_of[kind]}"}
    parts["WrittenTarget"]["properties"]["sources"] = {"$ref": "#/$defs/Sources"}
    written = parts.pop("Written")["properties"]
    written["kind"]["const"] = "augment"
    written["targets"]["additionalProperties"] = target
    written["output"] = {"$ref": "#/$defs/Output"}
    written["accept"] = {
        "type": "object",
        "description": written["accept"].get("description", ""),
        "properties": {kind: _limits(kind) for kind in KINDS},
        "additionalProperties": False,
    }
    operations = {name_of[kind]: operations_schema(kind) for kind in KINDS}
    # An editor sees the file before variables are filled in: `${name}` stands where a number will be.
    for kind, operation in zip(KINDS, operations.values(), strict=True):
        for parameters in operation["anyOf"][1]["properties"].values():
            for name, parameter in parameters["properties"].items():
                parameters["properties"][name] = {"anyOf": [parameter, _VARIABLE]}
        operation["anyOf"][1]["properties"] |= _choices(name_of[kind])
    assert top == {"$ref": "#/$defs/Written"}
    return {
        "title": "An augment recipe of burnish",
        "type": "object",
        "properties": written,
        "required": ["kind"],
        "additionalProperties": False,
        "$defs": {**parts, **operations},
    }


def _choices(operation: str) -> Schema:
    """Return the schemas of `OneOf` and `SomeOf` among operations of a definition."""
    one = {"$ref": f"#/$defs/{operation}"}
    branches = {"type": "array", "minItems": 1, "items": {"anyOf": [one, {"type": "array", "items": one}]}}
    found: Schema = {}
    for name, kind in CHOICES.items():
        schema = msgspec.json.schema_components([kind])[1][kind.__name__]
        of = schema["properties"]["of"]
        schema["properties"]["of"] = branches | {"description": of["description"]}
        found[name] = {"anyOf": [branches, schema]} if name == "OneOf" else schema
    return found


def _limits(kind: Kind) -> Schema:
    """Return the schema of the limits on one kind of facts."""
    properties = {f"{end}_{fact}": {"type": "number"} for fact in fact_numbers(kind) for end in ("min", "max")}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def operations_schema(kind: Kind) -> Schema:
    """Return the schema of one item of a list of operations: a name, or a name with its parameters.

    Our own operations come with the types and limits of their parameters, those of the library with their names and
    descriptions: its types are checked when the recipe is read.

    Args:
        kind: Of the list that the item is in.
    """
    # Both forms in `anyOf`: a bare name only where no parameter has to be given, else a mapping of one name.
    usable = [found for found in catalogue().operations if found.kind == kind]
    alone = [found.name for found in usable if not any(parameter.required for parameter in found.parameters)]
    properties = {found.name: _parameters(found) for found in usable}
    one = {"type": "object", "properties": properties, "additionalProperties": False}
    schema = {"anyOf": [{"enum": alone}, {**one, "minProperties": 1, "maxProperties": 1}]}
    found: Schema = loads(encode(schema))  # tuples become lists
    return found


def _parameters(found: Documented) -> Schema:
    if found.source == LIBRARIES[found.kind]:
        return _of_class(found)
    assert found.name in OPERATIONS[found.kind]
    settings = find(found.kind, found.name).module.Settings  # type: ignore[attr-defined]
    _, parts = msgspec.json.schema_components([settings])
    (schema,) = parts.values()
    return _nullable({**schema, "description": found.summary, "title": found.name}, found)


def _of_class(found: Documented) -> Schema:
    schema: Schema = {
        "title": found.name,
        "description": found.summary,
        "properties": {
            parameter.name: {"description": f"{parameter.type}. {parameter.description}".strip()}
            | ({} if parameter.required else {"default": parameter.default})
            for parameter in found.parameters
        },
        "additionalProperties": False,
    }
    return _nullable(schema, found)


def _nullable(schema: Schema, found: Documented) -> Schema:
    """Allow `name:` without parameters where none has to be given."""
    required = [parameter.name for parameter in found.parameters if parameter.required]
    schema["type"] = "object" if required else ["object", "null"]
    return {**schema, "required": required}
