"""Why a step has to run: what its result depends on, against what it depended on the last time."""

import os
from typing import TYPE_CHECKING, Any

from curate.ground.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.pipeline.files import Files
    from cli.pipeline.state import Done
    from cli.pipeline.tasks import Task

_FILE_KEYS = {"file", "files", "folder", "folders", "path", "paths"}
"""Keys of an augment recipe whose values name files that it reads."""


def inputs_of(task: "Task", files: "Files", version: str) -> dict[str, str]:
    """Return what the result of a task depends on: values and digests by name.

    Args:
        task: Whose inputs are there.
        files: Reads them.
        version: Of burnish.
    """
    found = {"version of burnish": version, "command": task.step.command}
    if task.manifest:
        found["input"] = files.digest(task.manifest)
    for name, words in sorted(task.chosen.items()):
        if name in task.needs:
            continue
        found[f"option {name}"] = "\n".join(words)
        if task.command.options[name].reads_files:
            paths = (path for word in words for path in _paths_in(task, name, word))
            found |= {_kind_of(path): digest for path in paths if (digest := _digest(path, files))}
    for other in task.used:
        found[result_of(other)] = _digest(other.artifact, files)
    return found


def result_of(task: "Task") -> str:
    """Return the name, among inputs, of what another task made."""
    return f"result of {task.step.id}"


def why_run(task: "Task", done: "Done | None", inputs: dict[str, str], files: "Files") -> str:
    """Return why a task has to run, in words; empty if what it wrote is there and would be the same."""
    if done is None:
        return "never run"
    if done.status != "done":
        return "failed last time"
    changed = [name for name in {**done.inputs, **inputs} if done.inputs.get(name) != inputs.get(name)]
    if changed:
        return f"{', '.join(changed)} changed"
    if task.output and task.output not in done.files:
        return "the order of the steps changed"
    return _why_outputs(done, files)


def _why_outputs(done: "Done", files: "Files") -> str:
    """Return what happened to the files that a step wrote; empty if they are as they were."""
    for path, stamp in done.files.items():
        found = files.stamp(path)
        if found is None:
            return f"{path} is gone"
        if found.digest != stamp.digest:
            return f"{path} was changed"
    for path, digest in done.folders.items():
        if files.digest(path) != digest:
            return f"{path} was changed" if os.path.isdir(path) else f"{path} is gone"
    return ""


def _kind_of(path: str) -> str:
    return f"folder {path}" if os.path.isdir(path) else f"file {path}"


def _digest(path: str, files: "Files") -> str:
    """Return the digest of a file, of a run folder by what it says, or of the list of any other folder."""
    if os.path.isfile(os.path.join(path, "run.json")):
        return files.digest_of_run(path)
    return files.digest(path)


def _paths_in(task: "Task", name: str, word: str) -> "Iterator[str]":
    """Yield the files and folders that a value may name: itself, what follows its `=`, what its recipe reads."""
    if name == "recipe" and task.step.command == "augment":
        yield from _paths_of_recipe(task, word)
        return
    yield word
    if "=" in word:
        yield word.partition("=")[2]


def _paths_of_recipe(task: "Task", name: str) -> "Iterator[str]":
    """Yield an augment recipe and the files and folders that it reads."""
    from augment.recipe.reader import locate
    from curate.ground.yaml import load_yaml, override

    try:
        path = locate(name)
        yield path
        with open(path, "rb") as file:
            written = load_yaml(file.read(), path)
        own = written.content.get("vars") if isinstance(written.content, dict) else None
        filled = written.substituted(override(own or {}, task.chosen.get("set", [])))
    except (InputError, UsageError, OSError):
        return  # what is wrong with it is said when it is checked, before the first step
    yield from _named_paths(filled.content)


def _named_paths(content: Any, key: str = "") -> "Iterator[str]":
    if isinstance(content, dict):
        for name, value in content.items():
            yield from _named_paths(value, name)
    elif isinstance(content, list):
        for value in content:
            yield from _named_paths(value, key)
    elif isinstance(content, str) and key in _FILE_KEYS:
        yield content
