"""The recipes that ship, as a list."""

import os

import msgspec

from curate.ground.files import read_file
from curate.ground.yaml import YamlFile, load_yaml


class Shelved(msgspec.Struct):
    """One recipe that ships; `targets` are the tags that an augment recipe makes, `steps` those of a pipeline."""

    name: str
    kind: str
    description: str
    targets: list[str]
    steps: list[str]
    variables: dict[str, object]


class Shelf(msgspec.Struct):
    """All recipes that ship, by name."""

    recipes: list[Shelved]


def shelf() -> Shelf:
    """Return the recipes that ship: pipelines first, then by name."""
    from augment.recipe.reader import shipped

    found = [describe(load_yaml(read_file(path), os.path.basename(path)), name) for name, path in shipped().items()]
    return Shelf(sorted(found, key=lambda recipe: (recipe.kind != "pipeline", recipe.name)))


def describe(file: YamlFile, name: str) -> Shelved:
    """Return what a recipe says of itself."""
    content = file.content if isinstance(file.content, dict) else {}
    steps = [key for item in content.get("steps") or [] for key in _commands_in(item)]
    description = " ".join(str(content.get("description") or "").split())
    variables = content.get("vars") or {}
    return Shelved(name, str(content.get("kind")), description, list(content.get("targets") or {}), steps, variables)


def _commands_in(item: object) -> list[str]:
    if isinstance(item, dict):
        return [str(item.get("id") or key) for key in item if key not in {"id", "input"}]
    return [str(item)]
