"""The page of recipes: the keys of their files, every operation, and the recipes that ship; from the code itself."""

import re
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from augment.operations.documentation import Documented, Parameter

TITLES = {
    ("audio", "burnish"): "burnish's own, for recordings",
    ("image", "burnish"): "burnish's own, for pictures",
    ("audio", "audiomentations"): "Classes of audiomentations, for recordings",
    ("image", "albumentations"): "Classes of albumentations, for pictures",
}
_OWN_WORDS = """\
Under `audio:` or `image:`, as `name` or `name: {parameter: value}`. A number may be `[low, high]` where the type says
so: it is drawn anew for each sample, evenly between the two, and what was drawn stands in the sample's `origin`."""
_LIBRARY_WORDS = """\
Their names, parameters and meanings are the library's own; `p` is the chance that it is applied at all. Each parameter
stands here with its default; `burnish transforms NAME` says what it means."""
_PIPELINE = {
    "kind": "`pipeline`",
    "description": "What it is for.",
    "vars": "Names for `${name}`, each with a value; `--set NAME=VALUE` changes one. A later one may use earlier ones.",
    "steps": "A list; each item is a command with its options: `- clean: {fail_on: [damaged]}`.",
}
_STEP = {
    "the command": "Its options under their long names in snake_case: `max_ratio` for `--max-ratio`.",
    "`id`": "A name for the step; else that of its command, numbered where it comes twice.",
    "`input`": "The step whose manifest it reads, or a manifest; else what the last step before it wrote.",
    "`keep_going`": "`true`: where its gate does not hold, the steps after it run all the same; the run ends with 1.",
}


def recipes_page(notice: str) -> str:
    """Return the page."""
    lines = ["# Recipes", "", notice, "", "A recipe is a YAML file. `burnish recipes NAME` prints one that ships: a"]
    lines += ["start for your own. `burnish recipes --schema` gives the JSON Schema, with which an editor completes"]
    lines += ["and checks them. What targets, tags and gains are: [concepts](concepts.md).", ""]
    lines += [*_shipped(), *_keys_of_augment(), *_keys_of_pipeline(), *_operations()]
    return "\n".join(lines).rstrip() + "\n"


def table(head: "tuple[str, ...]", rows: "Iterable[tuple[str, ...]]") -> list[str]:
    """Return a table of Markdown, and an empty line."""
    written = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *written, ""]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _shipped() -> "Iterator[str]":
    from augment.recipe.reader import shipped
    from cli.pipeline.shipped_recipes import shelf

    yield from ("## The recipes that ship", "")
    for recipe in shelf().recipes:
        how = "run" if recipe.kind == "pipeline" else "augment"
        yield from (f"### `{recipe.name}`", "", f"For `burnish {how}`. {recipe.description}", "")
        if parts := recipe.steps or recipe.targets:
            yield from (f"{'Steps' if recipe.steps else 'Targets'}: {', '.join(f'`{part}`' for part in parts)}", "")
        if recipe.variables:
            meanings = _comments(shipped()[recipe.name])
            rows = ((name, "" if value is None else f"`{value}`") for name, value in recipe.variables.items())
            yield from table(
                ("variable", "default", "meaning"),
                ((f"`{name}`", default, meanings.get(name, "")) for name, default in rows),
            )


def _comments(path: str) -> dict[str, str]:
    """Return what the comments behind the variables of a recipe say."""
    found = re.findall(r"^  (\w+):.*?  # (.+)$", Path(path).read_text(encoding="utf-8"), re.MULTILINE)
    return dict(found)


def _keys_of_augment() -> "Iterator[str]":
    from augment.recipe.types import AudioOutput, ImageOutput, Sources, Written, WrittenTarget

    yield from ("## The keys of an augment recipe", "")
    parts = {
        "": Written,
        "A target: `targets: {TAG: …}`": WrittenTarget,
        "`sources` of a target": Sources,
        "`output: {audio: …}`": AudioOutput,
        "`output: {image: …}`": ImageOutput,
    }
    for title, part in parts.items():
        if title:
            yield from (f"### {title}", "")
        yield from table(("key", "default", "meaning"), _fields(part))
    yield from _limits()


def _limits() -> "Iterator[str]":
    from augment.recipe.reader import fact_numbers
    from augment.recipe.types import KINDS

    yield from ("### `accept`", "")
    yield "`min_FACT` and `max_FACT` for any fact that is a number. A result outside is drawn again, three times, and"
    yield from ("then counted as rejected. What facts mean: [the manifest](manifest.md).", "")
    yield from table(
        ("kind", "facts"), ((kind, ", ".join(f"`{fact}`" for fact in fact_numbers(kind))) for kind in KINDS)
    )


