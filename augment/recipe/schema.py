"""The JSON Schema of augment recipes, so that editors complete and check them."""

from typing import Any

import msgspec
import msgspec.inspect

from augment.operations.schema import operations_schema
from augment.recipe.reader import fact_numbers
from augment.recipe.types import KINDS, Output, Sources, Written, WrittenTarget

_VARIABLE = {"type": "string", "pattern": r"^\$\{[^}]+\}$"}


def schema() -> dict[str, Any]:
    """Return the schema of a whole recipe, with the parameters of every operation."""
    (top, target, _, _), parts = msgspec.json.schema_components(
        [Written, WrittenTarget, Sources, Output], ref_template="#/$defs/{name}"
    )
    name_of = {kind: f"{kind}_operation" for kind in KINDS}
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
    operations = {name_of[kind]: _with_variables(operations_schema(kind)) for kind in KINDS}
    assert top == {"$ref": "#/$defs/Written"}
    return {
        "title": "An augment recipe of burnish",
        "type": "object",
        "properties": written,
        "required": ["kind"],
        "additionalProperties": False,
        "$defs": {**parts, **operations},
    }


def _with_variables(operation: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an operation whose parameters may be `${name}` as well."""
    for parameters in operation["anyOf"][1]["properties"].values():
        for name, parameter in parameters["properties"].items():
            parameters["properties"][name] = {"anyOf": [parameter, _VARIABLE]}
    return operation


def _limits(kind: Any) -> dict[str, Any]:
    """Return the schema of the limits on one kind of facts."""
    properties = {f"{end}_{fact}": {"type": "number"} for fact in fact_numbers(kind) for end in ("min", "max")}
    return {"type": "object", "properties": properties, "additionalProperties": False}
