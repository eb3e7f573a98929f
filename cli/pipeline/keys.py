"""Why a step has to run: what its result depends on, against what it depended on the last time."""

import os
from typing import TYPE_CHECKING

from cli.effects import Effect
from curate.ground.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.pipeline.files import Files
    from cli.pipeline.state import Done
    from cli.pipeline.tasks import Task


def inputs_of(task: "Task", files: "Files", code: str) -> dict[str, str]:
    """Return what the result of a task depends on: values and digests by name.

    Args:
        task: Whose inputs are there.
        files: Reads them.
        code: Digest of the program.
    """
    found = {"code of burnish": code, "command": task.step.command}
    if task.manifest:
        found["input"] = files.digest(task.manifest)
    for name, words in sorted(task.chosen.items()):
        # The name of another step: not the word counts, but what that step made (below).
        if name in task.needs:
            continue
        found[f"option {name}"] = "\n".join(words)
        if task.command.options[name].reads_files:
            paths = (path for word in words for path in _paths_in(task, name, word))
            for path in paths:
                if digest := _digest(path, files):
                    found[f"{'folder' if os.path.isdir(path) else 'file'} {path}"] = digest
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
    if done.status == "incomplete":
        return f"{done.put_off:,} files were put off last time"
    if done.status != "done":
        return "failed last time"
    # Both ways: an option that was taken out of the recipe is a change as well.
    changed = [name for name in {**done.inputs, **inputs} if done.inputs.get(name) != inputs.get(name)]
    if changed:
        return f"{', '.join(changed)} changed"
    # The name of an output has the number of its step: one that was moved writes another file.
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


def _digest(path: str, files: "Files") -> str:
    """Return the digest of a file, of a run folder by what it says, or of the list of any other folder."""
    if os.path.isfile(os.path.join(path, "run.json")):
        return files.digest_of_run(path)
    return files.digest(path)


def _paths_in(task: "Task", name: str, word: str) -> "Iterator[str]":
    """Yield the files and folders that a value may name: itself, what follows its `=` or `:`, what its recipe reads."""
    if task.command.options[name].effect is Effect.READS_RECIPE:
        yield from _paths_of_recipe(task, word)
        return
    yield word
    for sign in "=:":  # NAME=FILE, and embedding:FILE
        if sign in word:
            yield word.partition(sign)[2]


def _paths_of_recipe(task: "Task", name: str) -> "Iterator[str]":
    """Yield an augment recipe and the files and folders that it reads."""
    from augment.recipe.reader import locate
    from curate.ground.yaml import load_yaml, override

    try:
        path = locate(name)
        yield path
        with open(path, "rb") as file:
            written = load_yaml(file.read(), path)
        own = (written.content.get("vars") if isinstance(written.content, dict) else None) or {}
        # Of several recipes each has variables of its own.
        settings = [one for one in task.chosen.get("set", []) if one.partition("=")[0] in own]
        filled = written.substituted(override(own, settings))
    except (InputError, UsageError, OSError):
        return  # what is wrong with it is said when it is checked, before the first step
    yield from _named_paths(filled.content)


def _named_paths(content: object) -> "Iterator[str]":
    """Yield every text of a recipe that names something on the disk, whatever its key.

    A list of keys (`folder`, `path`) missed `sounds_path` and `ir_path` of a library's classes, and would miss what a
    later operation calls its files. A text that only happens to be a file's name costs a run too many, never a stale
    result.
    """
    if isinstance(content, dict):
        for value in content.values():
            yield from _named_paths(value)
    elif isinstance(content, list):
        for value in content:
            yield from _named_paths(value)
    elif isinstance(content, str) and content and "\0" not in content and os.path.exists(content):
        yield content
