"""`burnish runs`: all runs under a folder."""

from typing import TYPE_CHECKING, Annotated

import typer

from baselines.runs.run_list import Runs, list_runs
from cli import options
from cli.effects import Effect
from cli.io import reports
from cli.io.terminal import printable, say

if TYPE_CHECKING:
    from rich.console import RenderableType

    from baselines.runs.run_list import RunLine

_NAMED = ("model", "folds", "test_split", "group", "feature", "seed")


def runs(
    folder: Annotated[str, typer.Argument(metavar="[DIR]", help="Where to look, at any depth."), Effect.READS] = ".",
    mlflow: Annotated[
        str | None,
        typer.Option(
            metavar="URI", help="Log them to this MLflow tracking server too; needs mlflow.", show_default=False
        ),
    ] = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """List the runs under a folder, the oldest first: when, on which data, with which code, and the score.

    data is the digest of the manifest: the same samples, labels, splits and tags have the same digest. code is the
    commit of the repository that the run was made in, with a + where files differed from it. Runs are plain files; git
    and DVC can track them.

    [bold]Examples[/bold]

    burnish runs runs/

    burnish runs --json | jq -r '.runs | max_by(.score.macro_f1) | .run'

    burnish runs runs/ --mlflow http://localhost:5000
    """
    found = list_runs(folder)
    for problem in found.broken.values():
        say(f"left out: {problem}")
    if mlflow is not None:
        from baselines.runs.mlflow_export import export_runs

        new = export_runs([line.run for line in found.runs], mlflow)
        say(f"logged {new:,} of {len(found.runs):,} runs to {mlflow}; the others were there already")
    reports.show(found, _table, as_json=json)


def _table(found: Runs) -> "RenderableType":
    from rich import box
    from rich.table import Table

    if not found.runs:
        return f"no runs under {printable(found.folder)}; make one:  burnish train set.jsonl --run runs/first"
    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("run", "when (UTC)", "data", "code", "model", "options"):
        drawn.add_column(name, overflow="fold")
    for name in ("n", "accuracy", "macro F1"):
        drawn.add_column(name, justify="right", no_wrap=True)
    for line in found.runs:
        drawn.add_row(*_cells(line))
    return drawn


def _cells(line: "RunLine") -> list[str]:
    score = line.score
    options_given = " ".join(f"{key}={_text(line.parameters[key])}" for key in _NAMED if _differs(line, key))
    cells = [line.run, line.created[:16].replace("T", " "), line.data, line.code or "", line.model or line.command]
    figures = [f"{score.samples:,}", f"{100 * score.accuracy:.1f} %", f"{100 * score.macro_f1:.1f} %"]
    return [*map(printable, cells), printable(options_given), *figures]


def _differs(line: "RunLine", key: str) -> bool:
    """Return whether an option is not what it is without being given."""
    usual = {"model": "auto", "folds": 5, "seed": 0}
    return line.parameters.get(key, usual.get(key)) not in (usual.get(key), None, [])


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
