"""Reading a recipe: validated completely before any work; every problem is named with its file and line."""

import os
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
import msgspec.inspect

from augment.operations.parameter_sampling import is_finite
from augment.operations.registry import Kind, ParameterError, Prepared, find
from augment.recipe.choice import CHOICES, MOST_DEEP, checked_choice
from augment.recipe.types import (
    KINDS,
    Limit,
    Output,
    Recipe,
    Sources,
    Step,
    Target,
    Unread,
    Written,
    WrittenOneOf,
    WrittenTarget,
)
from curate.facts.records import AudioFacts, ImageFacts
from curate.ground.errors import InputError, UsageError, did_you_mean
from curate.ground.files import read_file
from curate.ground.json import encode_for_digest
from curate.ground.yaml import MAX_BYTES, RecipeError, YamlFile, load_yaml, override
from curate.media import encode_audio, encode_image
from curate.query.expression import compile_expression

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

Record = TypeVar("Record", bound=msgspec.Struct)
Place = tuple[str | int, ...]
"""Keys and numbers that lead to a part of the file."""

_WHOLE = 1 << 63

_FACTS: dict[Kind, type[msgspec.Struct]] = {"audio": AudioFacts, "image": ImageFacts}


def shipped() -> dict[str, str]:
    """Return the recipes that ship: the path of each by its name."""
    folder = files("recipes")
    return {
        entry.name.removesuffix(".yaml"): str(entry)
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".yaml")
    }


def locate(name: str) -> str:
    """Return the path of a recipe, by that path or by the name of one that ships.

    Raises:
        InputError: There is neither; names the nearest that ships.
    """
    if os.path.isfile(name):
        return name
    known = shipped()
    if name in known:
        return known[name]
    if os.path.isdir(name):
        raise InputError(f"{name} is a folder, not a recipe")
    raise InputError(f"there is no recipe {name}: no such file, and none that ships{did_you_mean(name, known)}")


def load(
    name: str, settings: "Sequence[str]" = (), wanted: "Collection[str] | None" = None, *, prepare: bool = True
) -> Recipe:
    """Return a recipe, validated, with everything that it reads checked.

    Args:
        name: A file, or the name of a recipe that ships.
        settings: `KEY=VALUE` for its `vars`.
        wanted: Tags; the other targets are checked, but the files that they read need not be there, and are left out.
        prepare: Whether files are looked at at all; a recipe whose files were not can be read, but not carried out.

    Raises:
        InputError: It cannot be read, or something in it is wrong (`RecipeError`).
        UsageError: A setting names no variable.
    """
    path = locate(name)
    written = load_yaml(read_file(path, MAX_BYTES), name if path == name else f"{name}.yaml")
    return _Reader(written, os.path.splitext(os.path.basename(path))[0], settings, prepare=prepare).recipe(wanted)


def inputs(recipe: Recipe) -> tuple[Path, ...]:
    """Return the files and folders that the operations of a recipe read, each once, in the order of the recipe.

    Operations declare them by the types of their settings; nothing is looked for on the disk.
    """
    steps = (step for target in recipe.targets for kind in KINDS for step in target.steps[kind])
    return tuple(dict.fromkeys(Path(place) for step in steps for place in step.reads))


def shipped_for(tags: "Iterable[str]") -> dict[str, list[str]]:
    """Return, for each tag, the recipes that ship and have a target for it."""
    found: dict[str, list[str]] = {tag: [] for tag in tags}
    # Nothing asked, nothing read: all of them, twice in an `augment`, took .1 s.
    for name in shipped() if found else ():
        for tag in target_tags(name):
            if tag in found:
                found[tag].append(name)
    return found


def target_tags(name: str) -> list[str]:
    """Return the tags that a recipe has targets for, without checking the rest of it.

    Raises:
        InputError: There is no such recipe, or it is no YAML.
    """
    return list(_mapping_in(name, "targets"))


def variables_of(name: str) -> dict[str, object]:
    """Return the variables of a recipe with their own values, without checking the rest of it.

    Raises:
        InputError: There is no such recipe, or it is no YAML.
    """
    return _mapping_in(name, "vars")


def _mapping_in(name: str, key: str) -> dict[str, object]:
    content = load_yaml(read_file(locate(name), MAX_BYTES), name).content
    found = content.get(key) if isinstance(content, dict) else None
    return found if isinstance(found, dict) else {}


