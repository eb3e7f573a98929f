"""The text of a pipeline recipe: its variables and its steps, each problem with its line."""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from cli.pipeline.commands import COMMON_KEYS, command_names
from curate.ground.errors import did_you_mean
from curate.ground.yaml import YamlFile, load_yaml, override

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from curate.ground.yaml import RecipeError

TOP = ("kind", "description", "vars", "steps")
DEFAULT_WORK = "work"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class Step(NamedTuple):
    """One item of `steps`.

    Attributes:
        id: Its name: the command's, numbered when that repeats, unless the recipe names it.
        command: The command that it runs.
        options: Values by the command's own option names in snake_case.
        input: The step whose manifest it reads, or a manifest; None: that of the step before.
        position: In the list, from 0; a step of a control has that of the step which it does again.
        control_of: The step that it does again, with untargeted samples; empty for a step of the recipe.
        keep_going: Whether the steps after it run also where its gate does not hold; the run ends with 1 all the same.
    """

    id: str
    command: str
    options: dict[str, Any]
    input: str | None
    position: int
    control_of: str = ""
    keep_going: bool = False


class Pipeline(NamedTuple):
    """A pipeline, its variables in place.

    Attributes:
        name: That of its file.
        source: Its file.
        steps: In order.
        work: The folder for what the steps write.
    """

    name: str
    source: YamlFile
    steps: tuple[Step, ...]
    work: str

    def error(self, problem: str, step: Step, *path: str | int) -> "RecipeError":
        """Return the error to raise for something in a step."""
        return self.source.error(problem, "steps", step.position, *path)


def read_pipeline(data: bytes, source: str, name: str, settings: "Iterable[str]", work: str | None) -> Pipeline:
    """Read a pipeline.

    Args:
        data: The bytes of its file.
        source: The file's name as the user knows it.
        name: Of the pipeline.
        settings: `KEY=VALUE` for its variables.
        work: The folder for what it writes, which is also the variable `work` if there is one; None: that variable.

    Raises:
        RecipeError: Something in it is wrong.
        UsageError: A setting is.
    """
    file = load_yaml(data, source)
    _check_top(file)
    variables = _variables(file, settings, work)
    filled = file.substituted({**variables})
    steps = tuple(_steps(filled))
    folder = work or str(variables.get("work") or DEFAULT_WORK)
    return Pipeline(name, filled, steps, folder.rstrip("/") or "/")


def _check_top(file: YamlFile) -> None:
    content = file.content
    if not isinstance(content, dict):
        raise file.error("this is no recipe; it begins with 'kind: pipeline'")
    for key in content:
        # Of another kind the keys are others; that it is another kind is then the error to tell.
        if key not in TOP and content.get("kind") == "pipeline":
            raise file.error(f"unknown key {key!r}{did_you_mean(key, TOP)}", key)
    kind = content.get("kind")
    if kind == "augment":
        raise file.error("this recipe is for burnish augment; burnish run takes 'kind: pipeline'", "kind")
    if kind != "pipeline":
        found = "there is no kind" if kind is None else f"kind {kind!r} is unknown"
        raise file.error(f"{found}; burnish run takes 'kind: pipeline'", "kind")
    if not isinstance(content.get("steps"), list) or not content["steps"]:
        raise file.error("steps has to be a list with a step in it; an example: '- scan: {paths: [data]}'", "steps")


def _variables(file: YamlFile, settings: "Iterable[str]", work: str | None) -> dict[str, Any]:
    """Return the variables; a later one may be made of earlier ones."""
    own = file.content.get("vars") or {}
    if not isinstance(own, dict):
        raise file.error("vars has to map names to values", "vars")
    chosen = override(own, settings)
    if work and "work" in own:
        chosen["work"] = work
    values: dict[str, Any] = {}
    for key, value in chosen.items():
        # Each as if it stood alone, with the lines of the file, so that an error names the line. A value from --set is
        # taken as it is: a ${…} in it is meant literally.
        written = YamlFile(file.name, {"vars": {key: value}}, file.lines)
        values[key] = written.substituted(values).content["vars"][key] if value is own[key] else value
    return values


def _steps(file: YamlFile) -> "Iterable[Step]":
    taken: dict[str, int] = {}
    for position, item in enumerate(file.content["steps"]):
        path = ("steps", position)
        if isinstance(item, str):
            item = {item: None}  # noqa: PLW2901 - `- dedup` is `- dedup: {}`
        command = _command_of(file, item, position)
        options = item[command] if item[command] is not None else {}
        if not isinstance(options, dict):
            raise file.error(f"{command} has to map options to values: '- {command}: {{…}}'", *path, command)
        name = _id_of(file, item, position) or _numbered(command, taken)
        if name in taken:
            raise file.error(f"the id {name!r} is used twice (first on line {taken[name]})", *path, "id")
        taken[name] = file.line(*path)
        source = item.get("input")
        if source is not None and not isinstance(source, str):
            raise file.error("input has to be the id of a step, or a manifest", *path, "input")
        goes_on = item.get("keep_going", False)
        if not isinstance(goes_on, bool):
            raise file.error(f"keep_going has to be true or false, not {goes_on!r}", *path, "keep_going")
        yield Step(name, command, options, source, position, keep_going=goes_on)


def _id_of(file: YamlFile, item: Any, position: int) -> str | None:
    """Return the id that a step gives itself."""
    name = item.get("id")
    if name is not None and (not isinstance(name, str) or not _ID.fullmatch(name)):
        problem = f"the id {name!r} has to be a text of letters, digits, '-', '_' and '.'"
        raise file.error(problem, "steps", position, "id")
    return name


def _command_of(file: YamlFile, item: Any, position: int) -> str:
    """Return the one command that an item of the list names."""
    path, known = ("steps", position), command_names()
    if not isinstance(item, dict):
        raise file.error("a step is a command with its options: '- clean: {fail_on: [damaged]}'", *path)
    names = [key for key in item if key not in COMMON_KEYS]
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        raise file.error(f"there is no step {unknown!r}{did_you_mean(unknown, [*known, *COMMON_KEYS])}", *path, unknown)
    if len(names) != 1:
        found = f"{' and '.join(names)} are two" if names else "there is none here"
        raise file.error(f"a step names one command; {found}", *path)
    return str(names[0])


def _numbered(command: str, taken: "Mapping[str, int]") -> str:
    number, name = 1, command
    while name in taken:
        number += 1
        name = f"{command}-{number}"
    return name
