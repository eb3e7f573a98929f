"""The JSON Schema of recipes, for editors: pipelines from the commands' own options, augment recipes from theirs."""

from typing import TYPE_CHECKING, Any

from augment.recipe.schema import schema as augment_recipe
from cli.pipeline.commands import command, command_names

if TYPE_CHECKING:
    from cli.pipeline.commands import Option

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = {int: "integer", float: "number", str: "string", bool: "boolean"}
_SCALAR = {"type": ["string", "number", "boolean"]}


def schema() -> dict[str, Any]:
    """Return the schema of both kinds of recipes."""
    kinds = [_pipeline(), augment_recipe()]
    definitions: dict[str, Any] = {}
    for kind in kinds:
        definitions |= kind.pop("$defs", {})
    found = {"$schema": _DIALECT, "title": "A recipe of burnish", "type": "object", "required": ["kind"]}
    return {**found, "oneOf": kinds, **({"$defs": definitions} if definitions else {})}


def _pipeline() -> dict[str, Any]:
    # A step without options may be a bare name: `- balance`.
    bare: dict[str, Any] = {"enum": command_names()}
    return {
        "title": "A pipeline",
        "type": "object",
        "properties": {
            "kind": {"const": "pipeline"},
            "description": {"type": "string", "description": "What it is for."},
            "vars": {"type": "object", "description": "Names for ${name}, which --set changes."},
            "steps": {"type": "array", "minItems": 1, "items": {"anyOf": [bare, *map(_step, command_names())]}},
        },
        "required": ["kind", "steps"],
        "additionalProperties": False,
    }


def _step(name: str) -> dict[str, Any]:
    found = command(name)
    options = {
        "type": ["object", "null"],
        "properties": {option.name: _value(option) for option in found.options.values()},
        "additionalProperties": False,
    }
    # Not of compare, whose two required arguments a recipe may give as one list.
    required = [option.name for option in found.options.values() if option.is_required and "runs" not in found.options]
    return {
        "type": "object",
        "properties": {
            "id": {"type": "string", "description": "The name of the step, for input and references to it."},
            "input": {"type": "string", "description": "The step whose manifest it reads, or a manifest."},
            "keep_going": {
                "type": "boolean",
                "description": "Run the steps after it also where its gate does not hold.",
            },
            name: {**options, "description": found.summary, **({"required": required} if required else {})},
        },
        "required": [name],
        "additionalProperties": False,
    }


def _value(option: "Option") -> dict[str, Any]:
    """Return the schema of one option's value; a text is always allowed, for ${name}."""
    kind = "boolean" if option.is_switch else _TYPES.get(_scalar_type(option), "string")
    one: dict[str, Any] = {"type": [kind] if kind == "string" else [kind, "string"]}
    if option.choices:
        # The second form is a variable, which stands for a choice that only the run knows.
        one = {"anyOf": [{"enum": list(option.choices)}, {"type": "string", "pattern": r"\$\{"}]}
    elif kind == "string":
        one = dict(_SCALAR)
    forms = [one]
    if option.is_many:
        forms.append({"type": "array", "items": one})
    if option.takes_pairs:
        forms.append({"type": "object", "additionalProperties": _SCALAR})
    return {**(forms[0] if len(forms) == 1 else {"anyOf": forms}), "description": option.help}


def _scalar_type(option: "Option") -> Any:
    """Return the type of one value of an option."""
    from typing import get_args

    if isinstance(option.parameter, list):
        return str
    kind = option.parameter.type_descriptor.annotation
    return next((part for part in get_args(kind) if part in _TYPES), kind)
