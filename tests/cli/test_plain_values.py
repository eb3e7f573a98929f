"""Values that are taken without pydantic are those that it would have made, and what is refused is refused alike."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import typer
from typer.core import TyperCommand
from typer.exceptions import TyperException

from cli.plain_values import PlainCommand

Given = dict[str, Any]


def taken(kind: type[TyperCommand], words: list[str], defaults: Given | None = None) -> Given | str:
    """Return what a command gets of a command line, or what is said of it."""
    found: Given = {}
    app = typer.Typer(add_completion=False)

    def command(
        path: str | None = None,
        name: Annotated[str, typer.Option()] = "label",
        count: Annotated[int, typer.Option("-n", min=0, max=99)] = 5,
        ratio: Annotated[float | None, typer.Option(min=1.0)] = None,
        rule: Annotated[Literal["majority", "last"], typer.Option()] = "majority",
        several: Annotated[list[str] | None, typer.Option()] = None,
        numbers: Annotated[list[int] | None, typer.Option()] = None,
        quiet: Annotated[bool, typer.Option("--quiet")] = False,
    ) -> None:
        found.update(locals())
        del found["found"]

    app.command(cls=kind)(command)
    try:
        typer.main.get_command(app).main(words, standalone_mode=False, default_map=defaults)
    except TyperException as error:
        return error.format_message()
    return found


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--path", "set.jsonl", "--name", "tag:ü", "-n", "7", "--quiet"],
        ["--path", "", "--name", "-"],
        ["--path", "\udcff.jsonl"],
        ["-n", "007"],
        ["-n", "5.0"],
        ["-n", " 5"],
        ["-n", "-1"],
        ["-n", "100"],
        ["-n", "²"],
        ["-n", "9" * 5000],
        ["-n", "many"],
        ["--ratio", "1.5"],
        ["--ratio", "0.5"],
        ["--ratio", "nan"],
        ["--rule", "last"],
        ["--rule", "LAST"],
        ["--rule", "first"],
        ["--several", "a", "--several", "b,c"],
        ["--numbers", "1", "--numbers", "2"],
        ["--numbers", "1", "--numbers", "x"],
    ],
    ids=" ".join,
)
def test_values_and_refusals_are_those_of_typer(words: list[str]) -> None:
    assert taken(PlainCommand, words) == taken(TyperCommand, words)


@pytest.mark.parametrize(
    "defaults",
    [{"count": 7, "name": "x"}, {"count": 100}, {"count": True}, {"name": 3}, {"several": ["a"]}, {"ratio": 2}],
    ids=str,
)
def test_defaults_of_a_project_file_are_taken_as_by_typer(defaults: Given) -> None:
    assert taken(PlainCommand, [], defaults) == taken(TyperCommand, [], defaults)


def test_types_are_kept() -> None:
    found = taken(PlainCommand, ["-n", "7", "--several", "a"])
    assert isinstance(found, dict)
    kept = {name: (found[name], type(found[name])) for name in ("count", "several")}
    assert kept == {"count": (7, int), "several": (["a"], list)}


@pytest.mark.process
def test_a_command_of_plain_values_never_imports_pydantic(tmp_path: Path) -> None:
    manifest = tmp_path / "set.jsonl"
    manifest.write_text('{"path":"a.jpg","label":"cat"}\n')
    code = "import sys; from cli.app import run; run(sys.argv[1:]); print('pydantic' in sys.modules)"
    command = [sys.executable, "-c", code, "balance", str(manifest), "--json", "--min-count", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")
