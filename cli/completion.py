"""Values for completion in a shell: what an option's metavar says that it takes, and the names behind its capitals.

Tags, labels and splits are those of the manifest, or of the run, that the line names already.
"""

import os
import re
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from curate.ground.command_line import quoted
from curate.ground.errors import BurnishError
from curate.ground.json import loads
from curate.records.reader import read_as
from curate.records.sample import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping

_WORD = re.compile(r"[a-z][a-z0-9-]*")
_OF_SAMPLES = {
    "tag": "tags",
    "not_tag": "tags",
    "ensure": "tags",
    "label": "label",
    "split": "split",
    "test_split": "test",
}
"""Options that take what samples have, by name, and what that is."""
_MOST_SAMPLES, _MOST_BYTES = 20_000, 1 << 24
"""A person waits: reading so many takes a tenth of a second."""
VARIABLE, _STANDS = "_BURNISH_COMPLETE", "_BURNISH_STANDS"
"""What a shell asks by, and how much of the word stands there already."""


class _Sample(View):
    label: str | None = None
    tags: tuple[str, ...] = ()
    split: str | None = None
    fold: int | None = None


def complete_values(command: Any) -> None:
    """Let a command's parameters complete their values; those that take files are left to the shell.

    Args:
        command: As typer made it; only where a shell asks for completions, for the names are read from disk.
    """
    for parameter in command.params:
        if values := sorted(set(_values(command.name, parameter))):
            parameter._custom_shell_complete = _completer(partial(_same, values))
        elif (part := _OF_SAMPLES.get(parameter.name)) and "|" not in str(parameter.metavar).replace("NAME|fold=N", ""):
            parameter._custom_shell_complete = _completer(partial(_values_of_samples, part))


def join_words(environ: "MutableMapping[str, str]") -> None:
    """Put together what bash took apart: `=` and `:` break words there, so that `noise=c` comes as three.

    Only the last part is replaced by what is chosen; so the others, which stand there already, are cut off it.

    Args:
        environ: Is changed.
    """
    if environ.get(VARIABLE) != "complete_bash" or "\n" not in environ.get("COMP_WORDS", ""):
        return
    words, at = environ["COMP_WORDS"].split("\n"), int(environ.get("COMP_CWORD", "0"))
    joined: list[str] = []
    for number, word in enumerate(words[: at + 1]):
        # `--tag noise = c`: a `=` by itself belongs to what is before it, and what follows a `=` to that.
        broken = number > 1 and (word in {"=", ":"} or words[number - 1] in {"=", ":"})
        if broken and joined[-1] not in {"", "="}:
            joined[-1] += word
        else:
            joined.append(word)
    last, typed = joined[-1], words[at] if at < len(words) else ""
    value = last.partition("=")[2] if last.startswith("--") else last
    stands = len(value) - (0 if typed in {"=", ":"} else len(typed))
    environ.update({"COMP_WORDS": "\n".join(joined), "COMP_CWORD": str(len(joined) - 1), _STANDS: str(max(0, stands))})


def _completer(find: "Callable[[list[object]], list[str]]") -> Any:
    def complete(context: Any, _parameter: Any, incomplete: str) -> list[Any]:
        from typer._click.shell_completion import CompletionItem

        # Of a line that ends with an option the positional words are not sorted out yet, and stand in `args`.
        values = find([*context.params.values(), *context.args] if context is not None else [])
        # `--drop dark,bl`: of a list the last one is being typed.
        before, comma, last = incomplete.rpartition(",")
        found = [f"{before}{comma}{value}" for value in values if value.startswith(last)]
        return [
            CompletionItem(one) for one in map(_in_bash if os.environ.get(VARIABLE) == "complete_bash" else str, found)
        ]

    return complete


def _in_bash(value: str) -> str:
    """Return what bash is to write in place of the word that is being typed; it puts nothing in quotes itself."""
    return quoted(value[int(os.environ.get(_STANDS, "0")) :])


def _same(values: list[str], _given: list[object]) -> list[str]:
    return values


def _values_of_samples(part: str, given: list[object]) -> list[str]:
    """Return the tags, labels or splits of the manifest or the run that the line names."""
    named = [one for one in given if isinstance(one, str) and os.path.exists(one)]
    for path in named:
        try:
            if os.path.isdir(path):
                with open(os.path.join(path, "metrics.json"), "rb") as file:
                    names = loads(file.read(_MOST_BYTES)).get(
                        {"tags": "per_tag", "label": "per_class"}.get(part, ""), {}
                    )
                found = set(names)
            else:
                found = _of_manifest(path, part)
        except (OSError, BurnishError, ValueError, AttributeError, TypeError):
            continue  # a shell shows nothing of an error, and the command itself will say it
        if found:
            return sorted(found)
    return []


def _of_manifest(path: str, part: str) -> set[str]:
    with open(path, "rb") as file:
        samples = read_as(islice(file, _MOST_SAMPLES), _Sample)
        if part == "tags":
            return {tag for one in samples for tag in one.tags}
        found: set[str] = set()
        for one in samples:
            found |= {value} if (value := one.label if part == "label" else one.split) is not None else set()
            found |= {f"fold={one.fold}"} if part == "test" and one.fold is not None else set()
        return found


def _values(command: str, parameter: Any) -> "Iterator[str]":
    metavar = str(parameter.metavar or "")
    # `auto|svm|knn` says what there is; capitals in it stand for something else: `error|warning|CHECK`.
    for part in re.split(r"[|,]", metavar.strip("[]")):
        if "|" in metavar and _WORD.fullmatch(part):
            yield part
    if "CHECK" in metavar:
        from curate.check.checks import CHECKS, SCAN_CHECKS

        ending = "=" if "CHECK=" in metavar else ""
        yield from (f"{check}{ending}" for check in (CHECKS if ending else {**CHECKS, **SCAN_CHECKS}))
    if metavar == "RECIPE" or (command, metavar) == ("recipes", "[NAME]"):
        from augment.recipe.reader import shipped

        for name, path in shipped().items():
            with open(path, "rb") as file:
                is_pipeline = b"kind: pipeline" in file.readline()
            if command == "recipes" or is_pipeline == (command == "run"):
                yield name
        yield from (name for name in os.listdir() if name.endswith((".yaml", ".yml")))
    if (command, metavar) == ("transforms", "[NAME]"):
        from augment.operations.registry import OPERATIONS

        for operations in OPERATIONS.values():
            yield from operations
