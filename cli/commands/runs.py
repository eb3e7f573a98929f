"""`burnish runs`: all runs under a folder."""

import os
from typing import Annotated

import typer

from baselines.runs.run_folder import PREDICTIONS, RUN
from baselines.runs.run_list import RunLine, Runs, list_runs
from cli import options
from cli.effects import Effect
from cli.io import reports
from cli.io.table import Column, Report, Row, SampleLink, Table
from cli.io.terminal import say

_USUAL: dict[str, object] = {"model": "auto", "folds": 5, "test_split": None, "group": None, "feature": None, "seed": 0}
"""What the options of train are without being given; only what differs is shown."""


def runs(
    folder: Annotated[str, typer.Argument(metavar="[DIR]", help="Where to look, at any depth."), Effect.READS] = ".",
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
    reports.write(found, formats, f"Runs under {folder}", _tables, lambda one: _page(one, html))


def _tables(found: Runs) -> Report:
    """Return the report."""
    columns = [
        Column("run", "run"),
        Column("created", "when (UTC)", "text", 3),
        Column("data", "data", "text", 5),
        Column("code", "code", "text", 4),
        Column("model", "model"),
        Column("options", "options", "text", 2),
        Column("samples", "n", "count", 1),
        Column("accuracy", "accuracy", "share", form=" %"),
        Column("macro_f1", "macro F1", "share", form=" %"),
    ]
    rows = [
        Row((
            line.run,
            line.created[:16].replace("T", " "),
            line.data,
            line.code or "",
            line.model or line.command,
            _options(line),
            line.score.samples,
            line.score.accuracy,
            line.score.macro_f1,
        ))
        for line in found.runs
    ]  # fmt: skip
    none = f"no runs under {found.folder}; make one:  burnish train set.jsonl --run runs/first"
    return Report([Table("runs", "Runs", columns, rows, most=len(rows))], [] if rows else [none])


def _page(found: Runs, html: str | None) -> bytes:
    """Return the page, which is going to be at `html`."""
    from cli.views.kit import page as pages

    said = _tables(found)
    links = pages.Links(None, html)
    sections = []
    for table in said.tables:
        rows = [
            row._replace(samples=[SampleLink(os.path.join(line.run, name)) for name in (RUN, PREDICTIONS)])
            for row, line in zip(table.rows, found.runs, strict=True)
        ]
        sections.append(pages.Section(table.title, pages.table(table._replace(rows=rows), links)))
    lead = said.notes or [f"{len(found.runs):,} runs, the oldest first; each row leads to its record and predictions"]
    return pages.report_page("Runs", found.folder, sections, lead=lead)


def _options(line: RunLine) -> str:
    given = {key: line.parameters.get(key, usual) for key, usual in _USUAL.items()}
    shown = {key: value for key, value in given.items() if value not in (_USUAL[key], None, [])}
    return " ".join(
        f"{key}={','.join(map(str, value)) if isinstance(value, list) else value}" for key, value in shown.items()
    )
