"""`burnish runs`: all runs under a folder."""

from typing import Annotated

import typer

from baselines.runs.run_list import list_runs
from cli import options
from cli.io import reports
from cli.io.terminal import say
from cli.views.runs.table import page, report


def runs(
    folder: Annotated[str, typer.Argument(metavar="[DIR]", help="Where to look, at any depth.")] = ".",
    mlflow: Annotated[
        str | None,
        typer.Option(
            metavar="URI", help="Log them to this MLflow tracking server too; needs mlflow.", show_default=False
        ),
    ] = None,
    json: options.Json = False,
    md: options.Md = False,
    csv: options.Csv = False,
    html: options.Html = None,
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
    formats = reports.Formats(json, md, csv, html).check()
    found = list_runs(folder)
    for problem in found.broken.values():
        say(f"left out: {problem}")
    if mlflow is not None:
        from baselines.runs.mlflow_export import export_runs

        new = export_runs([line.run for line in found.runs], mlflow)
        say(f"logged {new:,} of {len(found.runs):,} runs to {mlflow}; the others were there already")
    reports.write(found, formats, f"Runs under {folder}", report, page)