class _Reader:
    """Turns one file into a recipe.

    Args:
        written: The file.
        name: Of the recipe.
        settings: `KEY=VALUE` for its `vars`.
        prepare: Whether the files that operations read are looked at.
    """

    def __init__(self, written: YamlFile, name: str, settings: "Sequence[str]", *, prepare: bool) -> None:
        self.file, self.name, self.notes, self.prepare = written, name, dict[str, None](), prepare
        content = written.content
        if not isinstance(content, dict):
            raise self.error((), "not a recipe: a mapping with `kind: augment` is expected")
        own = content.get("vars") or {}
        if not isinstance(own, dict):
            raise self.error(("vars",), "vars: a mapping of names to values is expected")
        content = written.substituted(override(own, settings)).content
        self._check_numbers((), content)
        self.top = self._part((), Written, content)
        if self.top.kind != "augment":
            cure = "; run it: burnish run" if self.top.kind == "pipeline" else ""
            raise self.error(("kind",), f"kind is {self.top.kind!r}, not 'augment'{cure}")

    def error(self, path: Place, problem: str) -> RecipeError:
        """Return an error at a place of the file."""
        return self.file.error(problem, *path)

    def _check_numbers(self, path: Place, content: object) -> None:
        """Refuse numbers that nothing can be done with, wherever they are: libraries take `.nan` for a limit."""
        if isinstance(content, dict | list):
            for key, inner in content.items() if isinstance(content, dict) else enumerate(content):
                self._check_numbers((*path, key), inner)
        elif isinstance(content, float) and not is_finite(content):
            raise self.error(path, f"{_named(path)}: {content} is no finite number; write one, or leave it out")
        elif isinstance(content, int) and not -_WHOLE <= content < _WHOLE:
            raise self.error(path, f"{_named(path)}: the number has more than 64 bits")

    def recipe(self, wanted: "Collection[str] | None") -> Recipe:
        top = self.top
        # Prepared once, though every target ends with them: a folder of noises is decoded to see what can be used.
        common = {kind: self._steps((kind,), kind, getattr(top, kind)) for kind in KINDS}
        targets = tuple(
            self._target(tag, content, common, prepare=wanted is None or tag in wanted)
            for tag, content in top.targets.items()
        )
        if not targets:
            targets = (Target(None, Sources(), common),)
        elif wanted is not None:
            targets = tuple(target for target in targets if target.tag in wanted)
        if targets and not any(steps for target in targets for steps in target.steps.values()):
            raise self.error((), "no operation in it: name some under audio:, image: or targets:")
        # Neither changes what is made: variables count where their values were filled in.
        fields = {key: value for key, value in msgspec.to_builtins(top).items() if key not in {"description", "vars"}}
        digest = f"sha256:{sha256(encode_for_digest(fields)).hexdigest()}"
        accept = tuple(
            self._limit(kind, name, value) for kind, limits in top.accept.items() for name, value in limits.items()
        )
        output = self._output()
        # Several recipes may work in one call, so what a target is made by goes with it.
        targets = tuple(
            target._replace(accept=accept, output=output, recipe=self.name, recipe_digest=digest) for target in targets
        )
        return Recipe(
            self.name,
            digest,
            top.description.strip(),
            top.seed,
            targets,
            top.standardizes,
            tuple(self.notes),
            tuple(top.targets),
        )

    def _target(self, tag: str, content: object, common: "dict[Kind, tuple[Step, ...]]", *, prepare: bool) -> Target:
        path: Place = ("targets", tag)
        if not tag.strip():
            raise self.error(path, "a target's name is the tag that it makes; this one is empty")
        written = self._part(path, WrittenTarget, {} if content is None else content)
        sources = self._part((*path, "sources"), Sources, written.sources)
        if sources.where is not None:
            try:
                compile_expression(sources.where)
            except UsageError as error:
                raise self.error((*path, "sources", "where"), str(error)) from None
        steps = {kind: self._steps((*path, kind), kind, getattr(written, kind), prepare=prepare) for kind in KINDS}
        if not any(steps.values()):
            raise self.error(path, f"target {tag} has no operation: name some under audio: or image:")
        # A target of pictures only makes nothing of recordings, though the recipe has steps for every recording.
        if tag in written.drops:
            raise self.error((*path, "drops"), f"target {tag} drops the tag that it makes; leave it out of drops")
        used = {kind: steps[kind] + common[kind] if steps[kind] else () for kind in KINDS}
        return Target(tag, sources, used, written.drops)

    def _steps(self, path: Place, kind: Kind, items: "list[Unread]", *, prepare: bool = True) -> tuple[Step, ...]:
        return tuple(self._step((*path, number), kind, item, prepare) for number, item in enumerate(items))

    def _step(self, path: Place, kind: Kind, item: object, prepare: bool) -> Step:
        name, parameters = item, None
        if isinstance(item, dict) and len(item) == 1:
            name, parameters = next(iter(item.items()))
        if isinstance(name, str) and name in CHOICES:
            return self._choice(path, kind, name, parameters, prepare)
        if not isinstance(name, str) or not isinstance(parameters, dict | None):
            raise self.error(path, "an operation is `name` or `name: {parameter: value}`")
        try:
            operation = find(kind, name)
            settings = operation.settings(parameters or {})
            reads = operation.reads(settings)  # before it is prepared, which puts what was found in the folder's place
            prepared = operation.prepare(settings) if prepare and self.prepare else Prepared(settings, None)
        except ParameterError as error:
            where = (*path, name, error.parameter) if error.parameter else path
            raise self.error(where, str(error)) from None
        except RecipeError:  # an InputError too, but one that knows its line already
            raise
        except InputError as error:
            raise self.error((*path, name), f"{name}: {error}") from None
        self.notes.update(dict.fromkeys(prepared.notes))
        return Step(kind, name, prepared, reads)

    def _choice(self, path: Place, kind: Kind, name: str, content: object, prepare: bool) -> Step:
        """Return a choice among operations: `OneOf: [...]`, or a mapping with `of`."""
        if sum(part in CHOICES for part in path) >= MOST_DEEP:
            raise self.error(path, f"{name}: choices stand in each other {MOST_DEEP} deep at most")
        # A list alone is what most choices are.
        of: Place = (*path, name) if isinstance(content, list) and name == "OneOf" else (*path, name, "of")
        written: WrittenOneOf = self._part(
            (*path, name), CHOICES[name], {"of": content} if of == (*path, name) else content
        )
        try:
            choice = checked_choice(name, written)
        except ParameterError as error:
            raise self.error((*of[: len(path) + 1], error.parameter), str(error)) from None
        branches = []
        for number, branch in enumerate(written.of):
            at = (*of, number)
            if isinstance(branch, list) and not branch:
                raise self.error(at, f"{name}: an empty list is no branch; SomeOf with n: [0, 1] may do nothing")
            several = isinstance(branch, list)
            branches.append(
                self._steps(at, kind, branch, prepare=prepare) if several else (self._step(at, kind, branch, prepare),)
            )
        reads = tuple(place for branch in branches for step in branch for place in step.reads)
        return Step(kind, name, Prepared(None, None), reads, choice._replace(branches=tuple(branches)))

    def _limit(self, kind: str, name: str, value: float) -> Limit:
        if kind not in _FACTS:
            raise self.error(("accept", kind), f"accept: {kind!r} is no kind{did_you_mean(kind, _FACTS)}")
        known = fact_numbers(kind)
        end, _, fact = name.partition("_")
        if end not in {"min", "max"} or fact not in known:
            names = [f"{end}_{fact}" for fact in known for end in ("min", "max")]
            raise self.error(("accept", kind, name), f"accept: no limit {name!r}{did_you_mean(name, names)}")
        highest = self.top.accept[kind].get(f"max_{fact}")
        if end == "min" and highest is not None and value > highest:
            raise self.error(("accept", kind, name), f"accept: {name} is above max_{fact}: nothing would be accepted")
        return Limit(kind, fact, end == "min", float(value))

    def _output(self) -> Output:
        output = self._part(("output",), Output, self.top.output)
        for kind, written, known in (
            ("audio", output.audio.format, encode_audio.WRITABLE),
            ("image", output.image.format, encode_image.WRITABLE),
        ):
            if written is not None and written not in known:
                raise self.error(
                    ("output", kind, "format"), f"output: {written!r} cannot be written{did_you_mean(written, known)}"
                )
        return output

    def _part(self, path: Place, kind: type[Record], content: object) -> Record:
        """Return a part of the file as a record; unknown keys are named with the nearest known one."""
        where = ".".join(map(str, path)) or "recipe"
        if not isinstance(content, dict):
            raise self.error(path, f"{where}: a mapping is expected")
        # msgspec refuses unknown keys as well, but can name neither the nearest one nor the line.
        for name in content:
            if name not in kind.__struct_fields__:
                problem = f"{where}: unknown key {name!r}{did_you_mean(str(name), kind.__struct_fields__)}"
                raise self.error((*path, name), problem)
        try:
            return msgspec.convert(content, kind)
        except msgspec.ValidationError as error:
            problem, _, at = str(error).partition(" - at `$")
            # `$.with_tags[0]`: the file knows the lines of keys, so the place ends at the first list.
            keys, _, _ = at.strip(".`").partition("[")
            inner = tuple(filter(None, keys.split(".")))
            raise self.error((*path, *inner), f"{'.'.join(map(str, (*path, *inner))) or where}: {problem}") from None


def _named(path: Place) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "recipe")


def fact_numbers(kind: Kind) -> list[str]:
    """Return the names of the facts that are numbers, which `accept` can limit."""
    kinds = {field.name: field.type for field in msgspec.inspect.type_info(_FACTS[kind]).fields}  # type: ignore[attr-defined]
    # Every fact may be unknown, so the types are unions with None; `bool` is a type of its own to msgspec, no integer.
    number = (msgspec.inspect.IntType, msgspec.inspect.FloatType)
    return [
        name
        for name, found in kinds.items()
        if isinstance(found, msgspec.inspect.UnionType) and any(isinstance(part, number) for part in found.types)
    ]