def _fields(part: type[msgspec.Struct]) -> "Iterator[tuple[str, str, str]]":
    described = msgspec.inspect.type_info(part)
    assert isinstance(described, msgspec.inspect.StructType)
    for field in described.fields:
        kind, meaning = field.type, ""
        if isinstance(kind, msgspec.inspect.Metadata):
            meaning = str((kind.extra_json_schema or {}).get("description", ""))
        yield f"`{field.encode_name}`", "required" if field.required else _shown(field.default), meaning


def _keys_of_pipeline() -> "Iterator[str]":
    from cli.catalog import COMMANDS
    from cli.pipeline.commands import command_names

    yield from ("## The keys of a pipeline", "")
    yield from table(("key", "meaning"), ((f"`{key}`", meaning) for key, meaning in _PIPELINE.items()))
    yield from ("A step:", "")
    yield from table(("key", "meaning"), _STEP.items())
    yield "A step that takes a run, such as `weak` or `compare`, takes the `id` of the `train` step that made it."
    yield "What each option does: [commands](commands.md)."
    yield ""
    yield (
        "A step whose input, options, files and code are as they were is not run again. It is run again if its gate "
        "did not hold, or if files were put off: what took too long, crashed its worker or could not be read for the "
        "moment may go well the next time. `burnish run` warns of them, and says so as the reason of the next run."
    )
    yield ""
    yield from table(
        ("step", "what it does"),
        ((f"`{name}`", COMMANDS[name].summary) for name in command_names() if name in COMMANDS),
    )


def _operations() -> "Iterator[str]":
    from augment.operations.documentation import catalogue

    yield from _choices()
    found = sorted(catalogue().operations, key=lambda one: (list(TITLES).index((one.kind, one.source)), one.name))
    for (kind, source), group in groupby(found, key=lambda one: (one.kind, one.source)):
        yield from (f"## {TITLES[kind, source]}", "", _OWN_WORDS if source == "burnish" else _LIBRARY_WORDS, "")
        if source == "burnish":
            for operation in group:
                yield from _own(operation)
        else:
            yield from table(("operation", "what it does", "parameters"), map(_class, group))


def _choices() -> "Iterator[str]":
    from augment.recipe.choice import CHOICES, MOST_DEEP, documented_choice

    yield from ("## A choice among operations", "")
    yield (
        "In a list of operations, `OneOf` and `SomeOf` stand for what is drawn for each sample. A branch is an "
        "operation, or a list of some that are done in order; a branch may have a choice in it again, "
        f"{MOST_DEEP} deep at most. Each sample draws from its own seed, its origin has the choice (`chosen`: the "
        "numbers of the branches from 0) and after it the operations of the branch with what they drew. A fact can be "
        "matched (`--match`) with an operation in a branch where a sample drew that branch. `preview` shows each "
        "branch. `p` of a library's class is not needed: `SomeOf` with `n: [0, 1]` does nothing half of the time."
    )
    yield ""
    for name in CHOICES:
        yield from _own(documented_choice(name)[1])


def _own(operation: "Documented") -> "Iterator[str]":
    yield from (f"### `{operation.name}`", "", operation.summary, "")
    if operation.parameters:
        rows = ((f"`{one.name}`", one.type, _given(one), one.description) for one in operation.parameters)
        yield from table(("parameter", "type", "default", "meaning"), rows)
    yield from ("```yaml", f"{operation.kind}:", f"  {operation.example}", "```", "")


def _class(operation: "Documented") -> tuple[str, str, str]:
    needs = f" Needs the package {operation.needs}." if operation.needs else ""
    given = ", ".join(f"`{one.name}`: {_given(one)}" for one in operation.parameters)
    return f"`{operation.name}`", f"{operation.summary}{needs}", given


def _given(parameter: "Parameter") -> str:
    return "required" if parameter.required else _json(parameter.default)


def _shown(default: Any) -> str:
    """Return the default of a key; nothing where that is to have nothing there."""
    is_nothing = default is None or default is msgspec.NODEFAULT or default in ((), "")
    return "" if is_nothing else _json(default)


def _json(value: Any) -> str:
    return f"`{msgspec.json.encode(value).decode().replace(',', ', ')}`"
