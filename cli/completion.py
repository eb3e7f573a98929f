"""Values for completion in a shell: what an option's metavar says that it takes, and the names behind its capitals."""

import os
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORD = re.compile(r"[a-z][a-z0-9-]*")


def complete_values(command: Any) -> None:
    """Let a command's parameters complete their values; those that take files are left to the shell.

    Args:
        command: As typer made it; only where a shell asks for completions, for the names are read from disk.
    """
    for parameter in command.params:
        if values := sorted(set(_values(command.name, parameter))):
            parameter._custom_shell_complete = _completer(values)


def _completer(values: list[str]) -> Any:
    def complete(_context: Any, _parameter: Any, incomplete: str) -> list[Any]:
        from typer._click.shell_completion import CompletionItem

        # `--drop dark,bl`: of a list the last one is being typed.
        before, comma, last = incomplete.rpartition(",")
        return [CompletionItem(f"{before}{comma}{value}") for value in values if value.startswith(last)]

    return complete


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
